//! A chunk of bytes from a connection → a delivery: segments, frames, compression, messages, pages. What is wrong with
//! the framing ends the connection; what is wrong inside one body concerns that body alone.

mod body;

pub use body::decode_body;

use crate::compress::Compression;
use crate::decoder::{Decoder, Piece};
use crate::delivery::Delivery;
use crate::error::Result;
use crate::frame::{opcode, Version};
use crate::metadata::Programs;
use crate::response::Dialect;
use crate::segment::SegmentDecoder;
use body::{BodyDecoder, ProgramWord};

/// The words of a connection block before the first program word.
pub const BLOCK_HEAD_WORDS: usize = 8;

/// What a connection is opened with.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionOptions {
    /// The version negotiated, or the one that is being tried.
    pub version: Version,
    /// What STARTUP asks for.
    pub compression: Compression,
    /// Longer bodies end the connection.
    pub max_frame: usize,
    /// Longer bodies are delivered in parts, undecoded.
    pub big_frame: usize,
    /// Streams 0 to this may have a program word.
    pub stream_capacity: usize,
    /// The code of the error for an exceeded rate limit; negative: none.
    pub rate_limit_code: i32,
}

/// What the bytes of a connection mean at present.
#[derive(Debug)]
enum Framing {
    /// Frames and nothing around them.
    Bare,
    /// The frames of a v5 handshake: behind READY or AUTHENTICATE, segments begin.
    Handshake,
    /// Segments (v5).
    Segments,
}

/// Where in its bytes a connection is. [`Inbound::restore`] goes on from there, perhaps in another instance.
#[derive(Clone, Copy, Debug)]
pub struct Position<'a> {
    /// The unfinished frame, or the header of one that is delivered in parts.
    pub frame_tail: &'a [u8],
    /// The unfinished segment.
    pub segment_tail: &'a [u8],
    /// Whether segments have begun.
    pub is_segmented: bool,
    /// How much of a big body was delivered.
    pub part_offset: usize,
    /// Whether the handshake goes on, so that an ERROR may have another version.
    pub is_negotiating: bool,
}

/// The receiving side of one connection.
#[derive(Debug)]
pub struct Inbound {
    framing: Framing,
    is_negotiating: bool,
    frames: Decoder,
    segments: SegmentDecoder,
    bodies: BodyDecoder,
    block: Box<[u32]>,
}

impl Inbound {
    /// The receiving side of a new connection.
    #[must_use]
    pub fn new(options: ConnectionOptions) -> Self {
        let mut frames = Decoder::new(options.version, options.max_frame, options.big_frame);
        frames.set_negotiating(true);
        Self {
            framing: if options.version >= Version::V5 {
                Framing::Handshake
            } else {
                Framing::Bare
            },
            is_negotiating: true,
            frames,
            segments: SegmentDecoder::new(options.compression),
            bodies: BodyDecoder::new(
                Dialect {
                    version: options.version,
                    rate_limit_code: options.rate_limit_code,
                },
                options.compression,
                options.max_frame,
                options.big_frame,
            ),
            block: vec![0; BLOCK_HEAD_WORDS + options.stream_capacity].into(),
        }
    }

    /// The connection block. It stays where it is, and JavaScript reads and writes it in place.
    ///
    /// ```text
    /// +------------+--------+--------------+--------+-----------+-------------+-------------+---+----------------+
    /// | frame tail | length | segment tail | length | segmented | part offset | negotiating | 0 | program words… |
    /// +------------+--------+--------------+--------+-----------+-------------+-------------+---+----------------+
    /// program word of a stream: 0 nothing known; low 24 bits: program and one; bit 31: wants columns
    /// ```
    ///
    /// Before the program words is the [`Position`]; the tails are addresses, valid until the next push.
    #[must_use]
    pub fn block(&self) -> &[u32] {
        &self.block
    }

    /// The same, to be written.
    pub fn block_mut(&mut self) -> &mut [u32] {
        &mut self.block
    }

    /// Where in its bytes the connection is.
    #[must_use]
    pub fn position(&self) -> Position<'_> {
        Position {
            frame_tail: self.frames.tail(),
            segment_tail: self.segments.tail(),
            is_segmented: matches!(self.framing, Framing::Segments),
            part_offset: self.frames.part_offset(),
            is_negotiating: self.is_negotiating,
        }
    }

    /// Brings the receiving side of a new connection to where another one was.
    pub fn restore(&mut self, position: Position<'_>) -> Result<()> {
        if position.is_segmented {
            self.framing = Framing::Segments;
        }
        self.set_negotiating(position.is_negotiating);
        self.frames.restore(position.frame_tail, position.part_offset);
        self.segments.push(position.segment_tail, &mut |_, _| Ok(()))?;
        self.write_block();
        Ok(())
    }

    /// Takes the next bytes of the connection and delivers every frame that they complete.
    ///
    /// An error is final: the connection has lost its place. The frames before it are delivered all the same.
    pub fn push(&mut self, chunk: &[u8], programs: &mut Programs, out: &mut Delivery) -> Result<()> {
        out.start();
        let outcome = self.push_all(chunk, programs, out);
        out.finish();
        self.write_block();
        outcome
    }

    fn push_all(&mut self, chunk: &[u8], programs: &mut Programs, out: &mut Delivery) -> Result<()> {
        let mut rest = chunk;
        while matches!(self.framing, Framing::Handshake) && !rest.is_empty() {
            let consumed = self.push_handshake(rest, programs, out)?;
            rest = rest.get(consumed..).unwrap_or_default();
        }
        let (frames, bodies, block) = (&mut self.frames, &mut self.bodies, &self.block);
        if let Framing::Segments = self.framing {
            return self.segments.push(rest, &mut |payload, is_self_contained| {
                frames.push_segment(payload, is_self_contained, &mut |piece| {
                    deliver(piece, bodies, block, programs, out);
                    Ok(())
                })
            });
        }
        let mut is_ready = false;
        let outcome = frames.push(rest, &mut |piece| {
            is_ready |= ends_handshake(piece);
            deliver(piece, bodies, block, programs, out);
            Ok(())
        });
        if is_ready {
            self.set_negotiating(false);
        }
        outcome
    }

    /// Takes one frame of the handshake and gives how many bytes it was.
    fn push_handshake(&mut self, bytes: &[u8], programs: &mut Programs, out: &mut Delivery) -> Result<usize> {
        let (bodies, block) = (&mut self.bodies, &self.block);
        let mut is_ready = false;
        let consumed = self.frames.push_one(bytes, &mut |piece| {
            is_ready = ends_handshake(piece);
            deliver(piece, bodies, block, programs, out);
            Ok(())
        })?;
        if is_ready {
            self.set_negotiating(false);
            self.framing = Framing::Segments;
        }
        Ok(consumed)
    }

    fn set_negotiating(&mut self, is_negotiating: bool) {
        self.is_negotiating = is_negotiating;
        self.frames.set_negotiating(is_negotiating);
    }

    fn write_block(&mut self) {
        let position = self.position();
        let head = [
            address(position.frame_tail),
            word(position.frame_tail.len()),
            address(position.segment_tail),
            word(position.segment_tail.len()),
            u32::from(position.is_segmented),
            word(position.part_offset),
            u32::from(position.is_negotiating),
        ];
        self.block.iter_mut().zip(head).for_each(|(to, from)| *to = from);
    }
}

fn deliver(piece: Piece<'_>, bodies: &mut BodyDecoder, block: &[u32], programs: &mut Programs, out: &mut Delivery) {
    match piece {
        Piece::Part { header, offset, bytes } => {
            out.begin_frame(&header);
            out.put_part(header.body_length, offset, bytes);
            out.end_frame();
        }
        Piece::Frame { header, body } => {
            let stream = usize::try_from(header.stream).ok();
            let program_word = stream.and_then(|stream| block.get(BLOCK_HEAD_WORDS + stream));
            let program_word = ProgramWord(program_word.copied().unwrap_or(0));
            bodies.decode(&header, body, program_word, programs, out);
        }
    }
}

/// Whether this was the last message before requests may be sent, or credentials. A part of one counts when it is
/// the last: nobody sends such a long one, but then segments begin behind it as well.
fn ends_handshake(piece: Piece<'_>) -> bool {
    let (header, is_complete) = match piece {
        Piece::Frame { header, .. } => (header, true),
        Piece::Part { header, offset, bytes } => (header, offset + bytes.len() == header.body_length),
    };
    is_complete && matches!(header.opcode, opcode::READY | opcode::AUTHENTICATE)
}

/// An address in linear memory, where they have 32 bits.
fn address(bytes: &[u8]) -> u32 {
    bytes.as_ptr().addr() as u32
}

fn word(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
