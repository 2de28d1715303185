//! The prepared answers, found by version, opcode and what identifies a request: its text, its prepared id, or nothing.

use std::collections::HashMap;

use ferrocql_core::compress::{compress_body, Compression};

/// Where a request finds its answer.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub version: u8,
    pub opcode: u8,
    /// Text of QUERY and PREPARE, id of EXECUTE, empty for BATCH.
    pub what: Vec<u8>,
}

/// One answer, plain and as each compression sends it.
#[derive(Debug)]
pub struct Answer {
    pub opcode: u8,
    plain: Vec<u8>,
    lz4: Vec<u8>,
    snappy: Vec<u8>,
}

#[derive(Debug)]
pub struct Answers(HashMap<Key, Answer>);

impl Answer {
    /// The body as it is sent, and whether it is compressed.
    pub fn body(&self, compression: Compression) -> (&[u8], bool) {
        let compressed = match compression {
            Compression::None => return (&self.plain, false),
            Compression::Lz4 => &self.lz4,
            Compression::Snappy => &self.snappy,
        };
        if compressed.len() < self.plain.len() {
            (compressed, true)
        } else {
            (&self.plain, false)
        }
    }
}

impl Answers {
    /// Reads the file: for each answer, numbers little-endian,
    ///
    /// ```text
    /// | version u8 | opcode u8 | length u32 | what | opcode of the answer u8 | length u32 | body |
    /// ```
    pub fn read(mut file: &[u8]) -> Result<Self, String> {
        let mut answers = HashMap::new();
        while !file.is_empty() {
            let version = byte(&mut file)?;
            let opcode = byte(&mut file)?;
            let what = block(&mut file)?;
            let key = Key { version, opcode, what };
            let opcode = byte(&mut file)?;
            let plain = block(&mut file)?;
            let (lz4, snappy) = (compressed(Compression::Lz4, &plain)?, compressed(Compression::Snappy, &plain)?);
            answers.insert(key, Answer { opcode, plain, lz4, snappy });
        }
        Ok(Self(answers))
    }

    pub fn find(&self, key: &Key) -> Option<&Answer> {
        self.0.get(key)
    }
}

fn compressed(compression: Compression, body: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    compress_body(compression, body, &mut out).map_err(|error| format!("{error:?}"))?;
    Ok(out)
}

fn byte(file: &mut &[u8]) -> Result<u8, String> {
    let (first, rest) = file.split_first().ok_or("the file of answers is cut short")?;
    *file = rest;
    Ok(*first)
}

fn block(file: &mut &[u8]) -> Result<Vec<u8>, String> {
    let length = file.first_chunk::<4>().ok_or("the file of answers is cut short")?;
    let length = u32::from_le_bytes(*length) as usize;
    let bytes = file.get(4..4 + length).ok_or("the file of answers is cut short")?;
    *file = &file[4 + length..];
    Ok(bytes.to_vec())
}
