//! One encode/decode pair per CQL type: the plain way from a value to its bytes and back. Rows do not come this way
//! (`rows` and `columns` are made for many cells at once); this is what they are proven against.

mod nested;
mod scalar;

use crate::error::{Error, ErrorKind, Result};
use crate::types::CqlType;
use core::net::IpAddr;

/// A value of a CQL type. `None` inside a nested value is null.
#[derive(Clone, Debug, PartialEq)]
pub enum CqlValue {
    /// `ascii`
    Ascii(String),
    /// `bigint`
    BigInt(i64),
    /// `blob`
    Blob(Vec<u8>),
    /// `boolean`
    Boolean(bool),
    /// `counter`
    Counter(i64),
    /// The bytes of a value whose type we do not know.
    Custom(Vec<u8>),
    /// `date`: days since 1970-01-01.
    Date(i32),
    /// `decimal`: unscaled × 10^-scale.
    Decimal {
        /// Two's complement, big-endian, at least one byte.
        unscaled: Vec<u8>,
        /// Any number, also a negative one.
        scale: i32,
    },
    /// `double`
    Double(f64),
    /// `duration`: none of its parts is negative, or none positive.
    Duration {
        /// Months.
        months: i32,
        /// Days.
        days: i32,
        /// Nanoseconds.
        nanoseconds: i64,
    },
    /// `float`
    Float(f32),
    /// `inet`
    Inet(IpAddr),
    /// `int`
    Int(i32),
    /// `list`
    List(Vec<Option<CqlValue>>),
    /// `map`: keys and values in the server's order.
    Map(Vec<(Option<CqlValue>, Option<CqlValue>)>),
    /// `set`: elements in the server's order.
    Set(Vec<Option<CqlValue>>),
    /// `smallint`
    SmallInt(i16),
    /// `text`
    Text(String),
    /// `time`: nanoseconds since midnight.
    Time(i64),
    /// `timestamp`: milliseconds since 1970-01-01.
    Timestamp(i64),
    /// `timeuuid`
    TimeUuid([u8; 16]),
    /// `tinyint`
    TinyInt(i8),
    /// A tuple; one component for each of its type.
    Tuple(Vec<Option<CqlValue>>),
    /// A user-defined type; one component for each field of the type.
    Udt(Vec<Option<CqlValue>>),
    /// `uuid`
    Uuid([u8; 16]),
    /// `varint`: two's complement, big-endian, at least one byte.
    Varint(Vec<u8>),
    /// `vector`; one element for each dimension.
    Vector(Vec<Option<CqlValue>>),
}

/// What stands in a collection, a tuple or a vector.
type Elements = Vec<Option<CqlValue>>;

/// Reads a value from all of `bytes`.
///
/// No bytes at all are a value of the types `text`, `ascii`, `blob` and custom; of any other type they are what old
/// servers call *empty*, and read as null: `None`. Bytes that are left over are an error, and so is a number outside
/// the range of its type. A tuple or user-defined type may have fewer components than its type; the others are null.
///
/// Source: native_protocol_v5.spec 5 and 6; for vectors the `VectorType` of Apache Cassandra 5.0.
pub fn decode(ty: &CqlType, bytes: &[u8]) -> Result<Option<CqlValue>> {
    let may_be_empty = matches!(ty, CqlType::Text | CqlType::Ascii | CqlType::Blob | CqlType::Custom(_));
    if bytes.is_empty() && !may_be_empty {
        return Ok(None);
    }
    let value = match ty {
        CqlType::Custom(_) => CqlValue::Custom(bytes.into()),
        CqlType::Ascii => CqlValue::Ascii(scalar::text(bytes)?.into()),
        CqlType::BigInt => CqlValue::BigInt(i64::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Blob => CqlValue::Blob(bytes.into()),
        CqlType::Boolean => CqlValue::Boolean(scalar::array::<1>(bytes)? != [0]),
        CqlType::Counter => CqlValue::Counter(i64::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Decimal => scalar::decimal(bytes)?,
        CqlType::Double => CqlValue::Double(f64::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Float => CqlValue::Float(f32::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Int => CqlValue::Int(i32::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Timestamp => CqlValue::Timestamp(i64::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Uuid => CqlValue::Uuid(scalar::array(bytes)?),
        CqlType::Text => CqlValue::Text(scalar::text(bytes)?.into()),
        CqlType::Varint => CqlValue::Varint(bytes.into()),
        CqlType::TimeUuid => CqlValue::TimeUuid(scalar::array(bytes)?),
        CqlType::Inet => CqlValue::Inet(scalar::address(bytes)?),
        CqlType::Date => CqlValue::Date(scalar::date(scalar::array(bytes)?)),
        CqlType::Time => CqlValue::Time(scalar::time(i64::from_be_bytes(scalar::array(bytes)?))?),
        CqlType::SmallInt => CqlValue::SmallInt(i16::from_be_bytes(scalar::array(bytes)?)),
        CqlType::TinyInt => CqlValue::TinyInt(i8::from_be_bytes(scalar::array(bytes)?)),
        CqlType::Duration => scalar::duration(bytes)?,
        CqlType::List(element) => CqlValue::List(nested::elements(element, bytes)?),
        CqlType::Set(element) => CqlValue::Set(nested::elements(element, bytes)?),
        CqlType::Map(types) => CqlValue::Map(nested::entries(types, bytes)?),
        CqlType::Tuple(components) => CqlValue::Tuple(nested::components(components.iter(), bytes)?),
        CqlType::Udt(udt) => {
            let fields = udt.fields.iter().map(|field| &field.ty);
            CqlValue::Udt(nested::components(fields, bytes)?)
        }
        CqlType::Vector(element, dimensions) => CqlValue::Vector(nested::vector(element, *dimensions, bytes)?),
    };
    Ok(Some(value))
}

/// Appends the bytes of a value, without a length before them. The opposite of [`decode`].
///
/// A value of another type than `ty`, or outside its range, is refused; so are collections and tuples of another
/// shape than their type. What has been appended before the error is noticed stays in `out`.
pub fn encode(ty: &CqlType, value: &CqlValue, out: &mut Vec<u8>) -> Result<()> {
    match (ty, value) {
        (CqlType::Custom(_), CqlValue::Custom(bytes)) | (CqlType::Blob, CqlValue::Blob(bytes)) => {
            out.extend_from_slice(bytes);
        }
        (CqlType::Ascii, CqlValue::Ascii(text)) if text.is_ascii() => out.extend_from_slice(text.as_bytes()),
        (CqlType::Text, CqlValue::Text(text)) => out.extend_from_slice(text.as_bytes()),
        (CqlType::Boolean, CqlValue::Boolean(value)) => out.push(u8::from(*value)),
        (CqlType::TinyInt, CqlValue::TinyInt(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::SmallInt, CqlValue::SmallInt(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::Int, CqlValue::Int(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::BigInt, CqlValue::BigInt(value))
        | (CqlType::Counter, CqlValue::Counter(value))
        | (CqlType::Timestamp, CqlValue::Timestamp(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::Float, CqlValue::Float(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::Double, CqlValue::Double(value)) => out.extend_from_slice(&value.to_be_bytes()),
        (CqlType::Uuid, CqlValue::Uuid(bytes)) | (CqlType::TimeUuid, CqlValue::TimeUuid(bytes)) => {
            out.extend_from_slice(bytes);
        }
        (CqlType::Varint, CqlValue::Varint(bytes)) => scalar::write_varint(out, bytes)?,
        (CqlType::Decimal, CqlValue::Decimal { unscaled, scale }) => scalar::write_decimal(out, unscaled, *scale)?,
        (CqlType::Inet, CqlValue::Inet(address)) => scalar::write_address(out, address),
        (CqlType::Date, CqlValue::Date(days)) => scalar::write_date(out, *days),
        (CqlType::Time, CqlValue::Time(nanoseconds)) => scalar::write_time(out, *nanoseconds)?,
        (
            CqlType::Duration,
            CqlValue::Duration {
                months,
                days,
                nanoseconds,
            },
        ) => scalar::write_duration(out, *months, *days, *nanoseconds)?,
        (CqlType::List(ty), CqlValue::List(elements)) | (CqlType::Set(ty), CqlValue::Set(elements)) => {
            nested::write_elements(out, ty, elements)?;
        }
        (CqlType::Map(types), CqlValue::Map(entries)) => nested::write_entries(out, types, entries)?,
        (CqlType::Tuple(types), CqlValue::Tuple(components)) => {
            nested::write_components(out, types.iter(), components)?;
        }
        (CqlType::Udt(udt), CqlValue::Udt(components)) => {
            nested::write_components(out, udt.fields.iter().map(|field| &field.ty), components)?;
        }
        (CqlType::Vector(ty, dimensions), CqlValue::Vector(elements)) => {
            nested::write_vector(out, ty, *dimensions, elements)?;
        }
        _ => return Err(invalid(out.len())),
    }
    Ok(())
}

fn invalid(offset: usize) -> Error {
    Error::new(ErrorKind::InvalidValue, offset)
}
