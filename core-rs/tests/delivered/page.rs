//! Pages → JSON, from slots or from columns. Holds them to what JavaScript relies on: alignment, the blocks of text.

use super::cold::Cold;
use super::values::{double_json, duration_json, type_json, uuid_text, varint_text};
use super::{hex, word, Record};
use ferrocql_core::delivery::{page_flag, record, IS_LONG, IS_WIDE, TEXT_BLOCK, WIDE_BLOCK};
use ferrocql_core::metadata::{Column, Programs};
use ferrocql_core::types::CqlType;
use serde_json::{json, Map, Value};

/// A page and the columns that its program has.
pub struct Page<'a> {
    record: Record<'a>,
    columns: &'a [Column],
}

pub fn columns_json(columns: &[Column]) -> Vec<Value> {
    columns
        .iter()
        .map(|column| {
            json!({
                "keyspace": &*column.keyspace,
                "table": &*column.table,
                "name": column.name,
                "type": type_json(&column.ty),
            })
        })
        .collect()
}

impl<'a> Page<'a> {
    pub fn new(record: Record<'a>, programs: &'a Programs) -> Self {
        let program = programs.get(u32::try_from(record.word(7)).unwrap()).unwrap();
        for (index, alignment) in [(9, 8), (11, 4), (12, 8), (16, 2)] {
            assert_eq!(record.number(index) % alignment, 0, "alignment of word {index}");
        }
        Self {
            record,
            columns: program.columns(),
        }
    }

    pub fn read(&self, cold: &mut Cold<'a>, object: &mut Map<String, Value>) {
        object.insert("kind".into(), "ROWS".into());
        object.insert("columns".into(), columns_json(self.columns).into());
        let flags = self.record.word(18);
        if flags & page_flag::MORE_PAGES != 0 {
            object.insert("pagingState".into(), cold.hex());
        }
        if flags & page_flag::METADATA_CHANGED != 0 {
            object.insert("newMetadataId".into(), cold.hex());
        }
        let is_columns = self.record.word(0) == record::COLUMNS;
        let table = cold.position();
        if is_columns {
            assert_eq!(self.record.number(19), table);
            for _ in 0..8 * self.columns.len() {
                cold.int();
            }
        }
        let rows = self.record.number(8);
        if self.columns.is_empty() {
            object.insert("rowCount".into(), rows.into());
            return;
        }
        let rows: Vec<Value> = (0..rows)
            .map(|row| {
                let cells = self.columns.iter().enumerate().map(|(index, column)| match is_columns {
                    true => self.column_value(table + 8 * index, row, &column.ty),
                    false => self.value(row * self.columns.len() + index, &column.ty),
                });
                cells.collect()
            })
            .collect();
        object.insert("rows".into(), rows.into());
    }

    fn bytes(&self, offset: usize, length: usize) -> &'a [u8] {
        &self.record.delivery[offset..][..length]
    }

    fn slot(&self, index: usize) -> u64 {
        assert!(index < self.record.number(10), "slot {index} is behind the page");
        u64::from_le_bytes(self.bytes(self.record.number(9) + 8 * index, 8).try_into().unwrap())
    }

    fn is_null(&self, index: usize) -> bool {
        let nulls = self.record.number(11);
        nulls != 0 && word(self.record.delivery, nulls / 4 + index / 32) >> (index % 32) & 1 != 0
    }

    /// What the slot with this index holds.
    fn value(&self, index: usize, ty: &CqlType) -> Value {
        let slot = self.slot(index);
        if self.is_null(index) {
            assert_eq!(slot, 0, "the slot of a null");
            return Value::Null;
        }
        let (low, high) = (slot as u32 as usize, (slot >> 32) as usize);
        let nested = |ty: &CqlType| {
            (low..low + high)
                .map(|index| self.value(index, ty))
                .collect::<Vec<_>>()
                .into()
        };
        match ty {
            CqlType::Ascii | CqlType::Text | CqlType::Inet => self.text(slot).into(),
            CqlType::List(element) | CqlType::Set(element) => nested(element),
            CqlType::Vector(element, dimensions) if **element == CqlType::Float => {
                assert_eq!(low % 4, 0, "alignment of a vector of float");
                assert_eq!(high, 4 * *dimensions as usize);
                let bytes = self.raw(low, high).chunks(4);
                bytes
                    .map(|bytes| double_json(f32::from_le_bytes(bytes.try_into().unwrap()).into()))
                    .collect()
            }
            CqlType::Vector(element, dimensions) => {
                assert_eq!(high, *dimensions as usize);
                nested(element)
            }
            CqlType::Map(types) => (0..high)
                .map(|entry| {
                    let key = low + 2 * entry;
                    json!([self.value(key, &types.0), self.value(key + 1, &types.1)])
                })
                .collect(),
            CqlType::Tuple(types) => self.components(low, high, types.iter()),
            CqlType::Udt(udt) => self.components(low, high, udt.fields.iter().map(|field| &field.ty)),
            CqlType::Blob
            | CqlType::Custom(_)
            | CqlType::Varint
            | CqlType::Decimal
            | CqlType::Uuid
            | CqlType::TimeUuid
            | CqlType::Duration => {
                assert!(*ty != CqlType::Duration || low % 8 == 0, "alignment of a duration");
                content_json(ty, self.raw(low, high))
            }
            _ => content_json(ty, &slot.to_le_bytes()),
        }
    }

    fn components<'t>(&self, low: usize, high: usize, types: impl ExactSizeIterator<Item = &'t CqlType>) -> Value {
        assert_eq!(high, types.len(), "components");
        types
            .enumerate()
            .map(|(index, ty)| self.value(low + index, ty))
            .collect()
    }

    fn raw(&self, low: usize, length: usize) -> &'a [u8] {
        assert!(low + length <= self.record.number(13), "raw content is behind the page");
        self.bytes(self.record.number(12) + low, length)
    }

    fn text(&self, slot: u64) -> String {
        let (low, length) = (slot as u32 as usize, (slot >> 32) as usize & 0x3fff_ffff);
        let is_wide = slot & IS_WIDE != 0;
        let block = if is_wide { WIDE_BLOCK } else { TEXT_BLOCK };
        if slot & IS_LONG == 0 {
            assert!(
                length == 0 || low / block == (low + length - 1) / block,
                "text over the border of a block"
            );
        } else {
            assert!(
                length > block && low % block == 0,
                "long text not at the border of a block"
            );
        }
        if is_wide {
            assert!(2 * (low + length) <= self.record.number(17), "text is behind the page");
            let bytes = self.bytes(self.record.number(16) + 2 * low, 2 * length);
            let units: Vec<u16> = bytes
                .chunks(2)
                .map(|unit| u16::from_le_bytes(unit.try_into().unwrap()))
                .collect();
            return String::from_utf16(&units).unwrap();
        }
        assert!(low + length <= self.record.number(15), "text is behind the page");
        let bytes = self.bytes(self.record.number(14) + low, length);
        assert!(bytes.is_ascii());
        String::from_utf8(bytes.into()).unwrap()
    }

    /// What a row holds in the column with this entry in the column table.
    fn column_value(&self, entry: usize, row: usize, ty: &CqlType) -> Value {
        let entry = |index| word(self.record.delivery, entry + index);
        let number = |index| usize::try_from(entry(index)).unwrap();
        assert_eq!(entry(6), i32::from(ty.id()));
        for index in [1, 3, 4] {
            assert_eq!(number(index) % 8, 0, "alignment of word {index}");
        }
        let validity = number(4);
        let rows = self.record.number(8);
        if validity != 0 && !rows.is_multiple_of(8) {
            let last = self.bytes(validity + rows / 8, 1)[0];
            assert_eq!(last >> (rows % 8), 0, "validity of rows that are not there");
        }
        let is_present = validity == 0 || self.bytes(validity + row / 8, 1)[0] >> (row % 8) & 1 != 0;
        assert_eq!(
            validity == 0,
            entry(5) == 0,
            "null count without validity, or the other way round"
        );
        if entry(0) == 8 {
            assert_eq!(number(2), 8 * self.record.number(8));
            let value = self.value((number(1) - self.record.number(9)) / 8 + row, ty);
            assert_eq!(is_present, value != Value::Null);
            return value;
        }
        let data = |width: usize| {
            assert_eq!(number(2), width * self.record.number(8));
            self.bytes(number(1) + width * row, width)
        };
        let content = match entry(0) {
            1 => data(4),
            2 | 3 => data(8),
            4 => data(1),
            5 | 6 => {
                let offset = |row: usize| word(self.record.delivery, number(3) / 4 + row) as usize;
                assert_eq!(offset(self.record.number(8)), number(2));
                self.bytes(number(1) + offset(row), offset(row + 1) - offset(row))
            }
            7 => data(16),
            kind => panic!("column of kind {kind}"),
        };
        if !is_present {
            assert!(content.iter().all(|byte| *byte == 0), "what stands in place of a null");
            return Value::Null;
        }
        match ty {
            CqlType::Text | CqlType::Ascii | CqlType::Inet => core::str::from_utf8(content).unwrap().into(),
            _ => content_json(ty, content),
        }
    }
}

/// Content of a fixed layout: of a slot, of a column, or in the raw section. Of a slot there may be more than it takes.
fn content_json(ty: &CqlType, bytes: &[u8]) -> Value {
    let int = || i32::from_le_bytes(bytes[..4].try_into().unwrap());
    let long = || i64::from_le_bytes(bytes[..8].try_into().unwrap());
    let double = || f64::from_le_bytes(bytes[..8].try_into().unwrap());
    match ty {
        CqlType::Boolean => (bytes[0] != 0).into(),
        CqlType::TinyInt | CqlType::SmallInt | CqlType::Int | CqlType::Date => int().into(),
        CqlType::BigInt | CqlType::Counter | CqlType::Time => long().to_string().into(),
        CqlType::Timestamp => double().to_string().into(),
        CqlType::Float | CqlType::Double => double_json(double()),
        CqlType::Uuid | CqlType::TimeUuid => uuid_text(bytes).into(),
        CqlType::Blob | CqlType::Custom(_) => hex(bytes).into(),
        CqlType::Varint => varint_text(bytes).into(),
        CqlType::Decimal => {
            let scale = i32::from_be_bytes(bytes[..4].try_into().unwrap());
            json!({ "unscaled": varint_text(&bytes[4..]), "scale": scale })
        }
        CqlType::Duration => {
            let days = i32::from_le_bytes(bytes[4..8].try_into().unwrap());
            duration_json(int(), days, i64::from_le_bytes(bytes[8..].try_into().unwrap()))
        }
        _ => panic!("{ty:?} has no content of a fixed layout"),
    }
}
