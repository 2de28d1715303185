//! Cold words: everything but the cells of rows, as a list of numbers that JavaScript reads from front to back. Bytes
//! and text are an offset and a length; their content lies in the raw section.

use super::{word, Delivery, Reference};
use crate::metadata::{Column, Program};
use crate::types::{CqlType, UserType};
use std::rc::Rc;

impl Delivery {
    /// A number.
    pub fn put_word(&mut self, number: i32) {
        self.cold.push(number);
    }

    /// A number of things that follow.
    pub fn put_count(&mut self, count: usize) {
        self.cold.push(word(count));
    }

    /// Bytes, or null: their length is -1.
    pub fn put_bytes(&mut self, bytes: Option<&[u8]>) {
        match bytes {
            Some(bytes) => {
                let start = self.tape.content.append_raw(bytes);
                self.put_range(word(start), word(bytes.len()));
            }
            None => self.cold.extend_from_slice(&[0, -1]),
        }
    }

    /// Text.
    pub fn put_text(&mut self, text: &str) {
        self.put_bytes(Some(text.as_bytes()));
    }

    /// A count and so many texts.
    pub fn put_texts(&mut self, texts: &[&str]) {
        self.put_count(texts.len());
        texts.iter().for_each(|text| self.put_text(text));
    }

    /// A count and so many column specs.
    ///
    /// ```text
    /// +---------------+------------+-----------+------+
    /// | text keyspace | text table | text name | type |
    /// +---------------+------------+-----------+------+
    /// ```
    pub fn put_columns(&mut self, columns: &[Column]) {
        self.put_count(columns.len());
        let mut last: Option<(&Column, [i32; 4])> = None;
        for column in columns {
            last = match last {
                Some((like, ranges)) if is_of_same_table(like, column) => {
                    let [keyspace, keyspace_length, table, table_length] = ranges;
                    self.put_range(keyspace, keyspace_length);
                    self.put_range(table, table_length);
                    last
                }
                _ => {
                    self.put_text(&column.keyspace);
                    self.put_text(&column.table);
                    self.cold.last_chunk().map(|ranges| (column, *ranges))
                }
            };
            self.put_text(&column.name);
            self.put_type(&column.ty);
        }
    }

    /// What is known about a program: its metadata, then its columns.
    pub fn put_program(&mut self, program: &Program) {
        self.put_bytes(Some(program.metadata()));
        self.put_columns(program.columns());
    }

    /// A type: its id, then what its id asks for.
    ///
    /// ```text
    /// custom 0x0000             text class
    /// list 0x0020, set 0x0022   type
    /// map 0x0021                type, type
    /// user-defined 0x0030       text keyspace, text name, count, count × (text field, type)
    /// tuple 0x0031              count, count × type
    /// vector 0x8000             type, dimensions
    /// ```
    pub fn put_type(&mut self, ty: &CqlType) {
        self.put_word(ty.id().into());
        match ty {
            CqlType::Custom(class) => self.put_text(class),
            CqlType::List(element) | CqlType::Set(element) => self.put_type(element),
            CqlType::Map(types) => {
                self.put_type(&types.0);
                self.put_type(&types.1);
            }
            CqlType::Udt(udt) => self.put_user_type(udt),
            CqlType::Tuple(components) => {
                self.put_count(components.len());
                components.iter().for_each(|ty| self.put_type(ty));
            }
            CqlType::Vector(element, dimensions) => {
                self.put_type(element);
                self.put_word(i32::try_from(*dimensions).unwrap_or(i32::MAX));
            }
            _ => {}
        }
    }

    /// How many cold words there are by now.
    pub(crate) fn cold_length(&self) -> usize {
        self.cold.len()
    }

    /// The offset of a byte of the page's raw stretch.
    pub(crate) fn put_raw_offset(&mut self, position: usize) {
        self.references.push(Reference::Raw(self.cold.len()));
        self.put_count(self.tape.content.raw.start() + position);
    }

    /// The offset of a slot of the page.
    pub(crate) fn put_slot_offset(&mut self, index: usize) {
        self.references.push(Reference::Slots(self.cold.len()));
        self.put_count(8 * (self.tape.page_start() + index));
    }

    fn put_user_type(&mut self, udt: &UserType) {
        self.put_text(&udt.keyspace);
        self.put_text(&udt.name);
        self.put_count(udt.fields.len());
        for field in &udt.fields {
            self.put_text(&field.name);
            self.put_type(&field.ty);
        }
    }

    fn put_range(&mut self, raw_offset: i32, length: i32) {
        self.references.push(Reference::Raw(self.cold.len()));
        self.cold.extend_from_slice(&[raw_offset, length]);
    }
}

fn is_of_same_table(one: &Column, other: &Column) -> bool {
    Rc::ptr_eq(&one.keyspace, &other.keyspace) && Rc::ptr_eq(&one.table, &other.table)
}
