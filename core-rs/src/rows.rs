//! The rows of a RESULT → slots: the loop in which a driver spends its time. How each column is decoded has been chosen
//! before ([`Shape`]); here the usual cell of the usual types is a few instructions, and all others go to `cell`.

mod cell;
mod content;

pub(crate) use cell::write_cell;
pub(crate) use content::{duration_parts, is_decimal, is_time, parse_address};

use crate::delivery::tape::{Content, Tape};
use crate::delivery::Fault;
use crate::error::{Error, ErrorKind, Result};
use crate::metadata::Shape;

/// Bodies are not longer than this in any version of the protocol. It keeps all offsets of a page within 32 bits.
pub(crate) const MAX_BODY: usize = 256 << 20;

/// Something is wrong where so many bytes of the page are left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Odd {
    pub(crate) kind: ErrorKind,
    pub(crate) left: usize,
}

impl Odd {
    pub(crate) const fn new(kind: ErrorKind, ahead: &[u8]) -> Self {
        Self {
            kind,
            left: ahead.len(),
        }
    }

    /// The same, noticed inside a value: it is the value that is wrong, not the page that is too short.
    fn in_value(self) -> Self {
        match self.kind {
            ErrorKind::Truncated => Self {
                kind: ErrorKind::InvalidValue,
                ..self
            },
            _ => self,
        }
    }

    /// The error, for a page that ends at this byte of its body.
    pub(crate) const fn into_error(self, end: usize) -> Error {
        Error::new(self.kind, end.saturating_sub(self.left))
    }
}

/// Refuses counts that the remaining bytes cannot hold: a cell takes four bytes at least. A row without columns takes
/// none, so that there may be any number of them, and nobody may count them one by one.
pub fn check_counts(rows: usize, columns: usize, remaining: usize, offset: usize) -> Result<()> {
    if columns > 0 && rows.checked_mul(columns).is_none_or(|cells| cells > remaining / 4) {
        return Err(Error::new(ErrorKind::CountTooLarge, offset));
    }
    if remaining > MAX_BODY {
        return Err(Error::new(ErrorKind::FrameTooLarge, offset));
    }
    Ok(())
}

/// Reads the cells of a page whose slots are there, row by row: `bytes` follow the row count, and end with the body at
/// byte `end` of it. What comes behind the last cell is ignored.
///
/// ```text
/// +--------------------------------+
/// | rows × columns × [bytes] cell  |
/// +--------------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.5.2.
pub(crate) fn read_rows(
    shapes: &[Shape],
    bytes: &[u8],
    end: usize,
    tape: &mut Tape,
) -> core::result::Result<(), Fault> {
    let (slots, content) = tape.rows();
    let mut input = bytes;
    let mut index = 0;
    if shapes.is_empty() {
        return Ok(());
    }
    for (row, slots) in slots.chunks_exact_mut(shapes.len()).enumerate() {
        for (column, (slot, shape)) in slots.iter_mut().zip(shapes).enumerate() {
            *slot = read_cell(shape, &mut input, content, index).map_err(|odd| Fault {
                error: odd.into_error(end),
                cell: Some((row, column)),
            })?;
            index += 1;
        }
    }
    Ok(())
}

/// The slot of the next cell. Each branch takes the cell that its type usually has; what it does not take is read
/// again, with all care, by [`read_any`].
#[inline(always)]
fn read_cell(shape: &Shape, input: &mut &[u8], content: &mut Content, index: usize) -> core::result::Result<u64, Odd> {
    match shape {
        Shape::Int => {
            if let Some(value) = take(input) {
                return Ok(u32::from_be_bytes(value).into());
            }
        }
        Shape::BigInt | Shape::Double => {
            if let Some(value) = take(input) {
                return Ok(u64::from_be_bytes(value));
            }
        }
        Shape::Timestamp => {
            if let Some(value) = take(input) {
                return Ok((i64::from_be_bytes(value) as f64).to_bits());
            }
        }
        Shape::Float => {
            if let Some(value) = take(input) {
                return Ok(f64::from(f32::from_be_bytes(value)).to_bits());
            }
        }
        Shape::Boolean => {
            if let Some([value]) = take(input) {
                return Ok(u64::from(value != 0));
            }
        }
        Shape::Text => {
            if let Some((ahead, length, rest)) = split_cell(input) {
                *input = rest;
                return content.push_text(ahead, length).map_err(|kind| Odd::new(kind, ahead));
            }
        }
        Shape::Blob => {
            if let Some((ahead, length, rest)) = split_cell(input) {
                *input = rest;
                return Ok(content.push_raw(ahead, length));
            }
        }
        Shape::Uuid => {
            if let Some((ahead, 16, rest)) = split_cell(input) {
                *input = rest;
                return Ok(content.push_raw(ahead, 16));
            }
        }
        _ => {}
    }
    read_any(shape, input, content, index)
}

/// The next cell, if it has `N` bytes.
#[inline(always)]
pub(crate) fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (length, rest) = input.split_first_chunk()?;
    let (value, rest) = rest.split_first_chunk()?;
    if usize::try_from(u32::from_be_bytes(*length)) != Ok(N) {
        return None;
    }
    *input = rest;
    Some(*value)
}

/// The next cell, if it is not null: the bytes that start with it, how many are its own, and those behind it.
#[inline(always)]
pub(crate) fn split_cell(input: &[u8]) -> Option<(&[u8], usize, &[u8])> {
    let (length, ahead) = input.split_first_chunk()?;
    let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
    Some((ahead, length, ahead.get(length..)?))
}

#[inline(never)]
fn read_any(shape: &Shape, input: &mut &[u8], content: &mut Content, index: usize) -> core::result::Result<u64, Odd> {
    match next_cell(input)? {
        Some((ahead, length)) => write_cell(shape, ahead, length, content, index),
        None => {
            content.set_null(index);
            Ok(0)
        }
    }
}

/// The next cell, `None` if it is null: the bytes that start with it, and how many are its own.
pub(crate) fn next_cell<'a>(input: &mut &'a [u8]) -> core::result::Result<Option<(&'a [u8], usize)>, Odd> {
    let truncated = Odd::new(ErrorKind::Truncated, input);
    let (length, ahead) = input.split_first_chunk().ok_or(truncated)?;
    let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
        *input = ahead;
        return Ok(None);
    };
    *input = ahead.get(length..).ok_or(truncated)?;
    Ok(Some((ahead, length)))
}
