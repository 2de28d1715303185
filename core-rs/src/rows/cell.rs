//! One cell of any type → its slot. Calls itself for what is nested, as deep as types may be.

use super::content::{duration_parts, is_decimal, is_time, parse_address};
use super::{read_cell, Odd};
use crate::delivery::tape::{reference, Content};
use crate::error::ErrorKind;
use crate::metadata::{Shape, VectorShape};
use crate::notation::Reader;
use core::fmt::Write;

type Result<T> = core::result::Result<T, Odd>;

/// The slot for a cell that is not null: the first `length` bytes of `ahead`, which goes on to the end of the page.
/// `index` is that of the slot in the page.
pub(crate) fn write_cell(
    shape: &Shape,
    ahead: &[u8],
    length: usize,
    content: &mut Content,
    index: usize,
) -> Result<u64> {
    let bytes = ahead.get(..length).unwrap_or_default();
    if bytes.is_empty() && !shape.may_be_empty() {
        content.set_null(index);
        return Ok(0);
    }
    let invalid = Odd::new(ErrorKind::InvalidValue, ahead);
    let slot = match shape {
        Shape::TinyInt => array(bytes).map(|value| u64::from(i8::from_be_bytes(value) as u32)),
        Shape::SmallInt => array(bytes).map(|value| u64::from(i16::from_be_bytes(value) as u32)),
        Shape::Int => array(bytes).map(|value| u32::from_be_bytes(value).into()),
        Shape::Date => array(bytes).map(|value| (u32::from_be_bytes(value) ^ 1 << 31).into()),
        Shape::BigInt | Shape::Double => array(bytes).map(u64::from_be_bytes),
        Shape::Time => array(bytes)
            .filter(|value| is_time(i64::from_be_bytes(*value)))
            .map(u64::from_be_bytes),
        Shape::Timestamp => array(bytes).map(|value| (i64::from_be_bytes(value) as f64).to_bits()),
        Shape::Float => array(bytes).map(|value| f64::from(f32::from_be_bytes(value)).to_bits()),
        Shape::Boolean => array(bytes).map(|[value]| u64::from(value != 0)),
        Shape::Text => {
            let slot = content.push_text(ahead, length);
            return slot.map_err(|kind| Odd::new(kind, ahead));
        }
        Shape::Inet => write_address(bytes, content),
        Shape::Uuid => (length == 16).then(|| content.push_raw(ahead, length)),
        Shape::Blob | Shape::Varint => Some(content.push_raw(ahead, length)),
        Shape::Decimal => is_decimal(bytes).then(|| content.push_raw(ahead, length)),
        Shape::Duration => duration_parts(bytes).map(|parts| {
            content.raw.align(8);
            content.push_raw(&parts, parts.len())
        }),
        Shape::FloatVector(expected) => (length == *expected).then(|| write_floats(bytes, content)),
        Shape::List(element) => return write_list(element, ahead, length, content),
        Shape::Map(shapes) => return write_map(shapes, ahead, length, content),
        Shape::Tuple(shapes) => return write_tuple(shapes, ahead, length, content),
        Shape::Vector(vector) => return write_vector(vector, ahead, length, content),
    };
    slot.ok_or(invalid)
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

/// The text of an address, as RFC 5952 has it.
fn write_address(bytes: &[u8], content: &mut Content) -> Option<u64> {
    let address = parse_address(bytes)?;
    let mut text = core::mem::take(&mut content.formatted);
    text.clear();
    let slot = match write!(text, "{address}") {
        Ok(()) => content.push_text(text.as_bytes(), text.len()).ok(),
        Err(_) => None,
    };
    content.formatted = text;
    slot
}

fn write_floats(bytes: &[u8], content: &mut Content) -> u64 {
    content.raw.align(4);
    let position = content.raw.position();
    for value in bytes.as_chunks::<4>().0 {
        let swapped = u32::from_be_bytes(*value).to_le_bytes();
        content.raw.append(&swapped, swapped.len());
    }
    reference(position, bytes.len())
}

/// A list: its elements are read as the cells of rows are. They may run over the end of the list, but not unnoticed.
fn write_list(element: &Shape, ahead: &[u8], length: usize, content: &mut Content) -> Result<u64> {
    let (count, mut input) = read_count(ahead, length, 4)?;
    let first = reserve(count, ahead, content)?;
    for place in first..first + count {
        write_nested(element, &mut input, content, place)?;
    }
    check_end(ahead, length, input)?;
    Ok(reference(content.nested_index(first), count))
}

fn write_map(shapes: &(Shape, Shape), ahead: &[u8], length: usize, content: &mut Content) -> Result<u64> {
    let (count, mut input) = read_count(ahead, length, 8)?;
    let first = reserve(2 * count, ahead, content)?;
    for place in (first..first + 2 * count).step_by(2) {
        write_nested(&shapes.0, &mut input, content, place)?;
        write_nested(&shapes.1, &mut input, content, place + 1)?;
    }
    check_end(ahead, length, input)?;
    Ok(reference(content.nested_index(first), count))
}

/// Components that the type has and the value lacks are null.
fn write_tuple(shapes: &[Shape], ahead: &[u8], length: usize, content: &mut Content) -> Result<u64> {
    if !content.spend_components(shapes.len()) {
        return Err(Odd::new(ErrorKind::CountTooLarge, ahead));
    }
    let first = reserve(shapes.len(), ahead, content)?;
    let mut input = ahead;
    for (place, shape) in (first..).zip(shapes) {
        if consumed(ahead, input) == length {
            content.set_nested_null(place);
        } else {
            write_nested(shape, &mut input, content, place)?;
        }
    }
    check_end(ahead, length, input)?;
    Ok(reference(content.nested_index(first), shapes.len()))
}

fn write_vector(vector: &VectorShape, ahead: &[u8], length: usize, content: &mut Content) -> Result<u64> {
    let count = vector.dimensions;
    let needed = count.checked_mul(vector.length.unwrap_or(1));
    let fits = match vector.length {
        Some(_) => needed == Some(length),
        None => needed.is_some_and(|needed| needed <= length),
    };
    if !fits {
        return Err(Odd::new(ErrorKind::InvalidValue, ahead));
    }
    let first = reserve(count, ahead, content)?;
    let mut input = ahead;
    for place in first..first + count {
        let length = match vector.length {
            Some(length) => length,
            None => read_unsigned_vint(&mut input)?,
        };
        let rest = input.get(length..).ok_or(Odd::new(ErrorKind::InvalidValue, input))?;
        let slot = write_cell(&vector.element, input, length, content, content.nested_index(place))?;
        content.set_nested(place, slot);
        input = rest;
    }
    check_end(ahead, length, input)?;
    Ok(reference(content.nested_index(first), count))
}

/// `[bytes]` → the nested slot at this place.
#[inline(never)]
fn write_nested(shape: &Shape, input: &mut &[u8], content: &mut Content, place: usize) -> Result<()> {
    let slot = read_cell(shape, input, content, content.nested_index(place)).map_err(Odd::in_value)?;
    content.set_nested(place, slot);
    Ok(())
}

/// The count of a collection of so many bytes, whose items take at least `minimum` each.
fn read_count(ahead: &[u8], length: usize, minimum: usize) -> Result<(usize, &[u8])> {
    let invalid = Odd::new(ErrorKind::InvalidValue, ahead);
    let left = length.checked_sub(4).ok_or(invalid)?;
    let (count, input) = ahead.split_first_chunk().ok_or(invalid)?;
    let count = usize::try_from(i32::from_be_bytes(*count)).map_err(|_| invalid)?;
    if count > left / minimum {
        return Err(Odd::new(ErrorKind::CountTooLarge, ahead));
    }
    Ok((count, input))
}

fn read_unsigned_vint(input: &mut &[u8]) -> Result<usize> {
    let invalid = Odd::new(ErrorKind::InvalidValue, input);
    let mut reader = Reader::new(input);
    let value = reader.unsigned_vint().map_err(|_| invalid)?;
    *input = reader.rest();
    usize::try_from(value).map_err(|_| invalid)
}

fn reserve(count: usize, ahead: &[u8], content: &mut Content) -> Result<usize> {
    let too_many = Odd::new(ErrorKind::CountTooLarge, ahead);
    content.reserve_nested(count).ok_or(too_many)
}

const fn consumed(ahead: &[u8], input: &[u8]) -> usize {
    ahead.len() - input.len()
}

/// Whatever is nested in a value must end where the value does.
fn check_end(ahead: &[u8], length: usize, input: &[u8]) -> Result<()> {
    if consumed(ahead, input) == length {
        Ok(())
    } else {
        Err(Odd::new(ErrorKind::InvalidValue, ahead))
    }
}
