//! The request block: how JavaScript says what to encode. It is a list of words (i32) and the bytes that they point
//! into; nothing in it is believed. A *range* is two words, offset and length; length -1 says that there is none.
//!
//! ```text
//!  0 version               8 page size              17 paging state (range)      26 partitioner
//!  1 compression           9 serial consistency     19 keyspace (range)          27 least body compressed
//!  2 header flags         10 timestamp low, high    21 batch type                28 reserved
//!  3 consistency          12 now in seconds         22 count of batch entries    32 the lists
//!  4 query flags          13 text or id (range)     23 count of payload pairs
//!  5 count of values      15 result metadata id     24 count of strings
//!  6 values (range)          (range)                25 count of key ranges
//! ```
//!
//! The lists, one behind the other: batch entries (kind 0 text or 1 id, range of it, count of values, range of them),
//! payload pairs (range of the key, range of the value), strings (ranges), and the columns of the partition key
//! (ranges of what their values hold, in the order of the key).

use crate::compress::Compression;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::Version;
use crate::parameters::{query_flag, CommonParameters, Parameters, Values};
use crate::request::{BatchEntry, Statement};

pub(crate) const HEADER_FLAGS: usize = 2;
pub(crate) const TEXT_OR_ID: usize = 13;
pub(crate) const RESULT_METADATA_ID: usize = 15;
pub(crate) const KEYSPACE: usize = 19;
pub(crate) const BATCH_TYPE: usize = 21;
pub(crate) const PAYLOAD_COUNT: usize = 23;
pub(crate) const STRING_COUNT: usize = 24;
pub(crate) const PARTITIONER: usize = 26;
pub(crate) const LEAST_COMPRESSED: usize = 27;

const VERSION: usize = 0;
const COMPRESSION: usize = 1;
const CONSISTENCY: usize = 3;
const QUERY_FLAGS: usize = 4;
const VALUE_COUNT: usize = 5;
const VALUES: usize = 6;
const PAGE_SIZE: usize = 8;
const SERIAL_CONSISTENCY: usize = 9;
const TIMESTAMP: usize = 10;
const NOW_IN_SECONDS: usize = 12;
const PAGING_STATE: usize = 17;
const ENTRY_COUNT: usize = 22;
const LISTS: usize = 32;

/// Words of a batch entry, a payload pair, a string, a key range.
const ITEM_WORDS: [usize; 4] = [6, 4, 2, 2];
const KNOWN_FLAGS: u32 = 0x1ff;
const BATCH_FLAGS: u32 =
    query_flag::SERIAL_CONSISTENCY | query_flag::TIMESTAMP | query_flag::KEYSPACE | query_flag::NOW_IN_SECONDS;

/// A request block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestBlock<'a> {
    words: &'a [i32],
    bytes: &'a [u8],
}

/// The lists of a request block, each as the words at which its items start.
pub(crate) struct Lists {
    pub(crate) entries: Items,
    pub(crate) payload: Items,
    pub(crate) strings: Items,
    pub(crate) keys: Items,
}

/// The words at which the items of a list start.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Items {
    next: usize,
    step: usize,
    count: usize,
}

impl Iterator for Items {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        self.count = self.count.checked_sub(1)?;
        let word = self.next;
        self.next += self.step;
        Some(word)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.count, Some(self.count))
    }
}

impl ExactSizeIterator for Items {}

impl Items {
    /// Every two of them as one, or `None` where one is left over.
    pub(crate) fn pairs(self) -> Option<Self> {
        let Self { next, step, count } = self;
        let (step, count, is_even) = (2 * step, count / 2, count.is_multiple_of(2));
        is_even.then_some(Self { next, step, count })
    }
}

impl<'a> RequestBlock<'a> {
    pub(crate) const fn new(words: &'a [i32], bytes: &'a [u8]) -> Self {
        Self { words, bytes }
    }

    pub(crate) fn version(self) -> Result<Version> {
        Version::from_number(self.unsigned(VERSION)?)
    }

    pub(crate) fn compression(self) -> Result<Compression> {
        Compression::from_number(self.unsigned(COMPRESSION)?)
    }

    pub(crate) fn word(self, index: usize) -> Result<i32> {
        self.words.get(index).copied().ok_or(invalid(index))
    }

    /// A word that must not be negative.
    pub(crate) fn unsigned(self, index: usize) -> Result<u32> {
        u32::try_from(self.word(index)?).map_err(|_| invalid(index))
    }

    pub(crate) fn range(self, index: usize) -> Result<Option<&'a [u8]>> {
        let start = self.word(index)?;
        let length = self.word(index + 1)?;
        if length == -1 {
            return Ok(None);
        }
        let bytes = usize::try_from(start)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(start, length)| self.bytes.get(start..)?.get(..length));
        bytes.map(Some).ok_or(invalid(index))
    }

    /// A range that must be there.
    pub(crate) fn required(self, index: usize) -> Result<&'a [u8]> {
        self.range(index)?.ok_or(invalid(index))
    }

    /// A range of which no bytes mean the same as none.
    pub(crate) fn range_with_content(self, index: usize) -> Result<Option<&'a [u8]>> {
        Ok(self.range(index)?.filter(|bytes| !bytes.is_empty()))
    }

    pub(crate) fn lists(self) -> Result<Lists> {
        let mut lists = [Items::default(); 4];
        let mut next = LISTS;
        for (index, (items, step)) in (ENTRY_COUNT..).zip(lists.iter_mut().zip(ITEM_WORDS)) {
            let count = usize::try_from(self.word(index)?).map_err(|_| invalid(index))?;
            *items = Items { next, step, count };
            next = count
                .checked_mul(step)
                .and_then(|words| next.checked_add(words))
                .filter(|end| count == 0 || *end <= self.words.len())
                .ok_or(invalid(index))?;
        }
        let [entries, payload, strings, keys] = lists;
        Ok(Lists {
            entries,
            payload,
            strings,
            keys,
        })
    }

    /// The parameters of QUERY and EXECUTE.
    pub(crate) fn parameters(self) -> Result<Parameters<'a>> {
        let flags = self.flags(KNOWN_FLAGS)?;
        let has = |flag: u32| flags & flag != 0;
        let count = self.unsigned(VALUE_COUNT)? as usize;
        if has(query_flag::NAMES) && !has(query_flag::VALUES) || count > 0 && !has(query_flag::VALUES) {
            return Err(invalid(QUERY_FLAGS));
        }
        let values = if has(query_flag::VALUES) {
            let named = has(query_flag::NAMES);
            let bytes = self.range(VALUES)?.unwrap_or_default();
            Some(Values { count, named, bytes })
        } else {
            None
        };
        Ok(Parameters {
            values,
            skip_metadata: has(query_flag::SKIP_METADATA),
            page_size: self.word_if(has(query_flag::PAGE_SIZE), PAGE_SIZE)?,
            paging_state: self.range_if(has(query_flag::PAGING_STATE), PAGING_STATE)?,
            common: self.common(flags)?,
        })
    }

    /// The parameters of BATCH.
    pub(crate) fn batch_parameters(self) -> Result<CommonParameters<'a>> {
        self.common(self.flags(BATCH_FLAGS)?)
    }

    pub(crate) fn batch_entry(self, word: usize) -> Result<BatchEntry<'a>> {
        let text_or_id = self.required(word + 1)?;
        let statement = match self.word(word)? {
            0 => Statement::Text(text_or_id),
            1 => Statement::Id(text_or_id),
            _ => return Err(invalid(word)),
        };
        let values = Values {
            count: self.unsigned(word + 3)? as usize,
            named: false,
            bytes: self.range(word + 4)?.unwrap_or_default(),
        };
        Ok(BatchEntry { statement, values })
    }

    fn common(self, flags: u32) -> Result<CommonParameters<'a>> {
        let has = |flag: u32| flags & flag != 0;
        let serial = self.word_if(has(query_flag::SERIAL_CONSISTENCY), SERIAL_CONSISTENCY)?;
        let timestamp = if has(query_flag::TIMESTAMP) {
            let low = self.word(TIMESTAMP)? as u32;
            Some(i64::from(self.word(TIMESTAMP + 1)?) << 32 | i64::from(low))
        } else {
            None
        };
        Ok(CommonParameters {
            consistency: short(self.word(CONSISTENCY)?, CONSISTENCY)?,
            serial_consistency: serial.map(|serial| short(serial, SERIAL_CONSISTENCY)).transpose()?,
            timestamp,
            keyspace: self.range_if(has(query_flag::KEYSPACE), KEYSPACE)?,
            now_in_seconds: self.word_if(has(query_flag::NOW_IN_SECONDS), NOW_IN_SECONDS)?,
        })
    }

    fn flags(self, known: u32) -> Result<u32> {
        let flags = self.word(QUERY_FLAGS)? as u32;
        if flags & !known == 0 {
            Ok(flags)
        } else {
            Err(Error::new(ErrorKind::UnsupportedByVersion, QUERY_FLAGS))
        }
    }

    fn word_if(self, is_flagged: bool, index: usize) -> Result<Option<i32>> {
        if is_flagged {
            self.word(index).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A range and its flag must agree. No bytes mean the same as none: neither a keyspace nor a paging state is empty.
    fn range_if(self, is_flagged: bool, index: usize) -> Result<Option<&'a [u8]>> {
        let range = self.range_with_content(index)?;
        if range.is_some() == is_flagged {
            Ok(range)
        } else {
            Err(invalid(index))
        }
    }
}

pub(crate) const fn invalid(index: usize) -> Error {
    Error::new(ErrorKind::InvalidRequest, index)
}

fn short(word: i32, index: usize) -> Result<u16> {
    u16::try_from(word).map_err(|_| invalid(index))
}
