//! How pages lie in a delivery: text in blocks, nulls, nested values, and nothing of one page in another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;

use delivered::{records, Connection, Record, OPTIONS, WANTS_COLUMNS};
use ferrocql_core::delivery::{TEXT_BLOCK, WIDE_BLOCK};
use ferrocql_core::inbound::ConnectionOptions;
use pages::{option, Cell, Page};
use proptest::prelude::*;
use serde_json::{json, Value};

const TEXT: u16 = 0x0d;

#[test]
fn ascii_keeps_to_its_blocks() {
    let around = [
        TEXT_BLOCK - 1,
        TEXT_BLOCK,
        TEXT_BLOCK + 1,
        2 * TEXT_BLOCK,
        1,
        0,
        40_000,
        5_000,
        12_000,
        1,
    ];
    let texts: Vec<_> = around
        .iter()
        .zip('a'..)
        .map(|(length, letter)| letter.to_string().repeat(*length))
        .collect();
    assert_eq!(texts_of(&texts), json!(texts));
}

#[test]
fn text_beyond_ascii_keeps_to_its_blocks() {
    let around = [
        WIDE_BLOCK - 5,
        6,
        WIDE_BLOCK - 1,
        WIDE_BLOCK,
        WIDE_BLOCK + 1,
        2 * WIDE_BLOCK,
        1,
        20_000,
        3_000,
        6_000,
        1,
    ];
    let texts: Vec<_> = around
        .iter()
        .zip('à'..)
        .map(|(length, letter)| letter.to_string().repeat(*length))
        .collect();
    assert_eq!(texts_of(&texts), json!(texts));
}

#[test]
fn both_kinds_of_text_may_take_turns() {
    let texts: Vec<_> = (0..2000)
        .map(|n| format!("{}{n}", if n % 3 == 0 { "é漢🦀" } else { "plain" }))
        .collect();
    assert_eq!(texts_of(&texts), json!(texts));
}

#[test]
fn every_code_point_becomes_what_it_is_in_utf_16() {
    let texts: Vec<_> = (0..=0x10ff_u32)
        .map(|high| {
            (0..0x100)
                .filter_map(|low| char::from_u32(high << 8 | low))
                .collect::<String>()
        })
        .collect();
    assert_eq!(texts_of(&texts), json!(texts));
}

proptest! {
    #[test]
    fn text_is_refused_exactly_where_it_is_not_utf_8(
        text in prop::collection::vec(any::<char>(), 1..20),
        index in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = String::from_iter(text).into_bytes();
        let index = index.index(bytes.len());
        bytes[index] = byte;
        let expected = core::str::from_utf8(&bytes).ok();
        for program_word in [0, WANTS_COLUMNS] {
            let delivered = push(&[option(TEXT)], &[vec![Some(bytes.clone())]], program_word);
            match expected {
                Some(text) => prop_assert_eq!(&delivered["rows"], &json!([[text]])),
                None => prop_assert_eq!(&delivered["refused"]["error"], "InvalidUtf8"),
            }
        }
    }
}

#[test]
fn text_of_any_bytes_is_refused_where_the_standard_library_refuses_it() {
    let at_the_edges: [&[u8]; 21] = [
        b"\x80",
        b"\xbf",
        b"\xc0\x80",
        b"\xc1\xbf",
        b"\xc2",
        b"\xc2\x7f",
        b"\xc2\xc0",
        b"\xdf\xbf",
        b"\xe0\x9f\xbf",
        b"\xe0\xa0\x80",
        b"\xe2\x82",
        b"\xed\x9f\xbf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xee\x80\x80",
        b"\xf0\x8f\xbf\xbf",
        b"\xf0\x90\x80\x80",
        b"\xf4\x8f\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xf5\x80\x80\x80",
        b"\xf0\x9f\xa6",
    ];
    for bytes in at_the_edges {
        let cell = [b"in front ", bytes, b" behind"].concat();
        for cell in [bytes.to_vec(), cell] {
            let delivered = push(&[option(TEXT)], &[vec![Some(cell.clone())]], 0);
            match core::str::from_utf8(&cell) {
                Ok(text) => assert_eq!(delivered["rows"], json!([[text]])),
                Err(_) => assert_eq!(delivered["refused"]["error"], "InvalidUtf8", "{bytes:x?}"),
            }
        }
    }
}

#[test]
fn gaps_hold_nothing_of_earlier_pages() {
    let mut connection = Connection::new(4);
    let secret = "s".repeat(3 * TEXT_BLOCK);
    connection.push(&page(&[&secret, &secret, &secret.replace('s', "é")]).frame(4, 0));
    let long = "x".repeat(TEXT_BLOCK - 10);
    let wide = "à".repeat(WIDE_BLOCK - 10);
    connection.push(&page(&[&long, &long, &wide, &wide]).frame(4, 0));
    let record = records(connection.out.bytes(), 1).next().unwrap();
    let gap = TEXT_BLOCK - 10..TEXT_BLOCK;
    assert_eq!(section(record, 14)[gap], [0; 10]);
    let gap = 2 * (WIDE_BLOCK - 10)..2 * WIDE_BLOCK;
    assert_eq!(section(record, 16)[gap], [0; 20]);
}

#[test]
fn a_page_without_nulls_has_no_bitmap() {
    let mut connection = Connection::new(4);
    let cells = |cell: Cell| vec![vec![cell]; 40];
    let value = Page::of(&[option(0x09)], &cells(Some(vec![0; 4]))).frame(4, 0);
    let null = Page::of(&[option(0x09)], &cells(None)).frame(4, 0);
    connection.push(&[value.clone(), null, value].concat());
    let bitmaps: Vec<_> = records(connection.out.bytes(), 3)
        .map(|record| record.number(11) > 0)
        .collect();
    assert_eq!(bitmaps, [false, true, false]);
}

#[test]
fn pages_of_one_chunk_do_not_mix() {
    let pages: Vec<_> = (0..40)
        .map(|n| {
            let texts: Vec<_> = (0..n % 7)
                .map(|row| format!("{}{row}", if n % 2 == 0 { "é" } else { "a" }))
                .collect();
            let mut page = page(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            page.options.push(option(0x0c));
            page.options.push([option(0x20), option(0x15)].concat());
            let list = vec![0, 0, 0, 2, 0, 0, 0, 3, 2, 4, 6, 255, 255, 255, 255];
            for row in &mut page.rows {
                row.push(if n % 3 == 0 { None } else { Some(vec![n; 16]) });
                row.push(Some(list.clone()));
            }
            page
        })
        .collect();
    for program_word in [0, WANTS_COLUMNS] {
        let mut connection = Connection::new(4);
        connection.set_program_word(0, program_word);
        let chunk: Vec<u8> = pages.iter().flat_map(|page| page.frame(4, 0)).collect();
        let together = connection.push(&chunk);
        let apart: Vec<_> = pages
            .iter()
            .flat_map(|page| connection.push(&page.frame(4, 0)))
            .collect();
        assert_eq!(together, apart);
    }
}

#[test]
fn tuples_that_are_shorter_than_their_type_end_in_nulls_wherever_they_stand() {
    let tuple = [option(0x31), option(3), option(0x09), option(TEXT), option(0x09)].concat();
    let list = [option(0x20), tuple.clone()].concat();
    let short = [0, 0, 0, 4, 0, 0, 0, 7];
    let mut two = vec![0, 0, 0, 2, 0, 0, 0, 8];
    two.extend(short);
    two.extend([0, 0, 0, 8]);
    two.extend(short);
    for program_word in [0, WANTS_COLUMNS] {
        let rows = [vec![Some(short.to_vec()), Some(two.clone())]];
        let delivered = push(&[tuple.clone(), list.clone()], &rows, program_word);
        assert_eq!(
            delivered["rows"],
            json!([[[7, null, null], [[7, null, null], [7, null, null]]]])
        );
    }
}

#[test]
fn rows_without_columns_are_a_count_and_nothing_else() {
    for program_word in [0, WANTS_COLUMNS] {
        let mut page = Page::of(&[], &[]).body();
        let end = page.len();
        page[end - 4..].copy_from_slice(&i32::MAX.to_be_bytes());
        let mut connection = Connection::new(4);
        connection.set_program_word(0, program_word);
        let delivered = connection.push(&pages::frame(4, 0, 0, 8, &page));
        assert_eq!(delivered[0]["rowCount"], i32::MAX);
        assert!(connection.out.bytes().len() < 200);
    }
}

fn push(options: &[Vec<u8>], rows: &[Vec<Cell>], program_word: u32) -> Value {
    let mut connection = Connection::new(4);
    connection.set_program_word(0, program_word);
    connection.push(&Page::of(options, rows).frame(4, 0)).remove(0)
}

fn page(texts: &[&str]) -> Page {
    let rows: Vec<_> = texts.iter().map(|text| vec![Some(text.as_bytes().to_vec())]).collect();
    Page::of(&[option(TEXT)], &rows)
}

/// What comes out of a page of these texts, each in a row of its own.
fn texts_of(texts: &[String]) -> Value {
    let page = page(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    let mut connection = Connection::with(ConnectionOptions {
        big_frame: 16 << 20,
        ..OPTIONS
    });
    let delivered = connection.push(&page.frame(4, 0)).remove(0);
    let rows = delivered["rows"].as_array().unwrap();
    rows.iter().map(|row| row[0].clone()).collect()
}

/// The section whose offset and length are these words.
fn section(record: Record<'_>, offset: usize) -> &[u8] {
    &record.delivery[record.number(offset)..][..record.number(offset + 1)]
}
