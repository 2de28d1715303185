//! RESULT in all its kinds but rows.

use super::event::write_schema_change;
use crate::delivery::Delivery;
use crate::error::{ErrorKind, Result};
use crate::frame::Version;
use crate::metadata::{metadata_flag, read_markers, MetadataHead, Programs};
use crate::notation::Reader;

/// The kind of a RESULT: the first word of its body, and of its cold words.
pub mod result_kind {
    /// Nothing follows.
    pub const VOID: i32 = 1;
    /// Metadata and rows.
    pub const ROWS: i32 = 2;
    /// Text keyspace.
    pub const SET_KEYSPACE: i32 = 3;
    /// Bytes id, bytes result metadata id (null before v5), flags, count and partition key indexes, count and column
    /// specs of the markers, program of the result (-1: it has no columns).
    pub const PREPARED: i32 = 4;
    /// A change of the schema, as in an event.
    pub const SCHEMA_CHANGE: i32 = 5;
}

/// Writes a RESULT that has no rows.
///
/// ```text
/// +------------+-------------------------------------------------------------+
/// | [int] kind | 1 nothing | 3 [string] keyspace | 4 prepared | 5 change     |
/// +------------+-------------------------------------------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.5.
pub(super) fn write_result(
    reader: &mut Reader<'_>,
    version: Version,
    programs: &mut Programs,
    out: &mut Delivery,
) -> Result<()> {
    let unknown = reader.error(ErrorKind::UnknownResultKind);
    let kind = reader.int()?;
    out.put_word(kind);
    match kind {
        result_kind::VOID => Ok(()),
        result_kind::SET_KEYSPACE => {
            out.put_text(reader.string()?);
            Ok(())
        }
        result_kind::PREPARED => write_prepared(reader, version, programs, out),
        result_kind::SCHEMA_CHANGE => write_schema_change(reader, out),
        _ => Err(unknown),
    }
}

/// ```text
/// +------------------+----------------------------------+-----------------------+------------------------+
/// | [short bytes] id | [short bytes] result metadata id | metadata of markers   | metadata of the result |
/// |                  | (v5)                             |                       |                        |
/// +------------------+----------------------------------+-----------------------+------------------------+
/// ```
fn write_prepared(
    reader: &mut Reader<'_>,
    version: Version,
    programs: &mut Programs,
    out: &mut Delivery,
) -> Result<()> {
    out.put_bytes(Some(reader.short_bytes()?));
    let has_metadata_id = version >= Version::V5;
    out.put_bytes(if has_metadata_id {
        Some(reader.short_bytes()?)
    } else {
        None
    });

    let markers = read_markers(reader, version)?;
    out.put_word(markers.flags);
    out.put_count(markers.partition_key.len());
    for index in markers.partition_key {
        out.put_word(index.into());
    }
    out.put_columns(&markers.columns);

    let head = MetadataHead::read(reader)?;
    if head.column_count == 0 || head.has(metadata_flag::NO_METADATA) {
        out.put_word(-1);
        return Ok(());
    }
    let resolved = programs.resolve(&head, reader, None)?;
    out.put_word(i32::try_from(resolved.id).unwrap_or(-1));
    Ok(())
}
