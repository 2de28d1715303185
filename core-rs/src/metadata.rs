//! What a RESULT says about its columns: names and types, indexes of the partition key, paging state, metadata ids.
//! [`Programs`] keeps what was learned from it, so that pages of the same columns are decoded without reading it again.

mod programs;
mod shape;

pub use programs::{Program, Programs, Resolved, MAX_PROGRAMS};
pub use shape::{Shape, VectorShape};

use crate::error::{ErrorKind, Result};
use crate::frame::Version;
use crate::notation::Reader;
use crate::types::{skip_type, CqlType};
use std::rc::Rc;

/// The flags of result metadata.
pub mod metadata_flag {
    /// Keyspace and table stand once, before all columns.
    pub const GLOBAL_TABLES_SPEC: i32 = 0x0001;
    /// A paging state follows; there are more pages.
    pub const HAS_MORE_PAGES: i32 = 0x0002;
    /// No columns follow.
    pub const NO_METADATA: i32 = 0x0004;
    /// The id of new metadata follows.
    pub const METADATA_CHANGED: i32 = 0x0008;
}

/// A column of a result, or a marker of a prepared statement. Columns of one table share its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its keyspace.
    pub keyspace: Rc<str>,
    /// Its table.
    pub table: Rc<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub ty: CqlType,
}

/// Result metadata up to its columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetadataHead<'a> {
    /// Bits of [`metadata_flag`].
    pub flags: i32,
    /// How many columns each row has.
    pub column_count: usize,
    /// What asks for the next page; `None` on the last one.
    pub paging_state: Option<&'a [u8]>,
    /// The id of the columns that follow, where they are no longer those of the prepared statement (v5).
    pub new_id: Option<&'a [u8]>,
}

/// What is known about the markers of a prepared statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Markers {
    /// Bits of [`metadata_flag`], and of a server's own.
    pub flags: i32,
    /// Which markers make the partition key, in its order.
    pub partition_key: Vec<u16>,
    /// All of them.
    pub columns: Vec<Column>,
}

impl<'a> MetadataHead<'a> {
    /// Reads the metadata of a RESULT/Rows up to its columns.
    ///
    /// ```text
    /// +-------------+--------------------+----------------------+------------------+-------------------------------+
    /// | [int] flags | [int] column count | [bytes] paging state | [short bytes] id | column specs                  |
    /// |             |                    | if 0x0002            | if 0x0008        | if not 0x0004, `read_columns` |
    /// +-------------+--------------------+----------------------+------------------+-------------------------------+
    /// ```
    ///
    /// Source: native_protocol_v5.spec 4.2.5.2.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self> {
        let flags = reader.int()?;
        let column_count = reader.length()?;
        let mut head = Self {
            flags,
            column_count,
            paging_state: None,
            new_id: None,
        };
        if head.has(metadata_flag::HAS_MORE_PAGES) {
            head.paging_state = reader.nullable_bytes()?;
        }
        if head.has(metadata_flag::METADATA_CHANGED) {
            head.new_id = Some(reader.short_bytes()?);
        }
        Ok(head)
    }

    /// Whether this flag is set.
    #[must_use]
    pub const fn has(&self, flag: i32) -> bool {
        self.flags & flag != 0
    }
}

/// Reads the metadata of the markers of a prepared statement: their columns, and which of them make the partition key,
/// in its order (v4 and later; none in v3).
///
/// ```text
/// +-------------+--------------------+------------------------+--------------+
/// | [int] flags | [int] column count | [int] n, n × [short]   | column specs |
/// |             |                    | partition key (v4, v5) |              |
/// +-------------+--------------------+------------------------+--------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.5.4.
pub fn read_markers(reader: &mut Reader<'_>, version: Version) -> Result<Markers> {
    let flags = reader.int()?;
    let count = reader.length()?;
    let mut partition_key = Vec::new();
    if version >= Version::V4 {
        partition_key = (0..reader.count(2)?).map(|_| reader.short()).collect::<Result<_>>()?;
    }
    let has_columns = flags & metadata_flag::NO_METADATA == 0;
    let columns = if has_columns {
        read_columns(reader, flags, count)?
    } else {
        Vec::new()
    };
    Ok(Markers {
        flags,
        partition_key,
        columns,
    })
}

/// Reads column specs.
///
/// ```text
/// +-------------------+----------------+---------------------------------------------------------------------+
/// | [string] keyspace | [string] table | n × ([string] keyspace [string] table if not 0x0001, [string] name, |
/// | if 0x0001         | if 0x0001      |      [option] type)                                                 |
/// +-------------------+----------------+---------------------------------------------------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.5.2.
pub fn read_columns(reader: &mut Reader<'_>, flags: i32, count: usize) -> Result<Vec<Column>> {
    let is_global = flags & metadata_flag::GLOBAL_TABLES_SPEC != 0;
    check_count(reader, is_global, count)?;
    let mut columns = Vec::new();
    let mut keyspace: Rc<str> = "".into();
    let mut table: Rc<str> = "".into();
    if is_global {
        keyspace = reader.string()?.into();
        table = reader.string()?.into();
    }
    for _ in 0..count {
        if !is_global {
            share(&mut keyspace, reader.string()?);
            share(&mut table, reader.string()?);
        }
        columns.push(Column {
            keyspace: Rc::clone(&keyspace),
            table: Rc::clone(&table),
            name: reader.string()?.into(),
            ty: CqlType::read(reader)?,
        });
    }
    Ok(columns)
}

/// Passes over column specs, without looking at their text and types.
fn skip_columns(reader: &mut Reader<'_>, flags: i32, count: usize) -> Result<()> {
    let is_global = flags & metadata_flag::GLOBAL_TABLES_SPEC != 0;
    check_count(reader, is_global, count)?;
    if is_global {
        reader.short_bytes()?;
        reader.short_bytes()?;
    }
    for _ in 0..count {
        if !is_global {
            reader.short_bytes()?;
            reader.short_bytes()?;
        }
        reader.short_bytes()?;
        skip_type(reader)?;
    }
    Ok(())
}

fn check_count(reader: &Reader<'_>, is_global: bool, count: usize) -> Result<()> {
    let minimum = if is_global { 4 } else { 8 };
    if count > reader.remaining() / minimum {
        return Err(reader.error(ErrorKind::CountTooLarge));
    }
    Ok(())
}

fn share(shared: &mut Rc<str>, name: &str) {
    if **shared != *name {
        *shared = name.into();
    }
}
