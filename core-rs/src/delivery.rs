//! What one push decodes, put together as one run of bytes that JavaScript copies out in one piece and reads as typed
//! arrays. Everything is staged first, because how much there is of each kind is known only at the end.
//!
//! ```text
//! +-----------------+------------+--------------+-------+-------------+-------------+------+
//! | frame records   | cold words | slots        | nulls | raw         | wide        | text |
//! | 20 words each   | i32        | 8 bytes each | u32   | 8-aligned   | 2-aligned   |      |
//! +-----------------+------------+--------------+-------+-------------+-------------+------+
//! ```

mod assembly;
mod cold;
pub(crate) mod section;
mod slots;
pub(crate) mod tape;
mod wide;

pub use tape::{IS_LONG, IS_WIDE, TEXT_BLOCK, WIDE_BLOCK};

use crate::error::Error;
use crate::frame::Header;
use tape::{clear_vec, Tape, TapeMark};

/// The words of a frame record. Those that its kind does not have are without meaning.
pub const RECORD_WORDS: usize = 20;

/// More memory than this is given back by each staged section, and by the whole, before the next push.
const KEPT_CAPACITY: usize = 4 << 20;

/// Word 11 of a staged record of a page without nulls.
const NO_NULLS: i32 = -1;

/// What a frame record describes: its word 0.
pub mod record {
    /// The message is in the cold words.
    pub const MESSAGE: i32 = 0;
    /// A page as slots.
    pub const ROWS: i32 = 1;
    /// A page as columns.
    pub const COLUMNS: i32 = 2;
    /// A part of a big body, as it came.
    pub const PART: i32 = 3;
    /// A body that could not be decoded.
    pub const REFUSED: i32 = 4;
}

/// The flags of a page: word 18 of its record.
pub mod page_flag {
    /// There are more pages; their paging state is in the cold words.
    pub const MORE_PAGES: i32 = 1;
    /// The columns are no longer those of the prepared statement; their new id is in the cold words.
    pub const METADATA_CHANGED: i32 = 2;
    /// The program has been registered just now.
    pub const NEW_PROGRAM: i32 = 4;
}

/// Why a body is refused, and where in its rows if it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, at which byte of the body.
    pub error: Error,
    /// In which row and column.
    pub cell: Option<(usize, usize)>,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, cell: None }
    }
}

/// What is said about a page beside its cells.
#[derive(Clone, Copy, Debug)]
pub struct PageInfo {
    /// The program of its columns.
    pub program: u32,
    /// How many rows it has.
    pub rows: usize,
    /// Bits of [`page_flag`].
    pub flags: i32,
    /// For columns: where their table begins in the cold words of this push.
    pub column_table: Option<usize>,
}

/// A state to which a delivery can go back.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    cold: usize,
    references: usize,
    tape: TapeMark,
}

/// A word in the cold words that is an offset into a section, until all sections have their place.
#[derive(Clone, Copy, Debug)]
enum Reference {
    Raw(usize),
    Slots(usize),
}

/// The outcome of a push. Its memory is used again by the next one.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Records behind `record_count` are of earlier pushes.
    records: Vec<[i32; RECORD_WORDS]>,
    record_count: usize,
    cold: Vec<i32>,
    references: Vec<Reference>,
    pub(crate) tape: Tape,
    bytes: Vec<u8>,
    length: usize,
}

impl Delivery {
    /// An empty delivery.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the previous push.
    pub fn start(&mut self) {
        self.record_count = 0;
        if self.records.capacity() > KEPT_CAPACITY / RECORD_WORDS {
            self.records = Vec::new();
        }
        clear_vec(&mut self.cold, KEPT_CAPACITY);
        clear_vec(&mut self.references, KEPT_CAPACITY);
        self.tape.clear(KEPT_CAPACITY);
        self.length = 0;
        if self.bytes.capacity() > KEPT_CAPACITY {
            self.bytes = Vec::new();
        }
    }

    /// The finished bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// How many frame records the bytes begin with.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.record_count
    }

    /// Begins the record of a frame; it is a message until something else is said.
    pub fn begin_frame(&mut self, header: &Header) {
        let count = self.record_count;
        self.record_count += 1;
        if self.records.len() < self.record_count {
            self.records.resize(2 * self.record_count, [0; RECORD_WORDS]);
        }
        let cold = word(self.cold.len());
        let Some(words) = self.records.get_mut(count) else {
            return;
        };
        words[0] = record::MESSAGE;
        words[1] = header.stream.into();
        words[2] = header.opcode.into();
        words[3] = header.flags.into();
        words[4] = word(header.body_length);
        words[5] = cold;
    }

    /// Ends the record begun last.
    pub fn end_frame(&mut self) {
        let end = self.cold.len();
        if let Some(words) = self.last_record() {
            words[6] = word(end.saturating_sub(usize::try_from(words[5]).unwrap_or(0)));
        }
    }

    /// Makes the record begun last a part of a body.
    pub fn put_part(&mut self, body_length: usize, offset: usize, bytes: &[u8]) {
        let start = self.tape.content.append_raw(bytes);
        if let Some(words) = self.last_record() {
            words[0] = record::PART;
            words[7] = word(body_length);
            words[8] = word(offset);
            words[12] = word(start);
            words[13] = word(bytes.len());
        }
    }

    /// Begins a page of so many slots for its rows, in a body of so many bytes.
    pub fn begin_page(&mut self, slots: usize, body_length: usize) {
        self.tape.begin_page(slots, body_length);
    }

    /// Makes the record begun last a page.
    pub fn end_page(&mut self, info: PageInfo) {
        let extent = self.tape.end_page();
        let Some(words) = self.last_record() else { return };
        words[0] = record::ROWS;
        words[7] = i32::try_from(info.program).unwrap_or(i32::MAX);
        words[8] = word(info.rows);
        words[9] = word(extent.slots);
        words[10] = word(extent.slot_count);
        words[11] = extent.nulls.map_or(NO_NULLS, word);
        words[12] = word(extent.raw);
        words[13] = word(extent.raw_length);
        words[14] = word(extent.text);
        words[15] = word(extent.text_length);
        words[16] = word(extent.wide);
        words[17] = word(2 * extent.wide_length);
        words[18] = info.flags;
        if let Some(table) = info.column_table {
            words[0] = record::COLUMNS;
            words[19] = word(table);
        }
    }

    /// Makes the record begun last a refusal.
    pub fn refuse(&mut self, fault: Fault) {
        let (row, column) = fault.cell.map_or((-1, -1), |(row, column)| (word(row), word(column)));
        if let Some(words) = self.last_record() {
            words[0] = record::REFUSED;
            words[7] = fault.error.kind as i32;
            words[8] = word(fault.error.offset);
            words[9] = row;
            words[10] = column;
        }
    }

    /// The present state.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark {
            cold: self.cold.len(),
            references: self.references.len(),
            tape: self.tape.mark(),
        }
    }

    /// Forgets everything since `mark` but records.
    pub fn rewind(&mut self, mark: Mark) {
        self.cold.truncate(mark.cold);
        self.references.truncate(mark.references);
        self.tape.rewind(mark.tape);
    }

    fn last_record(&mut self) -> Option<&mut [i32; RECORD_WORDS]> {
        self.records.get_mut(self.record_count.checked_sub(1)?)
    }
}

/// A number as a word. Linear memory ends at 4 GiB, and all of this is in it twice: nothing reaches the limit.
fn word(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
