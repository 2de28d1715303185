//! The bodies of requests, one function an opcode. Each appends to `out`, which holds the header already, and refuses
//! what the protocol version cannot say.

use crate::error::{Error, ErrorKind, Result};
use crate::frame::Version;
use crate::notation::{write_bytes, write_count, write_int, write_nullable_bytes, write_short_bytes, write_string};
use crate::parameters::{CommonParameters, Parameters, Values};

/// The flag of PREPARE that announces a keyspace (v5).
const PREPARE_KEYSPACE: i32 = 0x01;

/// One statement of a BATCH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchEntry<'a> {
    /// What to execute.
    pub statement: Statement<'a>,
    /// The values of its markers; names are not possible here.
    pub values: Values<'a>,
}

/// CQL text, or the id of a prepared statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement<'a> {
    /// CQL text in UTF-8.
    Text(&'a [u8]),
    /// The id that PREPARED gave.
    Id(&'a [u8]),
}

/// STARTUP: the options as keys and values.
///
/// ```text
/// +-------+----------------------------+
/// | n     | n × (key, value)           |
/// |[short]| [string][string]           |
/// +-------+----------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.1.
pub fn startup<'a>(
    options: impl ExactSizeIterator<Item = Result<(&'a [u8], &'a [u8])>>,
    out: &mut Vec<u8>,
) -> Result<()> {
    write_count(out, options.len())?;
    for option in options {
        let (key, value) = option?;
        write_string(out, key)?;
        write_string(out, value)?;
    }
    Ok(())
}

/// REGISTER: the names of events.
///
/// ```text
/// +-------+--------------+
/// | n     | n × name     |
/// |[short]| [string]     |
/// +-------+--------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.8.
pub fn register<'a>(events: impl ExactSizeIterator<Item = Result<&'a [u8]>>, out: &mut Vec<u8>) -> Result<()> {
    write_count(out, events.len())?;
    for event in events {
        write_string(out, event?)?;
    }
    Ok(())
}

/// AUTH_RESPONSE: a token, perhaps null.
///
/// ```text
/// +---------+
/// | token   |
/// | [bytes] |
/// +---------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.2.
pub fn auth_response(token: Option<&[u8]>, out: &mut Vec<u8>) -> Result<()> {
    write_nullable_bytes(out, token)
}

/// QUERY: CQL text and its parameters.
///
/// ```text
/// +---------------+------------+
/// | cql           | parameters |
/// | [long string] |            |
/// +---------------+------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.4.
pub fn query(version: Version, cql: &[u8], parameters: &Parameters<'_>, out: &mut Vec<u8>) -> Result<()> {
    write_bytes(out, cql)?;
    parameters.write(version, out)
}

/// PREPARE: CQL text, and since v5 the keyspace of names that have none.
///
/// ```text
/// +---------------+--------- v5 --------+
/// | cql           | flags | keyspace    |
/// | [long string] | [int] | [string] ?  |
/// +---------------+-------+-------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.5.
pub fn prepare(version: Version, cql: &[u8], keyspace: Option<&[u8]>, out: &mut Vec<u8>) -> Result<()> {
    write_bytes(out, cql)?;
    match (version, keyspace) {
        (Version::V5, Some(keyspace)) => {
            write_int(out, PREPARE_KEYSPACE);
            write_string(out, keyspace)
        }
        (Version::V5, None) => {
            write_int(out, 0);
            Ok(())
        }
        (_, Some(_)) => Err(unsupported(out)),
        (_, None) => Ok(()),
    }
}

/// EXECUTE: the id of a prepared statement and its parameters. The id of the result metadata is there from v5 on, and
/// on older versions where the server speaks ScyllaDB's extension for it.
///
/// ```text
/// +---------------+--------- v5 ---------+------------+
/// | id            | result metadata id   | parameters |
/// | [short bytes] | [short bytes]        |            |
/// +---------------+----------------------+------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.6.
pub fn execute(
    version: Version,
    id: &[u8],
    result_metadata_id: Option<&[u8]>,
    parameters: &Parameters<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    write_short_bytes(out, id)?;
    match result_metadata_id {
        Some(id) => write_short_bytes(out, id)?,
        None if version >= Version::V5 => return Err(invalid(out)),
        None => {}
    }
    parameters.write(version, out)
}

/// BATCH: a type (0 logged, 1 unlogged, 2 counter), statements with their values, and what they have in common.
///
/// ```text
/// +--------+---------+----------------------------------------------+------------+
/// | type   | n       | n × (kind 0, cql           , m × value)      | parameters |
/// |        |         |     (kind 1, id            , m × value)      |            |
/// | [byte] | [short] |     [byte]  [long string]   [short] [value]  |            |
/// |        |         |             [short bytes]                    |            |
/// +--------+---------+----------------------------------------------+------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.1.7.
pub fn batch<'a>(
    version: Version,
    batch_type: u8,
    entries: impl ExactSizeIterator<Item = Result<BatchEntry<'a>>>,
    parameters: &CommonParameters<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    if batch_type > 2 {
        return Err(invalid(out));
    }
    out.push(batch_type);
    write_count(out, entries.len())?;
    for entry in entries {
        let BatchEntry { statement, values } = entry?;
        match statement {
            Statement::Text(cql) => {
                out.push(0);
                write_bytes(out, cql)?;
            }
            Statement::Id(id) => {
                out.push(1);
                write_short_bytes(out, id)?;
            }
        }
        if values.named {
            return Err(invalid(out));
        }
        values.write(version, out)?;
    }
    parameters.write(version, out)
}

/// The custom payload, before the message of QUERY, PREPARE, EXECUTE and BATCH (v4 and later).
///
/// ```text
/// +-------+------------------+
/// | n     | n × (key, value) |
/// |[short]| [string][bytes]  |
/// +-------+------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.
pub fn payload<'a>(
    version: Version,
    pairs: impl ExactSizeIterator<Item = Result<(&'a [u8], Option<&'a [u8]>)>>,
    out: &mut Vec<u8>,
) -> Result<()> {
    if version < Version::V4 {
        return Err(unsupported(out));
    }
    write_count(out, pairs.len())?;
    for pair in pairs {
        let (key, value) = pair?;
        write_string(out, key)?;
        write_nullable_bytes(out, value)?;
    }
    Ok(())
}

const fn invalid(out: &[u8]) -> Error {
    Error::new(ErrorKind::InvalidRequest, out.len())
}

const fn unsupported(out: &[u8]) -> Error {
    Error::new(ErrorKind::UnsupportedByVersion, out.len())
}
