//! One connection: frames in, answers out.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;

use ferrocql_core::compress::{decompress_body, Compression};
use ferrocql_core::frame::{flag, opcode as opcodes, HEADER_LENGTH};
use ferrocql_core::outbound::seal;
use ferrocql_core::segment::SegmentDecoder;

use crate::answers::{Answers, Key};

const READ_BYTES: usize = 256 * 1024;
const MAX_BODY: usize = 256 * 1024 * 1024;
const FIRST_SEGMENTED_VERSION: u8 = 5;
const VERSIONS: std::ops::RangeInclusive<u8> = 3..=5;
const SERVER_ERROR: u32 = 0;
const PROTOCOL_ERROR: u32 = 0x000a;

struct Session<'a> {
    answers: &'a Answers,
    compression: Compression,
    /// Present once v5 has switched to segments.
    segments: Option<SegmentDecoder>,
    /// Bytes of unfinished frames, outside of segments.
    inbound: Vec<u8>,
    /// Frames to send with the next write.
    outbound: Vec<u8>,
    sealed: Vec<u8>,
}

/// Serves a connection until it ends.
pub fn serve(mut socket: TcpStream, answers: &Answers) -> Result<()> {
    let mut session = Session {
        answers,
        compression: Compression::None,
        segments: None,
        inbound: Vec::new(),
        outbound: Vec::new(),
        sealed: Vec::new(),
    };
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let length = socket.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        session.receive(&buffer[..length], &mut socket)?;
        session.flush(&mut socket)?;
    }
}

impl Session<'_> {
    fn receive(&mut self, bytes: &[u8], socket: &mut TcpStream) -> Result<()> {
        match &mut self.segments {
            None => self.inbound.extend_from_slice(bytes),
            Some(segments) => {
                let inbound = &mut self.inbound;
                segments
                    .push(bytes, &mut |payload, _| {
                        inbound.extend_from_slice(payload);
                        Ok(())
                    })
                    .map_err(invalid)?;
            }
        }
        let mut taken = 0;
        while let Some(frame) = whole_frame(&self.inbound[taken..]) {
            let frame = frame.to_vec();
            taken += frame.len();
            self.answer(&frame, socket)?;
        }
        self.inbound.drain(..taken);
        Ok(())
    }

    fn answer(&mut self, frame: &[u8], socket: &mut TcpStream) -> Result<()> {
        let (version, opcode) = (frame[0], frame[4]);
        let stream = [frame[2], frame[3]];
        if !VERSIONS.contains(&version) {
            let text = "Invalid or unsupported protocol version; supported versions are (3/v3, 4/v4, 5/v5)";
            self.reply(4, stream, opcodes::ERROR, false, &error_body(PROTOCOL_ERROR, text));
            return Ok(());
        }
        let mut plain = Vec::new();
        let mut body = &frame[HEADER_LENGTH..];
        if frame[1] & flag::COMPRESSED != 0 {
            decompress_body(self.compression, body, MAX_BODY, &mut plain).map_err(invalid)?;
            body = &plain;
        }
        match opcode {
            opcodes::OPTIONS => self.reply(version, stream, opcodes::SUPPORTED, false, &supported()),
            opcodes::REGISTER => self.reply(version, stream, opcodes::READY, false, &[]),
            opcodes::STARTUP => {
                self.reply(version, stream, opcodes::READY, false, &[]);
                self.flush(socket)?;
                self.compression = compression_of(body);
                if version >= FIRST_SEGMENTED_VERSION {
                    self.segments = Some(SegmentDecoder::new(self.compression));
                }
            }
            _ => self.look_up(version, stream, opcode, body),
        }
        Ok(())
    }

    fn look_up(&mut self, version: u8, stream: [u8; 2], opcode: u8, body: &[u8]) {
        let what = match opcode {
            opcodes::QUERY | opcodes::PREPARE => slice(body, 4),
            opcodes::EXECUTE => slice(body, 2),
            _ => &[],
        };
        let key = Key { version, opcode, what: what.to_vec() };
        let Some(answer) = self.answers.find(&key) else {
            let text = format!("nothing is prepared for opcode {opcode} in v{version}: {}", String::from_utf8_lossy(what));
            eprintln!("{text}");
            self.reply(version, stream, opcodes::ERROR, false, &error_body(SERVER_ERROR, &text));
            return;
        };
        // In v5 the segments are compressed, not the bodies.
        let compression = if self.segments.is_some() { Compression::None } else { self.compression };
        let (bytes, is_compressed) = answer.body(compression);
        self.reply(version, stream, answer.opcode, is_compressed, bytes);
    }

    fn reply(&mut self, version: u8, [high, low]: [u8; 2], opcode: u8, is_compressed: bool, body: &[u8]) {
        let flags = if is_compressed { flag::COMPRESSED } else { 0 };
        self.outbound.extend_from_slice(&[0x80 | version, flags, high, low, opcode]);
        self.outbound.extend_from_slice(&(body.len() as u32).to_be_bytes());
        self.outbound.extend_from_slice(body);
    }

    fn flush(&mut self, socket: &mut TcpStream) -> Result<()> {
        if self.outbound.is_empty() {
            return Ok(());
        }
        if self.segments.is_some() {
            seal(&self.outbound, self.compression, &mut self.sealed).map_err(invalid)?;
            socket.write_all(&self.sealed)?;
        } else {
            socket.write_all(&self.outbound)?;
        }
        self.outbound.clear();
        Ok(())
    }
}

fn whole_frame(bytes: &[u8]) -> Option<&[u8]> {
    let header = bytes.first_chunk::<HEADER_LENGTH>()?;
    let length = u32::from_be_bytes([header[5], header[6], header[7], header[8]]) as usize;
    bytes.get(..HEADER_LENGTH + length)
}

/// The bytes behind a length of `width` bytes.
fn slice(body: &[u8], width: usize) -> &[u8] {
    let length = body.iter().take(width).fold(0, |length, byte| (length << 8) | usize::from(*byte));
    body.get(width..width + length).unwrap_or_default()
}

fn compression_of(startup: &[u8]) -> Compression {
    let asks_for = |name: &[u8]| startup.windows(name.len()).any(|window| window == name);
    if asks_for(b"\x00\x0bCOMPRESSION\x00\x03lz4") {
        Compression::Lz4
    } else if asks_for(b"\x00\x0bCOMPRESSION\x00\x06snappy") {
        Compression::Snappy
    } else {
        Compression::None
    }
}

/// `[string multimap]`: what a server offers.
fn supported() -> Vec<u8> {
    let options: [(&str, &[&str]); 3] = [
        ("CQL_VERSION", &["3.4.7"]),
        ("COMPRESSION", &["snappy", "lz4"]),
        ("PROTOCOL_VERSIONS", &["3/v3", "4/v4", "5/v5"]),
    ];
    let mut body = (options.len() as u16).to_be_bytes().to_vec();
    for (name, values) in options {
        string(&mut body, name);
        body.extend_from_slice(&(values.len() as u16).to_be_bytes());
        for value in values {
            string(&mut body, value);
        }
    }
    body
}

fn error_body(code: u32, text: &str) -> Vec<u8> {
    let mut body = code.to_be_bytes().to_vec();
    string(&mut body, text);
    body
}

fn string(body: &mut Vec<u8>, text: &str) {
    body.extend_from_slice(&(text.len() as u16).to_be_bytes());
    body.extend_from_slice(text.as_bytes());
}

fn invalid(error: ferrocql_core::error::Error) -> Error {
    Error::new(ErrorKind::InvalidData, format!("{error:?}"))
}
