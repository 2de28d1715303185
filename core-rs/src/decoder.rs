//! Bytes as they arrive → frames. Owns the one buffer that grows with what a server sends, and only by what has
//! arrived: a frame that lies whole in one push is handed on where it lies, a big one in parts as they come.

use crate::error::{Error, ErrorKind, Result};
use crate::frame::{Header, Version, HEADER_LENGTH};

/// A buffer of more than this is given back once it is empty.
const KEPT_CAPACITY: usize = 256 * 1024;

/// What a decoder hands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A frame with all of its body.
    Frame {
        /// Its header.
        header: Header,
        /// Its body as it was sent.
        body: &'a [u8],
    },
    /// A part of a big body. The parts of one body follow each other without anything between them.
    Part {
        /// The header of the frame.
        header: Header,
        /// Where in the body these bytes belong.
        offset: usize,
        /// Some of its bytes, at least one. The body ends where `offset + bytes.len()` is its length.
        bytes: &'a [u8],
    },
}

/// What is called for each piece, in order.
pub type PieceSink<'s> = dyn FnMut(Piece<'_>) -> Result<()> + 's;

/// Cuts a stream of bytes into frames.
#[derive(Debug)]
pub struct Decoder {
    version: Version,
    negotiating: bool,
    max_frame: usize,
    big_frame: usize,
    /// The unfinished frame, or the header of a big one.
    tail: Vec<u8>,
    /// How much of a big body was handed on.
    part_offset: usize,
}

impl Decoder {
    /// A decoder at the start of a frame. Bodies longer than `max_frame` are refused as soon as their header is there,
    /// those longer than `big_frame` are handed on in parts.
    #[must_use]
    pub const fn new(version: Version, max_frame: usize, big_frame: usize) -> Self {
        Self {
            version,
            negotiating: false,
            max_frame,
            big_frame,
            tail: Vec::new(),
            part_offset: 0,
        }
    }

    /// While negotiating, an ERROR of any version is let through.
    pub fn set_negotiating(&mut self, negotiating: bool) {
        self.negotiating = negotiating;
    }

    /// Takes the next bytes of the connection and hands on all that they complete.
    ///
    /// An error is final: the connection has lost its place. Its offset counts from the start of the frame.
    pub fn push(&mut self, bytes: &[u8], sink: &mut PieceSink<'_>) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let consumed = self.push_one(rest, sink)?;
            rest = rest.get(consumed..).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes bytes until one piece has been handed on or none are left, and gives how many it took (at least one
    /// where there are any). For whoever must look at one message before it knows what the bytes behind it are.
    pub fn push_one(&mut self, bytes: &[u8], sink: &mut PieceSink<'_>) -> Result<usize> {
        if let (true, Some((header, body))) = (self.tail.is_empty(), bytes.split_first_chunk()) {
            let header = self.read_header(header)?;
            if let Some(body) = body.get(..header.body_length) {
                sink(self.whole(header, body))?;
                return Ok(HEADER_LENGTH + body.len());
            }
        }
        let missing = HEADER_LENGTH.saturating_sub(self.tail.len()).min(bytes.len());
        let (head, rest) = bytes.split_at(missing);
        self.tail.extend_from_slice(head);
        let Some((header, _)) = self.tail.split_first_chunk() else {
            return Ok(missing);
        };
        let header = self.read_header(header)?;
        let taken = if header.body_length > self.big_frame {
            self.hand_on_part(header, rest, sink)?
        } else {
            self.fill_tail(header, rest, sink)?
        };
        Ok(missing + taken)
    }

    /// Takes the payload of one segment (v5) and holds it to the rule of segments: a self-contained one holds whole
    /// frames, the others hold slices of exactly one, of which the first has the whole header.
    ///
    /// Source: native_protocol_v5.spec 1.
    pub fn push_segment(&mut self, payload: &[u8], is_self_contained: bool, sink: &mut PieceSink<'_>) -> Result<()> {
        let is_first = self.is_between_frames();
        if is_self_contained {
            if !is_first {
                return Err(Error::new(ErrorKind::InvalidSegment, 0));
            }
            self.push(payload, sink)?;
            return require(self.is_between_frames(), payload.len());
        }
        require(!is_first || payload.len() >= HEADER_LENGTH, payload.len())?;
        let consumed = self.push_one(payload, sink)?;
        require(consumed == payload.len(), consumed)
    }

    /// Whether the next byte is the first of a frame.
    #[must_use]
    pub fn is_between_frames(&self) -> bool {
        self.tail.is_empty()
    }

    /// The bytes of the unfinished frame, or the header of the big one that is being handed on in parts. With
    /// [`Decoder::part_offset`] it is all that [`Decoder::restore`] needs.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// How many bytes of a big body were handed on; 0 where none is under way.
    #[must_use]
    pub const fn part_offset(&self) -> usize {
        self.part_offset
    }

    /// Brings a new decoder into the state of another one.
    pub fn restore(&mut self, tail: &[u8], part_offset: usize) {
        self.tail.clear();
        self.tail.extend_from_slice(tail);
        self.part_offset = part_offset;
    }

    fn read_header(&self, bytes: &[u8; HEADER_LENGTH]) -> Result<Header> {
        Header::read(bytes, self.version, self.negotiating, self.max_frame)
    }

    fn whole<'a>(&self, header: Header, body: &'a [u8]) -> Piece<'a> {
        if header.body_length > self.big_frame {
            let (offset, bytes) = (0, body);
            Piece::Part { header, offset, bytes }
        } else {
            Piece::Frame { header, body }
        }
    }

    fn hand_on_part(&mut self, header: Header, bytes: &[u8], sink: &mut PieceSink<'_>) -> Result<usize> {
        let offset = self.part_offset;
        let missing = header.body_length.saturating_sub(offset).min(bytes.len());
        let bytes = bytes.get(..missing).unwrap_or_default();
        if !bytes.is_empty() {
            sink(Piece::Part { header, offset, bytes })?;
        }
        self.part_offset += missing;
        if self.part_offset >= header.body_length {
            self.finish();
        }
        Ok(missing)
    }

    fn fill_tail(&mut self, header: Header, bytes: &[u8], sink: &mut PieceSink<'_>) -> Result<usize> {
        let wanted = HEADER_LENGTH + header.body_length;
        let missing = wanted.saturating_sub(self.tail.len()).min(bytes.len());
        self.tail.extend_from_slice(bytes.get(..missing).unwrap_or_default());
        if self.tail.len() >= wanted {
            let body = self.tail.get(HEADER_LENGTH..wanted).unwrap_or_default();
            sink(Piece::Frame { header, body })?;
            self.finish();
        }
        Ok(missing)
    }

    fn finish(&mut self) {
        self.part_offset = 0;
        self.tail.clear();
        if self.tail.capacity() > KEPT_CAPACITY {
            self.tail = Vec::new();
        }
    }
}

fn require(holds: bool, offset: usize) -> Result<()> {
    if holds {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidSegment, offset))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x84, 0, 0, 0, 0x08];
        frame.extend((length as u32).to_be_bytes());
        frame.resize(HEADER_LENGTH + length, 7);
        frame
    }

    fn push_in_two(decoder: &mut Decoder, length: usize) -> usize {
        let frame = frame(length);
        let (head, rest) = frame.split_at(frame.len() - 1);
        decoder.push(head, &mut |_| Ok(())).unwrap();
        decoder.push(rest, &mut |_| Ok(())).unwrap();
        decoder.tail.capacity()
    }

    #[test]
    fn gives_a_large_buffer_back_once_it_is_empty() {
        let mut decoder = Decoder::new(Version::V4, 1 << 20, 1 << 20);
        assert_eq!(push_in_two(&mut decoder, KEPT_CAPACITY + 1), 0);
    }

    #[test]
    fn keeps_a_small_buffer() {
        let mut decoder = Decoder::new(Version::V4, 1 << 20, 1 << 20);
        assert!(push_in_two(&mut decoder, 1000) >= 1000);
    }

    #[test]
    fn copies_nothing_of_a_frame_that_is_whole() {
        let mut decoder = Decoder::new(Version::V4, 1 << 20, 1 << 20);
        decoder.push(&frame(1000), &mut |_| Ok(())).unwrap();
        assert_eq!(decoder.tail.capacity(), 0);
    }

    #[test]
    fn keeps_the_header_alone_of_a_big_frame() {
        let mut decoder = Decoder::new(Version::V4, 1 << 20, 1000);
        assert!(push_in_two(&mut decoder, 100_000) < 100);
    }
}
