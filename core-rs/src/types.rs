//! The tree of a CQL type, read from an `[option]` or, for what is newer than the protocol, from the custom class name
//! by which the server then calls it. Nothing else in the driver parses class names.

mod class_name;

use crate::error::{Error, ErrorKind, Result};
use crate::notation::Reader;

/// Types nested deeper than this are refused, so that no server can exhaust the stack.
pub const MAX_DEPTH: usize = 64;

/// The ids of type options, and 0x8000 for what has none on the wire.
pub mod option {
    /// A type of the server's own.
    pub const CUSTOM: u16 = 0x00;
    /// US-ASCII text.
    pub const ASCII: u16 = 0x01;
    /// 64-bit integer.
    pub const BIGINT: u16 = 0x02;
    /// Bytes.
    pub const BLOB: u16 = 0x03;
    /// Truth value.
    pub const BOOLEAN: u16 = 0x04;
    /// 64-bit counter.
    pub const COUNTER: u16 = 0x05;
    /// Decimal number of any size.
    pub const DECIMAL: u16 = 0x06;
    /// 64-bit floating point.
    pub const DOUBLE: u16 = 0x07;
    /// 32-bit floating point.
    pub const FLOAT: u16 = 0x08;
    /// 32-bit integer.
    pub const INT: u16 = 0x09;
    /// What versions 1 and 2 called text.
    pub const OLD_TEXT: u16 = 0x0a;
    /// Milliseconds since 1970.
    pub const TIMESTAMP: u16 = 0x0b;
    /// UUID of any version.
    pub const UUID: u16 = 0x0c;
    /// Text.
    pub const TEXT: u16 = 0x0d;
    /// Integer of any size.
    pub const VARINT: u16 = 0x0e;
    /// UUID of version 1.
    pub const TIMEUUID: u16 = 0x0f;
    /// IP address.
    pub const INET: u16 = 0x10;
    /// Day.
    pub const DATE: u16 = 0x11;
    /// Nanoseconds since midnight.
    pub const TIME: u16 = 0x12;
    /// 16-bit integer.
    pub const SMALLINT: u16 = 0x13;
    /// 8-bit integer.
    pub const TINYINT: u16 = 0x14;
    /// Months, days and nanoseconds.
    pub const DURATION: u16 = 0x15;
    /// List of one type.
    pub const LIST: u16 = 0x20;
    /// Map of two types.
    pub const MAP: u16 = 0x21;
    /// Set of one type.
    pub const SET: u16 = 0x22;
    /// User-defined type.
    pub const UDT: u16 = 0x30;
    /// Tuple.
    pub const TUPLE: u16 = 0x31;
    /// Vector: our own number, on the wire it is a custom class.
    pub const VECTOR: u16 = 0x8000;
}

/// A CQL type. `frozen` and `reversed` do not show: they change nothing in the bytes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CqlType {
    /// A class that we do not know, by its full name: its values are bytes.
    Custom(Box<str>),
    /// `ascii`
    Ascii,
    /// `bigint`
    BigInt,
    /// `blob`
    Blob,
    /// `boolean`
    Boolean,
    /// `counter`
    Counter,
    /// `decimal`
    Decimal,
    /// `double`
    Double,
    /// `float`
    Float,
    /// `int`
    Int,
    /// `timestamp`
    Timestamp,
    /// `uuid`
    Uuid,
    /// `text`, `varchar`
    Text,
    /// `varint`
    Varint,
    /// `timeuuid`
    TimeUuid,
    /// `inet`
    Inet,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `smallint`
    SmallInt,
    /// `tinyint`
    TinyInt,
    /// `duration`
    Duration,
    /// `list<element>`
    List(Box<CqlType>),
    /// `map<key, value>`
    Map(Box<(CqlType, CqlType)>),
    /// `set<element>`
    Set(Box<CqlType>),
    /// A user-defined type.
    Udt(Box<UserType>),
    /// `tuple<component, …>`
    Tuple(Box<[CqlType]>),
    /// `vector<element, dimensions>`
    Vector(Box<CqlType>, u32),
}

/// What a user-defined type is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserType {
    /// Its keyspace.
    pub keyspace: Box<str>,
    /// Its name.
    pub name: Box<str>,
    /// Its fields in the order of their values.
    pub fields: Box<[Field]>,
}

/// A field of a user-defined type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Box<str>,
    /// Its type.
    pub ty: CqlType,
}

impl CqlType {
    /// Reads a type `[option]`.
    ///
    /// ```text
    /// custom              +--------+----------------+
    ///                     | 0x0000 | [string] class |
    ///                     +--------+----------------+
    /// list, set           +--------+----------+
    ///                     | id     | [option] |
    ///                     +--------+----------+
    /// map                 +--------+--------------+----------------+
    ///                     | 0x0021 | [option] key | [option] value |
    ///                     +--------+--------------+----------------+
    /// user-defined type   +--------+-------------------+---------------+-----------+------------------------------+
    ///                     | 0x0030 | [string] keyspace | [string] name | [short] n | n × ([string] name [option]) |
    ///                     +--------+-------------------+---------------+-----------+------------------------------+
    /// tuple               +--------+-----------+--------------+
    ///                     | 0x0031 | [short] n | n × [option] |
    ///                     +--------+-----------+--------------+
    /// all others          +--------+
    ///                     | id     |
    ///                     +--------+
    /// ```
    ///
    /// Source: native_protocol_v5.spec 4.2.5.2.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Self::read_nested(reader, 0)
    }

    fn read_nested(reader: &mut Reader<'_>, depth: usize) -> Result<Self> {
        if depth > MAX_DEPTH {
            return Err(reader.error(ErrorKind::TypeTooDeep));
        }
        let unknown = reader.error(ErrorKind::UnknownType);
        let id = reader.short()?;
        let deeper = depth + 1;
        match id {
            option::CUSTOM => class_name::read(reader, depth),
            option::LIST => Ok(Self::List(Box::new(Self::read_nested(reader, deeper)?))),
            option::SET => Ok(Self::Set(Box::new(Self::read_nested(reader, deeper)?))),
            option::MAP => {
                let key = Self::read_nested(reader, deeper)?;
                let value = Self::read_nested(reader, deeper)?;
                Ok(Self::Map(Box::new((key, value))))
            }
            option::UDT => {
                let keyspace = reader.string()?.into();
                let name = reader.string()?.into();
                let fields = (0..reader.short_count(4)?)
                    .map(|_| {
                        let name = reader.string()?.into();
                        let ty = Self::read_nested(reader, deeper)?;
                        Ok(Field { name, ty })
                    })
                    .collect::<Result<_>>()?;
                Ok(Self::Udt(Box::new(UserType { keyspace, name, fields })))
            }
            option::TUPLE => {
                let count = reader.short_count(2)?;
                let components = (0..count).map(|_| Self::read_nested(reader, deeper));
                Ok(Self::Tuple(components.collect::<Result<_>>()?))
            }
            id => Self::simple(id).ok_or(unknown),
        }
    }

    /// The option id of this type.
    #[must_use]
    pub const fn id(&self) -> u16 {
        match self {
            Self::Custom(_) => option::CUSTOM,
            Self::Ascii => option::ASCII,
            Self::BigInt => option::BIGINT,
            Self::Blob => option::BLOB,
            Self::Boolean => option::BOOLEAN,
            Self::Counter => option::COUNTER,
            Self::Decimal => option::DECIMAL,
            Self::Double => option::DOUBLE,
            Self::Float => option::FLOAT,
            Self::Int => option::INT,
            Self::Timestamp => option::TIMESTAMP,
            Self::Uuid => option::UUID,
            Self::Text => option::TEXT,
            Self::Varint => option::VARINT,
            Self::TimeUuid => option::TIMEUUID,
            Self::Inet => option::INET,
            Self::Date => option::DATE,
            Self::Time => option::TIME,
            Self::SmallInt => option::SMALLINT,
            Self::TinyInt => option::TINYINT,
            Self::Duration => option::DURATION,
            Self::List(_) => option::LIST,
            Self::Map(_) => option::MAP,
            Self::Set(_) => option::SET,
            Self::Udt(_) => option::UDT,
            Self::Tuple(_) => option::TUPLE,
            Self::Vector(..) => option::VECTOR,
        }
    }

    fn simple(id: u16) -> Option<Self> {
        Some(match id {
            option::ASCII => Self::Ascii,
            option::BIGINT => Self::BigInt,
            option::BLOB => Self::Blob,
            option::BOOLEAN => Self::Boolean,
            option::COUNTER => Self::Counter,
            option::DECIMAL => Self::Decimal,
            option::DOUBLE => Self::Double,
            option::FLOAT => Self::Float,
            option::INT => Self::Int,
            option::TIMESTAMP => Self::Timestamp,
            option::UUID => Self::Uuid,
            option::TEXT | option::OLD_TEXT => Self::Text,
            option::VARINT => Self::Varint,
            option::TIMEUUID => Self::TimeUuid,
            option::INET => Self::Inet,
            option::DATE => Self::Date,
            option::TIME => Self::Time,
            option::SMALLINT => Self::SmallInt,
            option::TINYINT => Self::TinyInt,
            option::DURATION => Self::Duration,
            _ => return None,
        })
    }

    /// The bytes of each element in a vector of this type, where they stand back to back without a length.
    ///
    /// tinyint, smallint, date and time always have the same width too, and yet the server writes their length.
    #[must_use]
    pub fn length_in_vector(&self) -> Option<usize> {
        match self {
            Self::Boolean => Some(1),
            Self::Int | Self::Float => Some(4),
            Self::BigInt | Self::Double | Self::Timestamp => Some(8),
            Self::Uuid | Self::TimeUuid => Some(16),
            Self::Vector(element, dimensions) => {
                let length = element.length_in_vector()?;
                Some(length.saturating_mul(usize::try_from(*dimensions).unwrap_or(usize::MAX)))
            }
            _ => None,
        }
    }
}

/// Passes over a type `[option]` without building it: its depth is checked, its text and its ids are not.
pub fn skip_type(reader: &mut Reader<'_>) -> Result<()> {
    skip_nested(reader, 0)
}

fn skip_nested(reader: &mut Reader<'_>, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(Error::new(ErrorKind::TypeTooDeep, reader.position()));
    }
    let deeper = depth + 1;
    match reader.short()? {
        option::CUSTOM => reader.short_bytes().map(|_| ()),
        option::LIST | option::SET => skip_nested(reader, deeper),
        option::MAP => {
            skip_nested(reader, deeper)?;
            skip_nested(reader, deeper)
        }
        option::UDT => {
            reader.short_bytes()?;
            reader.short_bytes()?;
            for _ in 0..reader.short_count(4)? {
                reader.short_bytes()?;
                skip_nested(reader, deeper)?;
            }
            Ok(())
        }
        option::TUPLE => {
            for _ in 0..reader.short_count(2)? {
                skip_nested(reader, deeper)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
