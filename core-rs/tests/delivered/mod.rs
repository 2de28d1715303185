//! Reads deliveries as JavaScript does, into JSON: what the vectors say, and what one can compare.
#![allow(dead_code)] // Each test file uses its part.

pub mod cold;
pub mod page;
pub mod values;

use cold::Cold;
use ferrocql_core::compress::Compression;
use ferrocql_core::delivery::{record, Delivery, RECORD_WORDS};
use ferrocql_core::error::ErrorKind;
use ferrocql_core::frame::Version;
use ferrocql_core::inbound::{ConnectionOptions, Inbound, BLOCK_HEAD_WORDS};
use ferrocql_core::metadata::Programs;
use page::Page;
use serde_json::{json, Map, Value};

/// The program word of a stream whose rows are wanted as columns.
pub const WANTS_COLUMNS: u32 = 1 << 31;

/// A connection, its instance, and what it delivered last.
pub struct Connection {
    pub inbound: Inbound,
    pub programs: Programs,
    pub out: Delivery,
}

impl Connection {
    pub fn new(version: u8) -> Self {
        Self::with(ConnectionOptions {
            version: Version::from_number(version.into()).unwrap(),
            ..OPTIONS
        })
    }

    pub fn with(options: ConnectionOptions) -> Self {
        Self {
            inbound: Inbound::new(options),
            programs: Programs::new(),
            out: Delivery::new(),
        }
    }

    /// Pushes a chunk that must not break the connection.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<Value> {
        self.inbound.push(chunk, &mut self.programs, &mut self.out).unwrap();
        self.delivered()
    }

    /// Everything in the last delivery.
    pub fn delivered(&self) -> Vec<Value> {
        records(self.out.bytes(), self.out.frame_count())
            .map(|record| record.to_json(&self.programs))
            .collect()
    }

    pub fn set_program_word(&mut self, stream: usize, word: u32) {
        self.inbound.block_mut()[BLOCK_HEAD_WORDS + stream] = word;
    }
}

pub const OPTIONS: ConnectionOptions = ConnectionOptions {
    version: Version::V4,
    compression: Compression::None,
    max_frame: 256 << 20,
    big_frame: 1 << 20,
    stream_capacity: 128,
    rate_limit_code: -1,
};

/// One frame record and the delivery that it is in.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    pub delivery: &'a [u8],
    pub start: usize,
}

pub fn records(delivery: &[u8], count: usize) -> impl Iterator<Item = Record<'_>> {
    (0..count).map(move |index| Record {
        delivery,
        start: index * RECORD_WORDS,
    })
}

impl<'a> Record<'a> {
    pub fn word(&self, index: usize) -> i32 {
        word(self.delivery, self.start + index)
    }

    /// A word that says where something is, or how much of it there is.
    pub fn number(&self, index: usize) -> usize {
        usize::try_from(self.word(index)).unwrap()
    }

    pub fn cold(&self) -> Cold<'a> {
        Cold::new(self.delivery, self.number(5), self.number(6))
    }

    pub fn to_json(self, programs: &Programs) -> Value {
        let mut object = Map::new();
        object.insert("opcode".into(), opcode_name(self.word(2)).into());
        object.insert("stream".into(), self.word(1).into());
        let mut cold = self.cold();
        if self.word(3) & 0x0e != 0
            && self.word(0) != record::PART
            && (self.word(0) != record::REFUSED || !cold.is_at_end())
        {
            cold.read_prefix(&mut object);
        }
        match self.word(0) {
            record::MESSAGE => cold.read_message(self.word(2), &mut object, programs),
            record::ROWS | record::COLUMNS => Page::new(self, programs).read(&mut cold, &mut object),
            record::PART => {
                let bytes = &self.delivery[self.number(12)..][..self.number(13)];
                object.insert("part".into(), json!([self.word(7), self.word(8), hex(bytes)]));
            }
            record::REFUSED => {
                let refused = json!({
                    "error": error_name(self.word(7)),
                    "offset": self.word(8),
                    "row": self.word(9),
                    "column": self.word(10),
                });
                object.insert("refused".into(), refused);
            }
            kind => panic!("record of kind {kind}"),
        }
        assert!(cold.is_at_end(), "cold words left over in {object:?}");
        Value::Object(object)
    }
}

pub fn word(bytes: &[u8], index: usize) -> i32 {
    i32::from_le_bytes(bytes[4 * index..][..4].try_into().unwrap())
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn opcode_name(opcode: i32) -> &'static str {
    match opcode {
        0x00 => "ERROR",
        0x02 => "READY",
        0x03 => "AUTHENTICATE",
        0x06 => "SUPPORTED",
        0x08 => "RESULT",
        0x0c => "EVENT",
        0x0e => "AUTH_CHALLENGE",
        0x10 => "AUTH_SUCCESS",
        _ => panic!("opcode {opcode}"),
    }
}

fn error_name(number: i32) -> String {
    use ErrorKind as E;
    let kinds = [
        E::Truncated,
        E::NegativeLength,
        E::FrameTooLarge,
        E::InvalidCompression,
        E::UnexpectedCompression,
        E::InvalidUtf8,
        E::CountTooLarge,
        E::TypeTooDeep,
        E::UnknownType,
        E::InvalidClassName,
        E::InvalidValue,
        E::UnknownResultKind,
        E::MissingMetadata,
        E::MetadataMismatch,
    ];
    let kind = kinds.iter().find(|kind| **kind as i32 == number);
    format!("{:?}", kind.unwrap_or_else(|| panic!("error {number}")))
}
