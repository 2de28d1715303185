//! EVENT, and the change of schema that a RESULT may tell in the same way.

use crate::delivery::Delivery;
use crate::error::Result;
use crate::notation::Reader;

/// The kind of an event: its first cold word.
pub mod event_kind {
    /// Text type: an event that we do not know.
    pub const UNKNOWN: i32 = 0;
    /// Text change, bytes address, port.
    pub const TOPOLOGY_CHANGE: i32 = 1;
    /// Text change, bytes address, port.
    pub const STATUS_CHANGE: i32 = 2;
    /// Text change, text target, text keyspace, text name, texts argument types.
    pub const SCHEMA_CHANGE: i32 = 3;
    /// Text change, texts connection ids, texts host ids (ScyllaDB).
    pub const CLIENT_ROUTES_CHANGE: i32 = 4;
}

/// Writes an EVENT.
///
/// ```text
/// +---------------+-------------------------------------------------------+
/// | [string] type | TOPOLOGY_CHANGE, STATUS_CHANGE: [string] change       |
/// |               |   [inet]                                              |
/// |               | SCHEMA_CHANGE: see `write_schema_change`              |
/// |               | CLIENT_ROUTES_CHANGE: [string] change [string list]   |
/// |               |   connection ids [string list] host ids               |
/// +---------------+-------------------------------------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.6; CLIENT_ROUTES_CHANGE: ScyllaDB's extensions of the protocol.
pub(super) fn write_event(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    let name = reader.string()?;
    match name {
        "TOPOLOGY_CHANGE" => write_host_change(event_kind::TOPOLOGY_CHANGE, reader, out),
        "STATUS_CHANGE" => write_host_change(event_kind::STATUS_CHANGE, reader, out),
        "SCHEMA_CHANGE" => {
            out.put_word(event_kind::SCHEMA_CHANGE);
            write_schema_change(reader, out)
        }
        "CLIENT_ROUTES_CHANGE" => {
            out.put_word(event_kind::CLIENT_ROUTES_CHANGE);
            out.put_text(reader.string()?);
            out.put_texts(&reader.string_list()?);
            out.put_texts(&reader.string_list()?);
            Ok(())
        }
        _ => {
            out.put_word(event_kind::UNKNOWN);
            out.put_text(name);
            Ok(())
        }
    }
}

/// Writes a change of the schema. Targets that we do not know have a keyspace, and no more that we could read.
///
/// ```text
/// +-----------------+-----------------+-------------------+-------------------------+----------------------+
/// | [string] change | [string] target | [string] keyspace | [string] name           | [string list] types  |
/// |                 |                 |                   | TABLE, TYPE, FUNCTION,  | FUNCTION, AGGREGATE  |
/// |                 |                 |                   | AGGREGATE               |                      |
/// +-----------------+-----------------+-------------------+-------------------------+----------------------+
/// ```
pub(super) fn write_schema_change(reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    out.put_text(reader.string()?);
    let target = reader.string()?;
    out.put_text(target);
    out.put_text(reader.string()?);
    let has_types = matches!(target, "FUNCTION" | "AGGREGATE");
    let has_name = has_types || matches!(target, "TABLE" | "TYPE");
    out.put_text(if has_name { reader.string()? } else { "" });
    out.put_texts(&if has_types { reader.string_list()? } else { Vec::new() });
    Ok(())
}

fn write_host_change(kind: i32, reader: &mut Reader<'_>, out: &mut Delivery) -> Result<()> {
    out.put_word(kind);
    out.put_text(reader.string()?);
    let (address, port) = reader.inet()?;
    out.put_bytes(Some(address));
    out.put_word(port);
    Ok(())
}
