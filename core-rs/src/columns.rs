//! The rows of a RESULT → columns in Arrow's layout: one run of values for each column, one bit for each row that says
//! whether there is a value. Columns of nested types fall back to slots.

mod builder;

use crate::delivery::{Delivery, Fault};
use crate::metadata::Program;
use builder::Builder;

/// What the data of a column is: word 0 of its entry in the column table.
pub mod column_kind {
    /// i32: tinyint, smallint, int, date (days since 1970-01-01).
    pub const I32: i32 = 1;
    /// f64: float, double, timestamp (milliseconds).
    pub const F64: i32 = 2;
    /// i64: bigint, counter, time (nanoseconds).
    pub const I64: i32 = 3;
    /// One byte for each row: 0 or 1.
    pub const BOOLEAN: i32 = 4;
    /// UTF-8 and an i32 offset for each row and one: text, ascii, inet.
    pub const TEXT: i32 = 5;
    /// Bytes and an i32 offset for each row and one: blob, varint, decimal, unknown types.
    pub const BYTES: i32 = 6;
    /// 16 bytes for each row: uuid, timeuuid; duration (months, days, nanoseconds).
    pub const FIXED_16: i32 = 7;
    /// A slot for each row.
    pub const SLOTS: i32 = 8;
}

/// Reads the cells of a page into columns and writes their table into the cold words; gives where it starts there.
/// `bytes` follow the row count, and end with the body at byte `end` of it.
///
/// ```text
/// an entry of the table, 8 words for each column
/// +------+----------------+-------------+-------------------+--------------------+------------+-----------+---+
/// | kind | offset of data | data length | offset of offsets | offset of validity | null count | option id | 0 |
/// +------+----------------+-------------+-------------------+--------------------+------------+-----------+---+
/// ```
///
/// Kind 8 has its slots at the offset of data. An offset of validity of 0 says that there is no null. Validity bits are
/// in the order of Arrow, lowest first, 1 is present.
pub(crate) fn read_columns(
    program: &Program,
    rows: usize,
    bytes: &[u8],
    end: usize,
    delivery: &mut Delivery,
) -> Result<usize, Fault> {
    let mut slots = 0;
    let mut builders: Vec<Builder<'_>> = program
        .shapes()
        .iter()
        .map(|shape| {
            let builder = Builder::new(shape, rows, slots);
            slots += builder.slot_count();
            builder
        })
        .collect();
    delivery.begin_page(slots, end);

    let mut input = bytes;
    let rows = if builders.is_empty() { 0 } else { rows };
    for row in 0..rows {
        for (column, builder) in builders.iter_mut().enumerate() {
            builder.read(row, &mut input, &mut delivery.tape).map_err(|odd| Fault {
                error: odd.into_error(end),
                cell: Some((row, column)),
            })?;
        }
    }

    let placed: Vec<_> = builders.iter_mut().map(|builder| builder.place(delivery)).collect();
    let table = delivery.cold_length();
    for (column, placed) in program.columns().iter().zip(placed) {
        placed.write_entry(column.ty.id(), delivery);
    }
    Ok(table)
}
