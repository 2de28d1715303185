//! The parameters that QUERY, EXECUTE and BATCH carry besides the statement: consistency, flags, values, paging, time.
//! Values come encoded; they are counted and measured, not understood.

use crate::error::{Error, ErrorKind, Result};
use crate::frame::Version;
use crate::notation::{write_bytes, write_count, write_int, write_long, write_short, write_string, Reader, Value};

/// The flags of the parameters of QUERY, EXECUTE and BATCH, native_protocol_v5.spec 4.1.4.
pub mod query_flag {
    /// Values follow.
    pub const VALUES: u32 = 0x01;
    /// The client knows the metadata of the result.
    pub const SKIP_METADATA: u32 = 0x02;
    /// A page size follows.
    pub const PAGE_SIZE: u32 = 0x04;
    /// A paging state follows.
    pub const PAGING_STATE: u32 = 0x08;
    /// A serial consistency follows.
    pub const SERIAL_CONSISTENCY: u32 = 0x10;
    /// A timestamp follows.
    pub const TIMESTAMP: u32 = 0x20;
    /// Each value has its name before it.
    pub const NAMES: u32 = 0x40;
    /// A keyspace follows (v5).
    pub const KEYSPACE: u32 = 0x80;
    /// The time of the request follows (v5).
    pub const NOW_IN_SECONDS: u32 = 0x100;
}

const SERIAL: u16 = 8;
const LOCAL_SERIAL: u16 = 9;

/// Values as they stand on the wire, back to back: `[value]`, or `[string][value]` where they are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Values<'a> {
    /// How many.
    pub count: usize,
    /// Whether a name stands before each.
    pub named: bool,
    /// Their bytes.
    pub bytes: &'a [u8],
}

/// What QUERY and EXECUTE say besides the statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// The values of the markers.
    pub values: Option<Values<'a>>,
    /// Whether the metadata of the result may be left out.
    pub skip_metadata: bool,
    /// Rows of a page.
    pub page_size: Option<i32>,
    /// Where the last page ended.
    pub paging_state: Option<&'a [u8]>,
    /// What BATCH says too.
    pub common: CommonParameters<'a>,
}

/// What QUERY, EXECUTE and BATCH say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommonParameters<'a> {
    /// The consistency.
    pub consistency: u16,
    /// The consistency of the serial phase: SERIAL (8) or LOCAL_SERIAL (9).
    pub serial_consistency: Option<u16>,
    /// Microseconds since 1970.
    pub timestamp: Option<i64>,
    /// The keyspace of names that have none (v5).
    pub keyspace: Option<&'a [u8]>,
    /// What the server takes for now when it computes expiry, in seconds since 1970 (v5).
    pub now_in_seconds: Option<i32>,
}

impl Parameters<'_> {
    /// Appends the parameters of QUERY and EXECUTE.
    ///
    /// ```text
    /// +-------------+---------------+-------------------------- where flagged -------------------------+
    /// | consistency | flags         | values        | page size | paging state | what BATCH says too   |
    /// | [short]     | [byte] v5 int | [short] n × … | [int]     | [bytes]      | see below             |
    /// +-------------+---------------+---------------+-----------+--------------+-----------------------+
    /// ```
    ///
    /// Source: native_protocol_v5.spec 4.1.4.
    pub fn write(&self, version: Version, out: &mut Vec<u8>) -> Result<()> {
        write_short(out, self.common.consistency);
        write_flags(version, self.flags(), out)?;
        if let Some(values) = &self.values {
            values.write(version, out)?;
        }
        if let Some(page_size) = self.page_size {
            write_int(out, page_size);
        }
        if let Some(paging_state) = self.paging_state {
            write_bytes(out, paging_state)?;
        }
        self.common.write_flagged(out)
    }

    fn flags(&self) -> u32 {
        let named = self.values.is_some_and(|values| values.named);
        bit(self.values.is_some(), query_flag::VALUES)
            | bit(self.skip_metadata, query_flag::SKIP_METADATA)
            | bit(self.page_size.is_some(), query_flag::PAGE_SIZE)
            | bit(self.paging_state.is_some(), query_flag::PAGING_STATE)
            | bit(named, query_flag::NAMES)
            | self.common.flags()
    }
}

impl CommonParameters<'_> {
    /// Appends the parameters of BATCH, which stand behind its statements.
    ///
    /// ```text
    /// +-------------+---------------+---------------------- where flagged ----------------------+
    /// | consistency | flags         | serial consistency | timestamp | v5 keyspace | v5 now     |
    /// | [short]     | [byte] v5 int | [short]            | [long]    | [string]    | [int]      |
    /// +-------------+---------------+--------------------+-----------+-------------+------------+
    /// ```
    ///
    /// Source: native_protocol_v5.spec 4.1.7.
    pub fn write(&self, version: Version, out: &mut Vec<u8>) -> Result<()> {
        write_short(out, self.consistency);
        write_flags(version, self.flags(), out)?;
        self.write_flagged(out)
    }

    fn write_flagged(&self, out: &mut Vec<u8>) -> Result<()> {
        match self.serial_consistency {
            Some(consistency @ (SERIAL | LOCAL_SERIAL)) => write_short(out, consistency),
            Some(_) => return Err(invalid(out)),
            None => {}
        }
        if let Some(timestamp) = self.timestamp {
            write_long(out, timestamp);
        }
        if let Some(keyspace) = self.keyspace {
            write_string(out, keyspace)?;
        }
        if let Some(now) = self.now_in_seconds {
            write_int(out, now);
        }
        Ok(())
    }

    fn flags(&self) -> u32 {
        bit(self.serial_consistency.is_some(), query_flag::SERIAL_CONSISTENCY)
            | bit(self.timestamp.is_some(), query_flag::TIMESTAMP)
            | bit(self.keyspace.is_some(), query_flag::KEYSPACE)
            | bit(self.now_in_seconds.is_some(), query_flag::NOW_IN_SECONDS)
    }
}

impl Values<'_> {
    /// Appends the count and the values, once they are found to be as many, and each to end where the next one starts.
    ///
    /// ```text
    /// +---------+---------------------+
    /// | n       | n × (name, value)   |
    /// | [short] | [string] ? [value]  |
    /// +---------+---------------------+
    /// ```
    pub fn write(&self, version: Version, out: &mut Vec<u8>) -> Result<()> {
        write_count(out, self.count)?;
        let mut reader = Reader::new(self.bytes);
        for _ in 0..self.count {
            if self.named {
                reader.short_bytes().map_err(|_| invalid(out))?;
            }
            let value = reader.value().map_err(|_| invalid(out))?;
            if value == Value::Unset && version < Version::V4 {
                return Err(unsupported(out));
            }
        }
        if reader.remaining() != 0 {
            return Err(invalid(out));
        }
        out.extend_from_slice(self.bytes);
        Ok(())
    }
}

/// `[byte]`, which holds all flags that v3 and v4 know, or `[int]`.
fn write_flags(version: Version, flags: u32, out: &mut Vec<u8>) -> Result<()> {
    if version >= Version::V5 {
        out.extend_from_slice(&flags.to_be_bytes());
    } else if flags < query_flag::KEYSPACE {
        out.push(flags as u8);
    } else {
        return Err(unsupported(out));
    }
    Ok(())
}

const fn bit(is_set: bool, flag: u32) -> u32 {
    if is_set {
        flag
    } else {
        0
    }
}

const fn invalid(out: &[u8]) -> Error {
    Error::new(ErrorKind::InvalidRequest, out.len())
}

const fn unsupported(out: &[u8]) -> Error {
    Error::new(ErrorKind::UnsupportedByVersion, out.len())
}
