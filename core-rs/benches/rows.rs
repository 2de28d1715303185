//! What a row costs from the socket's bytes to the finished delivery, in this machine's own code: `cargo bench`.
//! In the WebAssembly module the same takes longer; here one sees what a change to the loop does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

use ferrocql_core::compress::Compression;
use ferrocql_core::delivery::Delivery;
use ferrocql_core::frame::{opcode, Version};
use ferrocql_core::inbound::{ConnectionOptions, Inbound, BLOCK_HEAD_WORDS};
use ferrocql_core::metadata::Programs;
use ferrocql_core::notation::{write_bytes, write_int, write_short, write_string};
use std::time::Instant;

const WANTS_COLUMNS: u32 = 1 << 31;

/// A column: its type option, and the bytes of its cell in each row.
type Column = (&'static [u16], fn(usize) -> Vec<u8>);

const MIXED: &[Column] = &[
    (&[0x09], |row| (row as i32).to_be_bytes().into()),
    (&[0x02], |row| (row as i64 * 1_000_003).to_be_bytes().into()),
    (&[0x0d], |row| format!("some text number {}", row % 1000).into_bytes()),
    (&[0x0c], |row| (row as u128 * 0x1234_5678_9abc).to_be_bytes().into()),
    (&[0x0b], |row| (1_700_000_000_000 + row as i64).to_be_bytes().into()),
    (&[0x07], |row| (row as f64 / 3.0).to_be_bytes().into()),
    (&[0x04], |row| vec![u8::from(row % 3 == 0)]),
    (&[0x03], |row| vec![row as u8; 16]),
];

const NUMBERS: &[Column] = &[MIXED[0], MIXED[1], MIXED[4], MIXED[5], MIXED[0], MIXED[6]];

const TEXTS: &[Column] = &[
    (&[0x0d], |row| "x".repeat(90 + row % 20).into_bytes()),
    (&[0x0d], |row| format!("key {:06}", row).into_bytes()),
    MIXED[0],
];

const WIDE: &[Column] = &[(&[0x0d], |row| {
    "aé漢🦀"
        .chars()
        .cycle()
        .skip(row % 4)
        .take(40)
        .collect::<String>()
        .into_bytes()
})];

const NESTED: &[Column] = &[
    (&[0x20, 0x0d], |row| {
        let texts: Vec<_> = (0..5).map(|i| format!("element {}", row + i).into_bytes()).collect();
        collection(5, &texts)
    }),
    (&[0x21, 0x0d, 0x09], |row| {
        let entries: Vec<_> = (0..3)
            .flat_map(|i| [format!("key {i}").into_bytes(), ((row + i) as i32).to_be_bytes().into()])
            .collect();
        collection(3, &entries)
    }),
];

const POINT: &[Column] = &[MIXED[0], MIXED[2], MIXED[3], MIXED[4], MIXED[5]];

fn main() {
    report("5000 x 8 mixed, rows", MIXED, 5000, 1, 0);
    report("5000 x 8 mixed, columns", MIXED, 5000, 1, WANTS_COLUMNS);
    report("5000 x 6 numbers, rows", NUMBERS, 5000, 1, 0);
    report("5000 x 3 texts, rows", TEXTS, 5000, 1, 0);
    report("5000 x 1 text that is not ASCII, rows", WIDE, 5000, 1, 0);
    report("2000 x 2 list and map, rows", NESTED, 2000, 1, 0);
    report("1 x 5, 300 frames a chunk", POINT, 1, 300, 0);
    report("1 x 5, 1 frame a chunk", POINT, 1, 1, 0);
}

fn report(name: &str, columns: &[Column], rows: usize, frames: usize, program_flags: u32) {
    let mut programs = Programs::new();
    let mut out = Delivery::new();
    let mut inbound = Inbound::new(ConnectionOptions {
        version: Version::V4,
        compression: Compression::None,
        max_frame: 256 << 20,
        big_frame: 16 << 20,
        stream_capacity: 1,
        rate_limit_code: -1,
    });
    inbound
        .push(&frame(columns, rows, true), &mut programs, &mut out)
        .unwrap();
    inbound.block_mut()[BLOCK_HEAD_WORDS] = 1 | program_flags;
    let chunk = frame(columns, rows, false).repeat(frames);

    let rounds = 20_000_000 / chunk.len().max(100_000);
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..rounds {
            inbound.push(&chunk, &mut programs, &mut out).unwrap();
        }
        let nanoseconds = start.elapsed().as_nanos() as f64 / (rounds * rows * frames) as f64;
        best = best.min(nanoseconds);
    }
    let (wire, tape) = (chunk.len() / (rows * frames), out.bytes().len() / (rows * frames));
    println!("{name:40} {best:8.1} ns/row  {wire:5} bytes/row on the wire  {tape:5} delivered");
}

fn frame(columns: &[Column], rows: usize, has_metadata: bool) -> Vec<u8> {
    let mut body = Vec::new();
    write_int(&mut body, 2);
    write_int(&mut body, if has_metadata { 1 } else { 4 });
    write_int(&mut body, columns.len() as i32);
    if has_metadata {
        write_string(&mut body, b"keyspace").unwrap();
        write_string(&mut body, b"table").unwrap();
        for (column, (option, _)) in columns.iter().enumerate() {
            write_string(&mut body, format!("column_{column}").as_bytes()).unwrap();
            option.iter().for_each(|id| write_short(&mut body, *id));
        }
    }
    write_int(&mut body, rows as i32);
    for row in 0..rows {
        for (_, cell) in columns {
            write_bytes(&mut body, &cell(row)).unwrap();
        }
    }
    let mut frame = vec![0x84, 0, 0, 0, opcode::RESULT];
    write_bytes(&mut frame, &body).unwrap();
    frame
}

fn collection(count: i32, items: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = count.to_be_bytes().to_vec();
    items.iter().for_each(|item| write_bytes(&mut bytes, item).unwrap());
    bytes
}
