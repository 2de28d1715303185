//! What hostile bytes do to the decoding of bodies: an answer for each, soon, and within the memory that they paid for.
//!
//! `cap` counts what is allocated and refuses more: the process ends there, so that a test cannot miss it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;
mod vectors;

use cap::Cap;
use delivered::{Connection, OPTIONS, WANTS_COLUMNS};
use ferrocql_core::compress::{compress_body, Compression};
use ferrocql_core::error::ErrorKind;
use ferrocql_core::frame::{opcode, Version};
use ferrocql_core::inbound::ConnectionOptions;
use ferrocql_core::notation::{write_int, write_short, write_string};
use pages::{frame, option, Page};
use proptest::prelude::*;
use serde_json::Value;
use std::alloc::System;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

/// What a push may allocate for each byte, and at least.
const MEMORY_PER_BYTE: usize = 16;
const MEMORY: usize = 1 << 20;

/// Held by each test, because what one allocates counts for all.
static ALONE: Mutex<()> = Mutex::new(());

/// A good response: its version and its frame.
struct Good {
    name: String,
    version: u8,
    frame: Vec<u8>,
}

#[test]
fn every_truncation_of_a_good_body_is_answered() {
    let _alone = alone();
    for good in all_good() {
        let body = &good.frame[9..];
        for length in 0..body.len() {
            answer(&good, &body[..length]);
        }
    }
}

#[test]
fn every_truncation_of_a_good_frame_waits_for_the_rest() {
    let _alone = alone();
    for good in all_good() {
        for length in 0..good.frame.len() {
            let mut connection = connection(good.version, 0);
            assert!(connection.push(&good.frame[..length]).is_empty(), "{}", good.name);
            assert_eq!(connection.push(&good.frame[length..]).len(), 1, "{}", good.name);
        }
    }
}

#[test]
fn every_flipped_byte_of_a_good_body_is_answered() {
    let _alone = alone();
    for good in all_good() {
        let mut body = good.frame[9..].to_vec();
        for index in 0..body.len() {
            for flip in [0x01, 0x40, 0x80, 0xff] {
                body[index] ^= flip;
                answer(&good, &body);
                body[index] ^= flip;
            }
        }
    }
}

#[test]
fn every_count_and_length_that_lies_is_answered() {
    let _alone = alone();
    for good in all_good() {
        let body = good.frame[9..].to_vec();
        for index in 0..body.len() {
            let left = body.len() as i64 - index as i64;
            for lie in [0, 1, -1, 1 << 15, i64::from(i32::MAX), left - 5, left - 4, left - 3] {
                for width in [2, 4] {
                    let mut lying = body.clone();
                    if let Some(field) = lying.get_mut(index..index + width) {
                        field.copy_from_slice(&lie.to_be_bytes()[8 - width..]);
                        answer(&good, &lying);
                    }
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn any_body_is_answered(
        version in 3..=5_u8,
        opcode in prop::sample::select(vec![0, 2, 3, 6, 8, 0x0c, 0x0e, 0x10_u8]),
        flags in prop::sample::select(vec![0, 1, 2, 4, 8, 0x0e_u8]),
        kind in 0..7_i32,
        rest in prop::collection::vec(prop_oneof![4 => 0..4_u8, 1 => any::<u8>()], 0..200),
    ) {
        let _alone = alone();
        let mut body = kind.to_be_bytes().to_vec();
        body.extend_from_slice(&rest);
        let good = Good { name: format!("opcode {opcode}"), version, frame: frame(version, flags, 0, opcode, &[]) };
        answer(&good, &body);
    }
}

#[test]
fn refuses_types_nested_too_deep() {
    let _alone = alone();
    let mut nested = option(0x20).repeat(30_000);
    nested.extend_from_slice(&option(0x09));
    assert_eq!(refusal(&page_of_type(&nested)), "TypeTooDeep");
    for wrapper in [
        "ListType(",
        "FrozenType(",
        "TupleType(",
        "UserType(k,61,62:",
        "MapType(Int32Type,",
    ] {
        let class = wrapper.repeat(60_000 / wrapper.len());
        assert_eq!(refusal(&page_of_type(&custom(&class))), "TypeTooDeep", "{wrapper}");
    }
}

#[test]
fn takes_types_nested_as_deep_as_allowed() {
    let _alone = alone();
    let mut nested = option(0x20).repeat(64);
    nested.extend_from_slice(&option(0x09));
    assert_eq!(refusal(&page_of_type(&nested)), "nothing");
    let class = format!("{}Int32Type{}", "SetType(".repeat(64), ")".repeat(64));
    assert_eq!(refusal(&page_of_type(&custom(&class))), "nothing");
    let both = [option(0x20), custom(&class)].concat();
    assert_eq!(refusal(&page_of_type(&both)), "TypeTooDeep");
}

#[test]
fn refuses_class_names_that_do_not_parse() {
    let _alone = alone();
    let classes = [
        "ListType",
        "ListType(",
        "ListType()",
        "ListType(Int32Type",
        "ListType(Int32Type))",
        "ListType(Int32Type,Int32Type)",
        "MapType(Int32Type)",
        "TupleType(Int32Type,)",
        "VectorType(FloatType)",
        "VectorType(FloatType, 0)",
        "VectorType(FloatType, -1)",
        "VectorType(FloatType, 4294967296)",
        "VectorType(FloatType, x)",
        "UserType(k)",
        "UserType(k,6)",
        "UserType(k,zz)",
        "UserType(k,ff)",
        "UserType(k,61,62)",
        "Int32Type(",
        "ListType(com.example.Open((x)",
    ];
    for class in classes {
        assert_eq!(refusal(&page_of_type(&custom(class))), "InvalidClassName", "{class}");
    }
}

#[test]
fn refuses_values_that_are_none_of_their_type() {
    let _alone = alone();
    let cases: &[(u16, &[&str])] = &[
        (0x02, &["00", "00000000", "000000000000000000"]),
        (0x04, &["0000"]),
        (0x06, &["00", "00000000"]),
        (0x07, &["00000000"]),
        (0x08, &["0000", "0000000000000000"]),
        (0x09, &["000000", "0000000000"]),
        (0x0b, &["00000000"]),
        (0x0c, &["00", "0000000000000000000000000000000000"]),
        (0x10, &["00", "0000000000", "000000000000000000000000000000"]),
        (0x11, &["00", "0000000000"]),
        (0x12, &["00", "ffffffffffffffff", "00004e94914f0000"]),
        (0x13, &["00", "000000"]),
        (0x14, &["0000"]),
        (
            0x15,
            &[
                "02",
                "02 04",
                "02 04 06 ff",
                "01 04 00",
                "02 03 00",
                "02 04 01",
                "f100000000 00 00",
                "00 f100000000 00",
            ],
        ),
    ];
    for (id, cells) in cases {
        for cell in *cells {
            let page = Page::of(&[option(*id)], &[vec![Some(vectors::bytes(cell))]]);
            assert_eq!(refusal(&page.frame(4, 0)), "InvalidValue", "{id:#x} {cell}");
        }
    }
}

#[test]
fn refuses_nested_values_that_lie() {
    let _alone = alone();
    let list = [option(0x20), option(0x09)].concat();
    let lists = [option(0x20), list.clone()].concat();
    let map = [option(0x21), option(0x09), option(0x09)].concat();
    let tuple = [option(0x31), option(2), option(0x09), option(0x0d)].concat();
    let vector = custom("VectorType(FloatType,2)");
    let texts = custom("VectorType(UTF8Type,2)");
    let cases: &[(&[u8], &str, &str)] = &[
        (&list, "0000", "InvalidValue"),
        (&list, "ffffffff", "InvalidValue"),
        (&list, "00000001", "CountTooLarge"),
        (&list, "7fffffff 00000004 00000001", "CountTooLarge"),
        (&list, "00000001 00000003 000001", "InvalidValue"),
        (&list, "00000001 00000004 00000001 00", "InvalidValue"),
        (&list, "00000000 00", "InvalidValue"),
        (&lists, "00000001 00000008 00000001 00000004 00000001", "InvalidValue"),
        (&lists, "00000001 00000004 00000001", "CountTooLarge"),
        (&map, "00000001 00000000", "CountTooLarge"),
        (&map, "00000001 00000004 00000001", "InvalidValue"),
        (&map, "00000001 ffffffff ffffffff ffffffff", "InvalidValue"),
        (&tuple, "000000", "InvalidValue"),
        (&tuple, "00000004 00000001 ffffffff ffffffff", "InvalidValue"),
        (&vector, "3f800000", "InvalidValue"),
        (&vector, "3f800000 3f800000 3f800000", "InvalidValue"),
        (&texts, "00", "InvalidValue"),
        (&texts, "0161", "InvalidValue"),
        (&texts, "0161 0261", "InvalidValue"),
        (&texts, "0161 0161 00", "InvalidValue"),
        (&texts, "0161 ffffffffffffffffff", "InvalidValue"),
    ];
    for (ty, cell, error) in cases {
        let page = Page::of(&[ty.to_vec()], &[vec![Some(vectors::bytes(cell))]]);
        assert_eq!(refusal(&page.frame(4, 0)), *error, "{cell}");
    }
}

#[test]
fn vectors_with_more_dimensions_than_bytes_cost_nothing() {
    let _alone = alone();
    for element in [
        "Int32Type",
        "UTF8Type",
        "VectorType(Int32Type,4000000000)",
        "BooleanType",
    ] {
        let vector = custom(&format!("VectorType({element},4000000000)"));
        let page = Page::of(&[vector], &[vec![Some(vec![0; 100])]]);
        assert_eq!(refusal(&page.frame(4, 0)), "InvalidValue", "{element}");
    }
}

#[test]
fn an_element_may_not_borrow_bytes_from_the_next_cell() {
    let _alone = alone();
    let list = [option(0x20), option(0x03)].concat();
    let short_list = vectors::bytes("00000001 00000002 61");
    let page = Page::of(&[list, option(0x03)], &[vec![Some(short_list), Some(vec![0x62; 40])]]);
    assert_eq!(refusal(&page.frame(4, 0)), "InvalidValue");
}

#[test]
fn names_of_tables_are_not_kept_once_for_each_column() {
    let _alone = alone();
    let name = "n".repeat(60_000);
    let mut body = Vec::new();
    write_int(&mut body, 2);
    write_int(&mut body, 1);
    write_int(&mut body, 20_000);
    write_string(&mut body, name.as_bytes()).unwrap();
    write_string(&mut body, name.as_bytes()).unwrap();
    for _ in 0..20_000 {
        write_string(&mut body, b"").unwrap();
        write_short(&mut body, 0x09);
    }
    write_int(&mut body, 0);
    let mut connection = Connection::new(4);
    let frame = frame(4, 0, 0, opcode::RESULT, &body);
    push_bounded(&mut connection, &frame);
    bounded(frame.len(), || {
        connection.out.start();
        connection.out.put_program(connection.programs.get(0).unwrap());
        connection.out.finish();
    });
}

#[test]
fn bodies_that_lie_about_what_they_decompress_to_are_refused() {
    let _alone = alone();
    for compression in [Compression::Lz4, Compression::Snappy] {
        let mut body = Vec::new();
        compress_body(compression, &1_i32.to_be_bytes(), &mut body).unwrap();
        let good = frame(4, 1, 0, opcode::RESULT, &body);
        let length = if compression == Compression::Lz4 { 3 } else { 0 };
        for (index, flip) in [(length, 0x01), (length, 0x40), (body.len() - 5, 0xff)] {
            let mut connection = Connection::with(ConnectionOptions { compression, ..OPTIONS });
            let mut bad = good.clone();
            bad[9 + index] ^= flip;
            push_bounded(&mut connection, &bad);
            let refused = &connection.delivered()[0]["refused"]["error"];
            assert_eq!(refused, "InvalidCompression", "{compression:?} {index}");
            assert_eq!(connection.push(&good)[0]["kind"], "VOID", "{compression:?}");
        }
    }
}

#[test]
fn refuses_compressed_bodies_where_nothing_was_agreed_on() {
    let _alone = alone();
    let delivered = Connection::new(4).push(&frame(4, 1, 0, opcode::RESULT, &[0; 8]));
    assert_eq!(delivered[0]["refused"]["error"], "UnexpectedCompression");
}

#[test]
fn a_broken_frame_ends_the_connection_after_the_frames_before_it() {
    let _alone = alone();
    let good = frame(4, 0, 3, opcode::RESULT, &1_i32.to_be_bytes());
    let cases = [
        (0, 0x04, ErrorKind::WrongDirection),
        (0, 0x85, ErrorKind::UnexpectedVersion),
        (4, 0x07, ErrorKind::UnknownOpcode),
        (5, 0x80, ErrorKind::NegativeLength),
        (5, 0x7f, ErrorKind::FrameTooLarge),
    ];
    for (index, byte, kind) in cases {
        let mut chunk = good.repeat(2);
        chunk[good.len() + index] = byte;
        let mut connection = Connection::new(4);
        let outcome = connection
            .inbound
            .push(&chunk, &mut connection.programs, &mut connection.out);
        assert_eq!(outcome.unwrap_err().kind, kind);
        assert_eq!(connection.delivered().len(), 1);
    }
}

#[test]
fn a_big_page_gives_its_memory_back() {
    let _alone = alone();
    let mut connection = connection(4, 0);
    let before = ALLOCATOR.allocated();
    let big = Page::of(&[option(0x03)], &[vec![Some(vec![0; 6 << 20])]]).frame(4, 0);
    let Connection { inbound, programs, out } = &mut connection;
    inbound.push(&big, programs, out).unwrap();
    inbound.push(&big[..4], programs, out).unwrap();
    assert!(ALLOCATOR.allocated() < before + big.len() + (1 << 20));
}

/// All responses, events and errors of the vectors.
fn all_good() -> Vec<Good> {
    let files = ["responses.json", "events.json", "errors.json"];
    let vectors = files.into_iter().flat_map(vectors::read::<Value>);
    vectors
        .map(|vector| Good {
            frame: vector.bytes(),
            version: vector.version.unwrap(),
            name: vector.name,
        })
        .collect()
}

/// Pushes a body under the header of a good frame, for rows and for columns, with no program known and with one.
/// Whatever is delivered must be readable, and the connection must go on.
fn answer(good: &Good, body: &[u8]) {
    let stream = u16::from_be_bytes([good.frame[2], good.frame[3]]);
    let bad = frame(good.version, good.frame[1], stream, good.frame[4], body);
    for wants_columns in [0, WANTS_COLUMNS] {
        let mut connection = connection(good.version, wants_columns);
        push_bounded(&mut connection, &bad);
        assert_eq!(connection.delivered().len(), 1, "{}", good.name);
    }
}

/// A connection whose streams up to 7 have this program word.
fn connection(version: u8, program_word: u32) -> Connection {
    let mut connection = Connection::with(ConnectionOptions {
        version: Version::from_number(version.into()).unwrap(),
        stream_capacity: 8,
        big_frame: 16 << 20,
        ..OPTIONS
    });
    (0..8).for_each(|stream| connection.set_program_word(stream, program_word));
    connection
}

fn push_bounded(connection: &mut Connection, chunk: &[u8]) {
    let Connection { inbound, programs, out } = connection;
    bounded(chunk.len(), || inbound.push(chunk, programs, out)).unwrap();
}

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn bounded<T>(length: usize, work: impl FnOnce() -> T) -> T {
    let limit = ALLOCATOR.allocated() + MEMORY_PER_BYTE * length + MEMORY;
    ALLOCATOR.set_limit(limit).unwrap();
    let outcome = work();
    ALLOCATOR.set_limit(usize::MAX).unwrap();
    outcome
}

/// The error with which rows are refused, and columns too.
fn refusal(frame: &[u8]) -> String {
    let [as_rows, as_columns] = [0, WANTS_COLUMNS].map(|program_word| {
        let mut connection = connection(4, program_word);
        push_bounded(&mut connection, frame);
        connection.delivered()[0]["refused"]["error"].take()
    });
    assert_eq!(as_rows, as_columns);
    as_rows.as_str().unwrap_or("nothing").into()
}

fn page_of_type(option: &[u8]) -> Vec<u8> {
    Page::of(&[option.to_vec()], &[]).frame(4, 0)
}

fn custom(class: &str) -> Vec<u8> {
    let mut option = option(0);
    write_string(&mut option, class.as_bytes()).unwrap();
    option
}
