//! Values that hold other values: collections, tuples, user-defined types and vectors.

use super::{decode, encode, invalid, CqlValue, Elements};
use crate::error::{Error, ErrorKind, Result};
use crate::notation::{write_int, write_unsigned_vint, Reader};
use crate::types::CqlType;

/// The elements of a list or a set.
///
/// ```text
/// +---------+-------------+
/// | [int] n | n × [bytes] |
/// +---------+-------------+
/// ```
pub(super) fn elements(ty: &CqlType, bytes: &[u8]) -> Result<Elements> {
    let mut reader = Reader::new(bytes);
    let elements = (0..reader.count(4)?)
        .map(|_| nullable(ty, &mut reader))
        .collect::<Result<_>>()?;
    end(&reader)?;
    Ok(elements)
}

pub(super) fn write_elements(out: &mut Vec<u8>, ty: &CqlType, elements: &[Option<CqlValue>]) -> Result<()> {
    write_length(out, elements.len())?;
    elements
        .iter()
        .try_for_each(|element| write_nullable(out, ty, element.as_ref()))
}

/// The entries of a map.
///
/// ```text
/// +---------+-----------------------------+
/// | [int] n | n × ([bytes] key [bytes])   |
/// +---------+-----------------------------+
/// ```
pub(super) fn entries(types: &(CqlType, CqlType), bytes: &[u8]) -> Result<Vec<(Option<CqlValue>, Option<CqlValue>)>> {
    let mut reader = Reader::new(bytes);
    let entries = (0..reader.count(8)?)
        .map(|_| Ok((nullable(&types.0, &mut reader)?, nullable(&types.1, &mut reader)?)))
        .collect::<Result<_>>()?;
    end(&reader)?;
    Ok(entries)
}

pub(super) fn write_entries(
    out: &mut Vec<u8>,
    types: &(CqlType, CqlType),
    entries: &[(Option<CqlValue>, Option<CqlValue>)],
) -> Result<()> {
    write_length(out, entries.len())?;
    entries.iter().try_for_each(|(key, value)| {
        write_nullable(out, &types.0, key.as_ref())?;
        write_nullable(out, &types.1, value.as_ref())
    })
}

/// The components of a tuple or a user-defined type. There may be fewer than the type has; the others are null.
///
/// ```text
/// +-----------------------------+
/// | at most n × [bytes]         |
/// +-----------------------------+
/// ```
pub(super) fn components<'t>(types: impl Iterator<Item = &'t CqlType>, bytes: &[u8]) -> Result<Elements> {
    let mut reader = Reader::new(bytes);
    let components = types
        .map(|ty| {
            if reader.remaining() == 0 {
                return Ok(None);
            }
            nullable(ty, &mut reader)
        })
        .collect::<Result<_>>()?;
    end(&reader)?;
    Ok(components)
}

pub(super) fn write_components<'t>(
    out: &mut Vec<u8>,
    types: impl ExactSizeIterator<Item = &'t CqlType>,
    components: &[Option<CqlValue>],
) -> Result<()> {
    if types.len() != components.len() {
        return Err(invalid(out.len()));
    }
    types
        .zip(components)
        .try_for_each(|(ty, component)| write_nullable(out, ty, component.as_ref()))
}

/// The elements of a vector. What is of fixed length inside a vector stands back to back, the rest behind its length.
///
/// ```text
/// fixed      +---------------------------------+
///            | n × encoding                    |
///            +---------------------------------+
/// variable   +---------------------------------+
///            | n × ([unsigned vint] encoding)  |
///            +---------------------------------+
/// ```
pub(super) fn vector(ty: &CqlType, dimensions: u32, bytes: &[u8]) -> Result<Elements> {
    let dimensions = usize::try_from(dimensions).unwrap_or(usize::MAX);
    if let Some(length) = ty.length_in_vector() {
        if length == 0 || length.checked_mul(dimensions) != Some(bytes.len()) {
            return Err(invalid(0));
        }
        return bytes.chunks(length).map(|element| decode(ty, element)).collect();
    }
    if dimensions > bytes.len() {
        return Err(invalid(0));
    }
    let mut reader = Reader::new(bytes);
    let elements = (0..dimensions)
        .map(|_| {
            let length = reader.unsigned_vint()?;
            let length = usize::try_from(length).map_err(|_| reader.error(ErrorKind::Truncated))?;
            let start = reader.position();
            decode(ty, reader.bytes(length)?).map_err(|error| inside(error, start))
        })
        .collect::<Result<_>>()?;
    end(&reader)?;
    Ok(elements)
}

pub(super) fn write_vector(
    out: &mut Vec<u8>,
    ty: &CqlType,
    dimensions: u32,
    elements: &[Option<CqlValue>],
) -> Result<()> {
    if usize::try_from(dimensions) != Ok(elements.len()) {
        return Err(invalid(out.len()));
    }
    for element in elements {
        let element = element.as_ref().ok_or(invalid(out.len()))?;
        let start = out.len();
        encode(ty, element, out)?;
        if ty.length_in_vector().is_none() {
            let end = out.len();
            write_unsigned_vint(out, (end - start) as u64);
            let length_of_length = out.len() - end;
            out.get_mut(start..).unwrap_or_default().rotate_right(length_of_length);
        }
    }
    Ok(())
}

fn nullable(ty: &CqlType, reader: &mut Reader<'_>) -> Result<Option<CqlValue>> {
    let start = reader.position() + 4;
    match reader.nullable_bytes()? {
        Some(bytes) => decode(ty, bytes).map_err(|error| inside(error, start)),
        None => Ok(None),
    }
}

fn write_nullable(out: &mut Vec<u8>, ty: &CqlType, value: Option<&CqlValue>) -> Result<()> {
    let start = out.len();
    write_int(out, -1);
    if let Some(value) = value {
        encode(ty, value, out)?;
        let written = out.get_mut(start..).unwrap_or_default();
        if let Some((length, encoding)) = written.split_first_chunk_mut::<4>() {
            *length = i32::try_from(encoding.len())
                .map_err(|_| Error::new(ErrorKind::TooLong, start))?
                .to_be_bytes();
        }
    }
    Ok(())
}

fn write_length(out: &mut Vec<u8>, length: usize) -> Result<()> {
    let length = i32::try_from(length).map_err(|_| Error::new(ErrorKind::TooManyItems, out.len()))?;
    write_int(out, length);
    Ok(())
}

fn end(reader: &Reader<'_>) -> Result<()> {
    if reader.remaining() > 0 {
        return Err(reader.error(ErrorKind::InvalidValue));
    }
    Ok(())
}

fn inside(error: Error, start: usize) -> Error {
    Error::new(error.kind, start + error.offset)
}
