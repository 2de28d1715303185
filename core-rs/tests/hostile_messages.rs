//! Bodies that lie, against everything that reads them: a refusal or an answer, never a panic, little memory, and the
//! frame behind them is read all the same.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;
mod vectors;

use delivered::values::{type_of, write_option};
use delivered::{Connection, WANTS_COLUMNS};
use ferrocql_core::error::ErrorKind;
use ferrocql_core::frame::{opcode, HEADER_LENGTH};
use ferrocql_core::notation::{write_int, write_short, write_string, Reader};
use ferrocql_core::types::{option, skip_type, CqlType, MAX_DEPTH};
use ferrocql_core::value::decode;
use pages::{frame, Page};
use serde_json::{json, Value};

/// Numbers that lie, where four bytes are a length or a count.
const LIES: [u32; 6] = [0, 1, 0x00ff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const LIES_OF_A_BYTE: [u8; 4] = [0x00, 0x7f, 0x80, 0xff];

/// Pushes this body and a RESULT Void behind it; gives what the first of the two became.
fn answer(version: u8, flags: u8, opcode: u8, body: &[u8], program_word: u32) -> Value {
    // In version 5, segments begin behind these two; in version 4 they are the same messages.
    let ends_handshake = matches!(opcode, opcode::READY | opcode::AUTHENTICATE);
    let version = if ends_handshake { 4 } else { version };
    let mut connection = Connection::new(version);
    (0..8).for_each(|stream| connection.set_program_word(stream, program_word));
    let mut chunk = frame(version, flags, 1, opcode, body);
    chunk.extend(frame(version, 0, 2, opcode::RESULT, &[0, 0, 0, 1]));
    let delivered = connection.push(&chunk);
    let [first, second] = delivered.as_slice() else {
        panic!("{} frames of two", delivered.len());
    };
    assert_eq!((&second["stream"], &second["kind"]), (&json!(2), &json!("VOID")));
    let length = connection.out.bytes().len();
    assert!(
        length < 4096 + 64 * chunk.len(),
        "{} bytes became {length}",
        chunk.len()
    );
    first.clone()
}

fn good_messages() -> Vec<(u8, Vec<u8>)> {
    ["responses.json", "events.json", "errors.json"]
        .into_iter()
        .flat_map(vectors::read::<Value>)
        .filter(|vector| vector.value.is_object())
        .map(|vector| (vector.version.unwrap(), vector.bytes()))
        .collect()
}

#[test]
fn a_message_that_is_cut_leaves_the_connection_in_step() {
    for (version, bytes) in good_messages() {
        let (header, body) = bytes.split_at(HEADER_LENGTH);
        for length in 0..body.len() {
            answer(version, header[1], header[4], &body[..length], 0);
            answer(version, header[1], header[4], &body[..length], WANTS_COLUMNS);
        }
    }
}

#[test]
fn a_message_that_lies_leaves_the_connection_in_step() {
    for (version, bytes) in good_messages() {
        let (header, body) = bytes.split_at(HEADER_LENGTH);
        for at in 0..body.len() {
            let mut lying = body.to_vec();
            for byte in LIES_OF_A_BYTE {
                lying[at] = byte;
                answer(version, header[1], header[4], &lying, 0);
            }
            if at + 4 > body.len() {
                continue;
            }
            for lie in LIES {
                lying[at..at + 4].copy_from_slice(&lie.to_be_bytes());
                answer(version, header[1], header[4], &lying, 0);
                answer(version, header[1], header[4], &lying, WANTS_COLUMNS);
            }
        }
    }
}

#[test]
fn a_type_that_is_cut_or_lies_is_an_error_or_another_type() {
    for vector in vectors::read::<Value>("types.json") {
        let bytes = vector.bytes();
        for length in 0..bytes.len() {
            assert!(
                CqlType::read(&mut Reader::new(&bytes[..length])).is_err(),
                "{}",
                vector.name
            );
            assert!(
                skip_type(&mut Reader::new(&bytes[..length])).is_err(),
                "{}",
                vector.name
            );
        }
        for at in 0..bytes.len() {
            for byte in LIES_OF_A_BYTE.into_iter().chain(0..=0x35) {
                let mut lying = bytes.clone();
                lying[at] = byte;
                let mut reader = Reader::new(&lying);
                if CqlType::read(&mut reader).is_ok() {
                    let mut skipper = Reader::new(&lying);
                    skip_type(&mut skipper).unwrap();
                    assert_eq!(skipper.position(), reader.position(), "{}", vector.name);
                }
            }
        }
    }
}

#[test]
fn a_value_that_is_cut_or_lies_comes_out_of_a_page_as_it_is_decoded_alone() {
    for vector in vectors::read::<Value>("values.json") {
        let ty = type_of(vector.ty.as_ref().unwrap());
        let mut option = Vec::new();
        write_option(&ty, &mut option);
        let bytes = vector.bytes();
        let mut lies: Vec<Vec<u8>> = (0..bytes.len()).map(|length| bytes[..length].to_vec()).collect();
        for at in 0..bytes.len() {
            for byte in LIES_OF_A_BYTE {
                let mut lying = bytes.clone();
                lying[at] = byte;
                lies.push(lying);
            }
            for lie in LIES.iter().filter(|_| at + 4 <= bytes.len()) {
                let mut lying = bytes.clone();
                lying[at..at + 4].copy_from_slice(&lie.to_be_bytes());
                lies.push(lying);
            }
        }
        for cell in lies {
            let is_valid = decode(&ty, &cell).is_ok();
            let page = Page::of(std::slice::from_ref(&option), &[vec![Some(cell)]]);
            for program_word in [0, WANTS_COLUMNS] {
                let answer = answer(4, 0, opcode::RESULT, &page.body(), program_word);
                assert_eq!(answer.get("rows").is_some(), is_valid, "{}", vector.name);
            }
        }
    }
}

/// A list of lists of … int, of so many lists.
fn nested_option(depth: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = option::LIST.to_be_bytes().repeat(depth);
    write_short(&mut bytes, option::INT);
    bytes
}

fn nested_class(depth: usize) -> Vec<u8> {
    let class = format!("{}Int32Type{}", "ListType(".repeat(depth), ")".repeat(depth));
    let mut bytes = Vec::new();
    write_short(&mut bytes, option::CUSTOM);
    write_string(&mut bytes, class.as_bytes()).unwrap();
    bytes
}

#[test]
fn types_nest_as_deep_as_the_limit_and_no_deeper() {
    for nested in [nested_option, nested_class] {
        assert!(CqlType::read(&mut Reader::new(&nested(MAX_DEPTH))).is_ok());
        for depth in [MAX_DEPTH + 1, 5000] {
            let error = CqlType::read(&mut Reader::new(&nested(depth))).unwrap_err();
            assert_eq!(error.kind, ErrorKind::TypeTooDeep);
        }
    }
    let error = skip_type(&mut Reader::new(&nested_option(30_000))).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TypeTooDeep);
}

#[test]
fn the_depth_of_a_class_counts_on_from_that_of_the_options_around_it() {
    let mut bytes: Vec<u8> = option::LIST.to_be_bytes().repeat(MAX_DEPTH / 2);
    bytes.extend(nested_class(MAX_DEPTH / 2 + 1));
    let error = CqlType::read(&mut Reader::new(&bytes)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::TypeTooDeep);
}

/// Rows of a tuple with as many components as there may be, of which the server sends one null.
fn page_of_short_tuples(rows: usize) -> Page {
    let mut tuple = Vec::new();
    write_short(&mut tuple, option::TUPLE);
    write_short(&mut tuple, u16::MAX);
    tuple.extend(option::INT.to_be_bytes().repeat(usize::from(u16::MAX)));
    Page::of(&[tuple], &vec![vec![Some(vec![0xff; 4])]; rows])
}

#[test]
fn many_pages_of_short_tuples_in_one_chunk_cost_no_more_than_one() {
    let page = page_of_short_tuples(15);
    let mut connection = Connection::new(4);
    let first = connection.push(&page.frame(4, 1));
    assert_eq!(first[0]["rows"].as_array().unwrap().len(), 15);
    connection.set_program_word(2, 1);
    let mut chunk = Vec::new();
    let short = page.without_metadata().frame(4, 2);
    while chunk.len() < 16_384 {
        chunk.extend_from_slice(&short);
    }
    connection
        .inbound
        .push(&chunk, &mut connection.programs, &mut connection.out)
        .unwrap();
    let length = connection.out.bytes().len();
    assert!(length < 32 << 20, "{} bytes became {length}", chunk.len());
}

#[test]
fn a_row_count_without_columns_costs_nothing() {
    let mut body = Vec::new();
    for word in [2, 4, 0, i32::MAX] {
        write_int(&mut body, word);
    }
    answer(4, 0, opcode::RESULT, &body, 0);
    let mut with_names = Vec::new();
    for word in [2, 0, 0, i32::MAX] {
        write_int(&mut with_names, word);
    }
    answer(4, 0, opcode::RESULT, &with_names, WANTS_COLUMNS);
}
