//! ERROR: a code, a sentence, and for some codes more. Whatever is wrong with the rest, the code and the sentence
//! reach the user.

use super::Dialect;
use crate::delivery::Delivery;
use crate::error::Result;
use crate::frame::Version;
use crate::notation::Reader;
use core::net::IpAddr;

/// What follows the sentence in the cold words.
pub mod error_detail {
    /// Nothing.
    pub const NONE: i32 = 0;
    /// Consistency, required, alive.
    pub const UNAVAILABLE: i32 = 1;
    /// Consistency, received, block for, text write type, contentions (-1: none given).
    pub const WRITE_TIMEOUT: i32 = 2;
    /// Consistency, received, block for, data present.
    pub const READ_TIMEOUT: i32 = 3;
    /// Consistency, received, block for, failures, reasons, data present.
    pub const READ_FAILURE: i32 = 4;
    /// Consistency, received, block for, failures, reasons, text write type.
    pub const WRITE_FAILURE: i32 = 5;
    /// Text keyspace, text function, texts argument types.
    pub const FUNCTION_FAILURE: i32 = 6;
    /// Consistency, received, block for.
    pub const CAS_WRITE_UNKNOWN: i32 = 7;
    /// Text keyspace, text table (empty: the keyspace exists).
    pub const ALREADY_EXISTS: i32 = 8;
    /// Bytes id.
    pub const UNPREPARED: i32 = 9;
    /// Kind of operation, whether the coordinator itself rejected it.
    pub const RATE_LIMIT: i32 = 10;
}

/// The codes of native_protocol_v5.spec 8 whose body goes on after the sentence.
mod code {
    pub(super) const UNAVAILABLE: i32 = 0x1000;
    pub(super) const WRITE_TIMEOUT: i32 = 0x1100;
    pub(super) const READ_TIMEOUT: i32 = 0x1200;
    pub(super) const READ_FAILURE: i32 = 0x1300;
    pub(super) const FUNCTION_FAILURE: i32 = 0x1400;
    pub(super) const WRITE_FAILURE: i32 = 0x1500;
    pub(super) const CAS_WRITE_UNKNOWN: i32 = 0x1700;
    pub(super) const ALREADY_EXISTS: i32 = 0x2400;
    pub(super) const UNPREPARED: i32 = 0x2500;
}

/// Writes an ERROR. One that is too short for its code has [`error_detail::NONE`].
///
/// ```text
/// wire    +------------+------------------+----------------+
///         | [int] code | [string] message | detail         |
///         +------------+------------------+----------------+
/// words   code | text message | detail kind | detail
/// ```
///
/// Source: native_protocol_v5.spec 4.2.1 and 8.
pub(super) fn write_error(reader: &mut Reader<'_>, dialect: Dialect, out: &mut Delivery) {
    let code = reader.int().unwrap_or_default();
    out.put_word(code);
    let Ok(message) = reader.short_bytes() else {
        out.put_text("");
        out.put_word(error_detail::NONE);
        return;
    };
    out.put_text(&String::from_utf8_lossy(message));
    let before = out.mark();
    if write_detail(code, reader, dialect, out).is_err() {
        out.rewind(before);
        out.put_word(error_detail::NONE);
    }
}

fn write_detail(code: i32, reader: &mut Reader<'_>, dialect: Dialect, out: &mut Delivery) -> Result<()> {
    match code {
        code::UNAVAILABLE => {
            out.put_word(error_detail::UNAVAILABLE);
            write_counts(reader, out)
        }
        code::WRITE_TIMEOUT => write_write_timeout(reader, dialect.version, out),
        code::READ_TIMEOUT => {
            out.put_word(error_detail::READ_TIMEOUT);
            write_counts(reader, out)?;
            write_flag(reader, out)
        }
        code::READ_FAILURE => {
            out.put_word(error_detail::READ_FAILURE);
            write_failure(reader, dialect.version, out)?;
            write_flag(reader, out)
        }
        code::WRITE_FAILURE => {
            out.put_word(error_detail::WRITE_FAILURE);
            write_failure(reader, dialect.version, out)?;
            write_text(reader, out)
        }
        code::FUNCTION_FAILURE => {
            out.put_word(error_detail::FUNCTION_FAILURE);
            write_text(reader, out)?;
            write_text(reader, out)?;
            out.put_texts(&reader.string_list()?);
            Ok(())
        }
        code::CAS_WRITE_UNKNOWN => {
            out.put_word(error_detail::CAS_WRITE_UNKNOWN);
            write_counts(reader, out)
        }
        code::ALREADY_EXISTS => {
            out.put_word(error_detail::ALREADY_EXISTS);
            write_text(reader, out)?;
            write_text(reader, out)
        }
        code::UNPREPARED => {
            out.put_word(error_detail::UNPREPARED);
            out.put_bytes(Some(reader.short_bytes()?));
            Ok(())
        }
        _ if code == dialect.rate_limit_code && code >= 0 => {
            out.put_word(error_detail::RATE_LIMIT);
            out.put_word(reader.byte()?.into());
            write_flag(reader, out)
        }
        _ => {
            out.put_word(error_detail::NONE);
            Ok(())
        }
    }
}

/// ```text
/// +---------------+----------------+-----------------+
/// | [consistency] | [int] received | [int] block for |
/// |               | or required    | or alive        |
/// +---------------+----------------+-----------------+
/// ```
fn write_counts(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    out.put_word(reader.short()?.into());
    out.put_word(reader.int()?);
    out.put_word(reader.int()?);
    Ok(())
}

/// ```text
/// +--------+---------------------+------------------------------+
/// | counts | [string] write type | [short] contentions (v5 CAS) |
/// +--------+---------------------+------------------------------+
/// ```
fn write_write_timeout(reader: &mut Reader<'_>, version: Version, out: &mut Delivery) -> Result<()> {
    out.put_word(error_detail::WRITE_TIMEOUT);
    write_counts(reader, out)?;
    let write_type = reader.string()?;
    out.put_text(write_type);
    let has_contentions = version >= Version::V5 && write_type == "CAS" && reader.remaining() > 0;
    out.put_word(if has_contentions { reader.short()?.into() } else { -1 });
    Ok(())
}

/// ```text
/// v3, v4  +--------+----------------+
///         | counts | [int] failures |
///         +--------+----------------+
/// v5      +--------+---------+------------------------------------+
///         | counts | [int] n | n × ([inetaddr] host [short] code) |
///         +--------+---------+------------------------------------+
/// words   consistency | received | block for | failures | count | (text address, code)
/// ```
fn write_failure(reader: &mut Reader<'_>, version: Version, out: &mut Delivery) -> Result<()> {
    write_counts(reader, out)?;
    if version < Version::V5 {
        out.put_word(reader.int()?);
        out.put_count(0);
        return Ok(());
    }
    let count = reader.count(7)?;
    out.put_count(count);
    out.put_count(count);
    for _ in 0..count {
        out.put_text(&format_address(reader.inet_address()?));
        out.put_word(reader.short()?.into());
    }
    Ok(())
}

fn write_text(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    out.put_text(reader.string()?);
    Ok(())
}

fn write_flag(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    out.put_word(i32::from(reader.byte()? != 0));
    Ok(())
}

fn format_address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return IpAddr::from(bytes).to_string();
    }
    <[u8; 16]>::try_from(bytes).map_or_else(|_| String::new(), |bytes| IpAddr::from(bytes).to_string())
}
