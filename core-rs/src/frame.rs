//! The 9-byte header of a frame, its flags and opcodes, and what may precede the message in a response's body:
//! tracing id, warnings, custom payload. Bodies themselves are left to `request` and `response`.

use crate::error::{Error, ErrorKind, Result};
use crate::notation::{write_int, BytesMap, Reader};

/// Bytes before the body of every frame.
pub const HEADER_LENGTH: usize = 9;

/// The bit of the version byte that a response has.
const RESPONSE: u8 = 0x80;

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Version {
    /// Apache Cassandra 2.1 and newer.
    V3 = 3,
    /// Apache Cassandra 2.2 and newer, ScyllaDB.
    V4 = 4,
    /// Apache Cassandra 4.0 and newer: segments, keyspace per request, result metadata ids.
    V5 = 5,
}

/// The opcodes of native_protocol_v5.spec 2.4.1.4.
pub mod opcode {
    /// Response: something went wrong.
    pub const ERROR: u8 = 0x00;
    /// Request: the first of a connection, after perhaps OPTIONS.
    pub const STARTUP: u8 = 0x01;
    /// Response: the connection is ready for requests.
    pub const READY: u8 = 0x02;
    /// Response: the server wants credentials.
    pub const AUTHENTICATE: u8 = 0x03;
    /// Request: what does the server support?
    pub const OPTIONS: u8 = 0x05;
    /// Response: what the server supports.
    pub const SUPPORTED: u8 = 0x06;
    /// Request: execute CQL text.
    pub const QUERY: u8 = 0x07;
    /// Response: of QUERY, PREPARE, EXECUTE and BATCH.
    pub const RESULT: u8 = 0x08;
    /// Request: prepare CQL text.
    pub const PREPARE: u8 = 0x09;
    /// Request: execute a prepared statement.
    pub const EXECUTE: u8 = 0x0a;
    /// Request: subscribe to events.
    pub const REGISTER: u8 = 0x0b;
    /// Response without a request: something happened.
    pub const EVENT: u8 = 0x0c;
    /// Request: execute several statements.
    pub const BATCH: u8 = 0x0d;
    /// Response: authentication goes on.
    pub const AUTH_CHALLENGE: u8 = 0x0e;
    /// Request: credentials.
    pub const AUTH_RESPONSE: u8 = 0x0f;
    /// Response: authentication is done.
    pub const AUTH_SUCCESS: u8 = 0x10;
}

/// The header flags of native_protocol_v5.spec 2.4.1.2.
pub mod flag {
    /// The body is compressed (v3, v4; without meaning in v5).
    pub const COMPRESSED: u8 = 0x01;
    /// Request: trace this. Response: a tracing id comes first.
    pub const TRACING: u8 = 0x02;
    /// A custom payload comes before the message (v4 and later).
    pub const PAYLOAD: u8 = 0x04;
    /// Response: warnings come before the message (v4 and later).
    pub const WARNINGS: u8 = 0x08;
    /// The version is a beta and the sender knows it.
    pub const BETA: u8 = 0x10;
}

/// The header of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The version without the direction bit.
    pub version: u8,
    /// Bits of [`flag`].
    pub flags: u8,
    /// The stream id; -1 for events.
    pub stream: i16,
    /// One of [`opcode`].
    pub opcode: u8,
    /// Bytes that follow the header.
    pub body_length: usize,
}

/// What stands before the message in the body of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefix<'a> {
    /// The id under which the server traces the request.
    pub tracing_id: Option<[u8; 16]>,
    /// Sentences for the user.
    pub warnings: Vec<&'a str>,
    /// The custom payload; a null value is `None`.
    pub payload: BytesMap<'a>,
}

impl Version {
    /// The version with this number.
    pub const fn from_number(number: u32) -> Result<Self> {
        match number {
            3 => Ok(Self::V3),
            4 => Ok(Self::V4),
            5 => Ok(Self::V5),
            _ => Err(Error::new(ErrorKind::UnexpectedVersion, 0)),
        }
    }

    /// Its number, as in the version byte of a request.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

impl Header {
    /// Reads the header of a response and checks each of its fields but the stream id.
    ///
    /// While `negotiating`, an ERROR may have any version: a server that does not know ours answers in its own.
    ///
    /// ```text
    /// +---------+-------+--------+--------+-------------+
    /// | version | flags | stream | opcode | body length |
    /// | [byte]  | byte  | i16    | [byte] | [int]       |
    /// +---------+-------+--------+--------+-------------+
    /// ```
    ///
    /// Source: native_protocol_v5.spec 2.4.
    pub fn read(bytes: &[u8; HEADER_LENGTH], expected: Version, negotiating: bool, max_frame: usize) -> Result<Self> {
        let [version, flags, s0, s1, opcode, l0, l1, l2, l3] = *bytes;
        if version & RESPONSE == 0 {
            return Err(Error::new(ErrorKind::WrongDirection, 0));
        }
        let version = version & !RESPONSE;
        if version != expected.number() && !(negotiating && opcode == opcode::ERROR) {
            return Err(Error::new(ErrorKind::UnexpectedVersion, 0));
        }
        if !is_response(opcode) {
            return Err(Error::new(ErrorKind::UnknownOpcode, 4));
        }
        let body_length = usize::try_from(i32::from_be_bytes([l0, l1, l2, l3]))
            .map_err(|_| Error::new(ErrorKind::NegativeLength, 5))?;
        if body_length > max_frame {
            return Err(Error::new(ErrorKind::FrameTooLarge, 5));
        }
        let stream = i16::from_be_bytes([s0, s1]);
        Ok(Self {
            version,
            flags,
            stream,
            opcode,
            body_length,
        })
    }
}

impl<'a> Prefix<'a> {
    /// Reads what the header flags announce, in the order tracing id, warnings, payload.
    ///
    /// Source: native_protocol_v5.spec 4.
    pub fn read(reader: &mut Reader<'a>, flags: u8) -> Result<Self> {
        let mut prefix = Self::default();
        if flags & flag::TRACING != 0 {
            prefix.tracing_id = Some(reader.uuid()?);
        }
        if flags & flag::WARNINGS != 0 {
            prefix.warnings = reader.string_list()?;
        }
        if flags & flag::PAYLOAD != 0 {
            prefix.payload = reader.bytes_map()?;
        }
        Ok(prefix)
    }
}

/// Appends the header of a request, of which [`patch_length`] fills in the body length; gives where it starts.
pub fn write_header(out: &mut Vec<u8>, version: Version, flags: u8, stream: i16, opcode: u8) -> usize {
    let start = out.len();
    let [s0, s1] = stream.to_be_bytes();
    out.extend_from_slice(&[version.number(), flags, s0, s1, opcode]);
    write_int(out, 0);
    start
}

/// Writes the length of the body that ends `out` into the header at `start`.
pub fn patch_length(out: &mut [u8], start: usize) -> Result<()> {
    let too_long = Error::new(ErrorKind::TooLong, start);
    let frame = out.get_mut(start..).unwrap_or_default();
    let Some((header, body)) = frame.split_first_chunk_mut::<HEADER_LENGTH>() else {
        return Err(Error::new(ErrorKind::Truncated, start));
    };
    let length = i32::try_from(body.len()).map_err(|_| too_long)?;
    let [.., l0, l1, l2, l3] = header;
    [*l0, *l1, *l2, *l3] = length.to_be_bytes();
    Ok(())
}

const fn is_response(opcode: u8) -> bool {
    matches!(
        opcode,
        opcode::ERROR
            | opcode::READY
            | opcode::AUTHENTICATE
            | opcode::SUPPORTED
            | opcode::RESULT
            | opcode::EVENT
            | opcode::AUTH_CHALLENGE
            | opcode::AUTH_SUCCESS
    )
}
