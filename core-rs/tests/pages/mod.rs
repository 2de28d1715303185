//! Writes pages of rows, and frames around bodies.
#![allow(dead_code)] // Each test file uses its part.

use ferrocql_core::frame::opcode;
use ferrocql_core::notation::{write_bytes, write_int, write_short, write_string};

/// A cell: its bytes, or null.
pub type Cell = Option<Vec<u8>>;

/// A RESULT/Rows to be.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The type option of each column.
    pub options: Vec<Vec<u8>>,
    pub rows: Vec<Vec<Cell>>,
    pub has_no_metadata: bool,
    pub paging_state: Option<Vec<u8>>,
    pub new_metadata_id: Option<Vec<u8>>,
    /// Comes before the names of columns, so that pages of the same types may differ.
    pub prefix: String,
}

impl Page {
    pub fn of(options: &[Vec<u8>], rows: &[Vec<Cell>]) -> Self {
        Self {
            options: options.into(),
            rows: rows.into(),
            ..Self::default()
        }
    }

    pub fn without_metadata(mut self) -> Self {
        self.has_no_metadata = true;
        self
    }

    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        write_int(&mut body, 2);
        let mut flags = if self.has_no_metadata { 4 } else { 1 };
        flags |= if self.paging_state.is_some() { 2 } else { 0 };
        flags |= if self.new_metadata_id.is_some() { 8 } else { 0 };
        write_int(&mut body, flags);
        write_int(&mut body, self.options.len() as i32);
        if let Some(paging_state) = &self.paging_state {
            write_bytes(&mut body, paging_state).unwrap();
        }
        if let Some(id) = &self.new_metadata_id {
            write_short(&mut body, id.len() as u16);
            body.extend_from_slice(id);
        }
        if !self.has_no_metadata {
            write_string(&mut body, b"keyspace").unwrap();
            write_string(&mut body, b"table").unwrap();
            for (index, option) in self.options.iter().enumerate() {
                write_string(&mut body, format!("{}{index}", self.prefix).as_bytes()).unwrap();
                body.extend_from_slice(option);
            }
        }
        write_int(&mut body, self.rows.len() as i32);
        for cell in self.rows.iter().flatten() {
            match cell {
                Some(bytes) => write_bytes(&mut body, bytes).unwrap(),
                None => write_int(&mut body, -1),
            }
        }
        body
    }

    pub fn frame(&self, version: u8, stream: u16) -> Vec<u8> {
        frame(version, 0, stream, opcode::RESULT, &self.body())
    }
}

/// A response.
pub fn frame(version: u8, flags: u8, stream: u16, opcode: u8, body: &[u8]) -> Vec<u8> {
    let [s0, s1] = stream.to_be_bytes();
    let mut frame = vec![0x80 | version, flags, s0, s1, opcode];
    write_bytes(&mut frame, body).unwrap();
    frame
}

/// The option of a type that has none but its id.
pub fn option(id: u16) -> Vec<u8> {
    id.to_be_bytes().into()
}
