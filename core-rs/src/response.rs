//! Every message but pages of rows → cold words: READY, AUTHENTICATE, SUPPORTED, AUTH_*, and by way of its parts RESULT,
//! ERROR and EVENT. A body that is longer than its message says is no fault: later versions may add to it.

mod error_body;
mod event;
mod result;

pub use error_body::error_detail;
pub use event::event_kind;
pub use result::result_kind;

use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{opcode, Prefix, Version};
use crate::metadata::Programs;
use crate::notation::Reader;

/// Header flags that announce something before the message.
const PREFIX_FLAGS: u8 = 0x0e;

/// What of a connection matters to its messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// The version negotiated.
    pub version: Version,
    /// The code of the error that says that a rate limit was exceeded (ScyllaDB tells it in SUPPORTED); negative: none.
    pub rate_limit_code: i32,
}

/// Writes what precedes the message, if the header announces anything.
///
/// ```text
/// bytes tracing id | count, texts warnings | count, (text, bytes) payload
/// ```
pub fn write_prefix(reader: &mut Reader<'_>, flags: u8, out: &mut Delivery) -> Result<()> {
    if flags & PREFIX_FLAGS == 0 {
        return Ok(());
    }
    let prefix = Prefix::read(reader, flags)?;
    out.put_bytes(prefix.tracing_id.as_ref().map(<[u8; 16]>::as_slice));
    out.put_texts(&prefix.warnings);
    out.put_count(prefix.payload.len());
    for (key, value) in prefix.payload {
        out.put_text(key);
        out.put_bytes(value);
    }
    Ok(())
}

/// Writes a message that is no page of rows: those are refused here.
///
/// ```text
/// READY          nothing
/// AUTHENTICATE   text class
/// SUPPORTED      count, (text key, count, texts)
/// AUTH_*         bytes
/// RESULT, ERROR, EVENT   see there
/// ```
pub fn write_message(
    opcode: u8,
    dialect: Dialect,
    reader: &mut Reader<'_>,
    programs: &mut Programs,
    out: &mut Delivery,
) -> Result<()> {
    match opcode {
        opcode::READY => Ok(()),
        opcode::ERROR => {
            error_body::write_error(reader, dialect, out);
            Ok(())
        }
        opcode::AUTHENTICATE => {
            out.put_text(reader.string()?);
            Ok(())
        }
        opcode::SUPPORTED => write_supported(reader, out),
        opcode::RESULT => result::write_result(reader, dialect.version, programs, out),
        opcode::EVENT => event::write_event(reader, out),
        opcode::AUTH_CHALLENGE | opcode::AUTH_SUCCESS => {
            out.put_bytes(reader.nullable_bytes()?);
            Ok(())
        }
        _ => Err(Error::new(ErrorKind::UnknownOpcode, 0)),
    }
}

fn write_supported(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    let options = reader.string_multimap()?;
    out.put_count(options.len());
    for (key, values) in options {
        out.put_text(key);
        out.put_texts(&values);
    }
    Ok(())
}
