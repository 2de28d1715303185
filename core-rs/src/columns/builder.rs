//! One column while its values are collected, and the place that they get in the end.

use super::column_kind;
use crate::delivery::section::Section;
use crate::delivery::tape::Tape;
use crate::delivery::Delivery;
use crate::error::ErrorKind;
use crate::metadata::Shape;
use crate::rows::{duration_parts, is_decimal, is_time, next_cell, parse_address, split_cell, take, write_cell, Odd};

/// Collects the values of one column.
pub(super) struct Builder<'s> {
    shape: &'s Shape,
    kind: i32,
    rows: usize,
    /// The index in the page of the slot of the first row, if this column has slots.
    first_slot: usize,
    /// The values of a kind in which all have the same width.
    fixed: Vec<u8>,
    /// Those of the other kinds, and where each ends.
    variable: Section,
    offsets: Vec<[u8; 4]>,
    /// Empty until the first null.
    validity: Vec<u8>,
    null_count: usize,
}

/// Where the parts of a column are in the page.
pub(super) struct Placed {
    kind: i32,
    data: usize,
    data_length: usize,
    offsets: Option<usize>,
    validity: Option<usize>,
    null_count: usize,
}

impl<'s> Builder<'s> {
    pub(super) fn new(shape: &'s Shape, rows: usize, first_slot: usize) -> Self {
        let kind = kind(shape);
        let offset_count = if has_offsets(kind) { rows + 1 } else { 0 };
        Self {
            shape,
            kind,
            rows,
            first_slot,
            fixed: vec![0; rows * width(kind)],
            variable: Section::default(),
            offsets: vec![[0; 4]; offset_count],
            validity: Vec::new(),
            null_count: 0,
        }
    }

    pub(super) const fn slot_count(&self) -> usize {
        if self.kind == column_kind::SLOTS {
            self.rows
        } else {
            0
        }
    }

    /// Takes the next cell, that of this row. As with slots, each branch takes what its type usually has.
    #[inline(always)]
    pub(super) fn read(&mut self, row: usize, input: &mut &[u8], tape: &mut Tape) -> Result<(), Odd> {
        match self.shape {
            Shape::Int => {
                if let Some(value) = take(input) {
                    return self.put(row, u32::from_be_bytes(value).to_le_bytes());
                }
            }
            Shape::BigInt | Shape::Double => {
                if let Some(value) = take(input) {
                    return self.put(row, u64::from_be_bytes(value).to_le_bytes());
                }
            }
            Shape::Timestamp => {
                if let Some(value) = take(input) {
                    return self.put(row, (i64::from_be_bytes(value) as f64).to_le_bytes());
                }
            }
            Shape::Text => {
                if let Some((ahead, length, rest)) = split_cell(input) {
                    *input = rest;
                    return self.put_text(row, ahead, length);
                }
            }
            Shape::Uuid => {
                if let Some(value) = take::<16>(input) {
                    return self.put(row, value);
                }
            }
            _ => {}
        }
        self.read_any(row, input, tape)
    }

    #[inline(never)]
    fn read_any(&mut self, row: usize, input: &mut &[u8], tape: &mut Tape) -> Result<(), Odd> {
        match next_cell(input)? {
            Some((ahead, length)) => self.push(row, ahead, length, tape),
            None => {
                self.push_null(row, tape);
                Ok(())
            }
        }
    }

    /// Takes the first `length` bytes of `ahead`, which goes on to the end of the page.
    fn push(&mut self, row: usize, ahead: &[u8], length: usize, tape: &mut Tape) -> Result<(), Odd> {
        let bytes = ahead.get(..length).unwrap_or_default();
        if bytes.is_empty() && !self.shape.may_be_empty() {
            self.push_null(row, tape);
            return Ok(());
        }
        let invalid = Odd::new(ErrorKind::InvalidValue, ahead);
        match self.shape {
            Shape::TinyInt => self.put(
                row,
                i32::from(i8::from_be_bytes(array(bytes).ok_or(invalid)?)).to_le_bytes(),
            ),
            Shape::SmallInt => self.put(
                row,
                i32::from(i16::from_be_bytes(array(bytes).ok_or(invalid)?)).to_le_bytes(),
            ),
            Shape::Int => self.put(row, u32::from_be_bytes(array(bytes).ok_or(invalid)?).to_le_bytes()),
            Shape::Date => self.put(
                row,
                (u32::from_be_bytes(array(bytes).ok_or(invalid)?) ^ 1 << 31).to_le_bytes(),
            ),
            Shape::BigInt | Shape::Double => {
                self.put(row, u64::from_be_bytes(array(bytes).ok_or(invalid)?).to_le_bytes())
            }
            Shape::Time => {
                let value = i64::from_be_bytes(array(bytes).ok_or(invalid)?);
                is_time(value).then_some(()).ok_or(invalid)?;
                self.put(row, value.to_le_bytes())
            }
            Shape::Timestamp => {
                let value = i64::from_be_bytes(array(bytes).ok_or(invalid)?);
                self.put(row, (value as f64).to_le_bytes())
            }
            Shape::Float => {
                let value = f32::from_be_bytes(array(bytes).ok_or(invalid)?);
                self.put(row, f64::from(value).to_le_bytes())
            }
            Shape::Boolean => {
                let [value] = array(bytes).ok_or(invalid)?;
                self.put(row, [u8::from(value != 0)])
            }
            Shape::Uuid => self.put(row, array::<16>(bytes).ok_or(invalid)?),
            Shape::Duration => self.put(row, duration_parts(bytes).ok_or(invalid)?),
            Shape::Text => self.put_text(row, ahead, length),
            Shape::Inet => {
                let text = parse_address(bytes).ok_or(invalid)?.to_string();
                self.put_variable(row, text.as_bytes(), text.len())
            }
            Shape::Decimal if !is_decimal(bytes) => Err(invalid),
            Shape::Blob | Shape::Varint | Shape::Decimal => self.put_variable(row, ahead, length),
            Shape::List(_) | Shape::Map(_) | Shape::Tuple(_) | Shape::FloatVector(_) | Shape::Vector(_) => {
                let index = self.first_slot + row;
                let (slots, content) = tape.rows();
                let value = write_cell(self.shape, ahead, length, content, index)?;
                set_slot(slots, index, value);
                Ok(())
            }
        }
    }

    #[inline(always)]
    fn put<const N: usize>(&mut self, row: usize, value: [u8; N]) -> Result<(), Odd> {
        if let Some(to) = self.fixed.as_chunks_mut().0.get_mut(row) {
            *to = value;
        }
        Ok(())
    }

    #[inline(always)]
    fn put_text(&mut self, row: usize, ahead: &[u8], length: usize) -> Result<(), Odd> {
        if !self.variable.place(ahead, length) {
            let bytes = ahead.get(..length).unwrap_or_default();
            core::str::from_utf8(bytes).map_err(|_| Odd::new(ErrorKind::InvalidUtf8, ahead))?;
        }
        self.variable.advance(length);
        self.end_variable(row);
        Ok(())
    }

    fn put_variable(&mut self, row: usize, ahead: &[u8], length: usize) -> Result<(), Odd> {
        self.variable.append(ahead, length);
        self.end_variable(row);
        Ok(())
    }

    pub(super) fn push_null(&mut self, row: usize, tape: &mut Tape) {
        if self.validity.is_empty() {
            self.validity.resize(self.rows.div_ceil(8), 0xff);
            let unused = self.validity.len() * 8 - self.rows;
            if let Some(last) = self.validity.last_mut() {
                *last >>= unused;
            }
        }
        if let Some(bits) = self.validity.get_mut(row / 8) {
            *bits &= !(1 << (row % 8));
        }
        self.null_count += 1;
        if self.kind == column_kind::SLOTS {
            let index = self.first_slot + row;
            let (slots, content) = tape.rows();
            content.set_null(index);
            set_slot(slots, index, 0);
        }
        if has_offsets(self.kind) {
            self.end_variable(row);
        }
    }

    /// Bodies end at 256 MiB, and text of an address takes four times its bytes at most: an i32 suffices.
    #[inline(always)]
    fn end_variable(&mut self, row: usize) {
        if let Some(to) = self.offsets.get_mut(row + 1) {
            *to = (self.variable.position() as i32).to_le_bytes();
        }
    }

    /// Moves what was collected to the raw section.
    pub(super) fn place(&mut self, delivery: &mut Delivery) -> Placed {
        let raw = &mut delivery.tape.rows().1.raw;
        let mut append = |bytes: &[u8]| {
            raw.align(8);
            raw.append(bytes, bytes.len())
        };
        let data = if has_offsets(self.kind) {
            self.variable.as_bytes()
        } else {
            &self.fixed
        };
        let (position, length) = match self.kind {
            column_kind::SLOTS => (self.first_slot, 8 * self.rows),
            _ => (append(data), data.len()),
        };
        let offsets = (!self.offsets.is_empty()).then(|| append(self.offsets.as_flattened()));
        let validity = (!self.validity.is_empty()).then(|| append(&self.validity));
        Placed {
            kind: self.kind,
            data: position,
            data_length: length,
            offsets,
            validity,
            null_count: self.null_count,
        }
    }
}

impl Placed {
    pub(super) fn write_entry(&self, option_id: u16, delivery: &mut Delivery) {
        delivery.put_word(self.kind);
        if self.kind == column_kind::SLOTS {
            delivery.put_slot_offset(self.data);
        } else {
            delivery.put_raw_offset(self.data);
        }
        delivery.put_count(self.data_length);
        for part in [self.offsets, self.validity] {
            match part {
                Some(position) => delivery.put_raw_offset(position),
                None => delivery.put_word(0),
            }
        }
        delivery.put_count(self.null_count);
        delivery.put_word(option_id.into());
        delivery.put_word(0);
    }
}

const fn kind(shape: &Shape) -> i32 {
    match shape {
        Shape::TinyInt | Shape::SmallInt | Shape::Int | Shape::Date => column_kind::I32,
        Shape::Float | Shape::Double | Shape::Timestamp => column_kind::F64,
        Shape::BigInt | Shape::Time => column_kind::I64,
        Shape::Boolean => column_kind::BOOLEAN,
        Shape::Text | Shape::Inet => column_kind::TEXT,
        Shape::Blob | Shape::Varint | Shape::Decimal => column_kind::BYTES,
        Shape::Uuid | Shape::Duration => column_kind::FIXED_16,
        Shape::List(_) | Shape::Map(_) | Shape::Tuple(_) | Shape::FloatVector(_) | Shape::Vector(_) => {
            column_kind::SLOTS
        }
    }
}

const fn has_offsets(kind: i32) -> bool {
    matches!(kind, column_kind::TEXT | column_kind::BYTES)
}

/// The bytes of each value in the data of a column.
const fn width(kind: i32) -> usize {
    match kind {
        column_kind::I32 => 4,
        column_kind::F64 | column_kind::I64 => 8,
        column_kind::BOOLEAN => 1,
        column_kind::FIXED_16 => 16,
        _ => 0,
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Option<[u8; N]> {
    bytes.try_into().ok()
}

fn set_slot(slots: &mut [u64], index: usize, value: u64) {
    if let Some(slot) = slots.get_mut(index) {
        *slot = value;
    }
}
