//! The golden bytes of types, values, responses, events and errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;
mod vectors;

use delivered::values::{type_json, type_of, value_json, write_option};
use delivered::{Connection, OPTIONS, WANTS_COLUMNS};
use ferrocql_core::frame::Version;
use ferrocql_core::inbound::ConnectionOptions;
use ferrocql_core::notation::Reader;
use ferrocql_core::types::CqlType;
use ferrocql_core::value::{decode, encode};
use pages::Page;
use serde_json::{json, Value};

#[test]
fn types_are_what_their_options_say() {
    for vector in vectors::read::<Value>("types.json") {
        let bytes = vector.bytes();
        let mut reader = Reader::new(&bytes);
        let ty = CqlType::read(&mut reader).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(type_json(&ty), vector.value, "{}", vector.name);
        assert_eq!(reader.remaining(), 0, "{}", vector.name);
        assert_eq!(type_of(&vector.value), ty, "{}", vector.name);
    }
}

#[test]
fn values_decode_to_their_meaning_and_encode_to_their_bytes() {
    for vector in vectors::read::<Value>("values.json") {
        let ty = type_of(vector.ty.as_ref().unwrap());
        let value = decode(&ty, &vector.bytes()).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(value_json(value.as_ref()), vector.value, "{}", vector.name);
        let mut bytes = Vec::new();
        encode(&ty, &value.unwrap(), &mut bytes).unwrap();
        assert_eq!(bytes, vector.bytes(), "{}", vector.name);
    }
}

#[test]
fn values_come_out_of_pages_as_they_are_decoded_alone() {
    for vector in vectors::read::<Value>("values.json") {
        let mut option = Vec::new();
        write_option(&type_of(vector.ty.as_ref().unwrap()), &mut option);
        let frame = Page::of(&[option], &[vec![Some(vector.bytes())]]).frame(4, 0);
        for program_word in [0, WANTS_COLUMNS] {
            let mut connection = Connection::new(4);
            connection.set_program_word(0, program_word);
            let delivered = connection.push(&frame);
            assert_eq!(delivered[0]["rows"], json!([[vector.value]]), "{}", vector.name);
        }
    }
}

#[test]
fn responses_are_delivered_with_their_meaning() {
    for vector in vectors::read::<Value>("responses.json") {
        for program_word in [0, WANTS_COLUMNS] {
            let mut connection = Connection::new(vector.version.unwrap());
            (0..8).for_each(|stream| connection.set_program_word(stream, program_word));
            let delivered = connection.push(&vector.bytes());
            assert_eq!(delivered, std::slice::from_ref(&vector.value), "{}", vector.name);
        }
    }
}

#[test]
fn events_are_delivered_with_their_meaning() {
    for vector in vectors::read::<Value>("events.json") {
        let delivered = Connection::new(vector.version.unwrap()).push(&vector.bytes());
        let expected = merge(json!({ "opcode": "EVENT", "stream": -1 }), vector.value);
        assert_eq!(delivered, [expected], "{}", vector.name);
    }
}

#[test]
fn errors_are_delivered_with_their_meaning() {
    for vector in vectors::read::<Value>("errors.json") {
        let mut expected = vector.value.clone();
        let rate_limit_code = expected.as_object_mut().unwrap().remove("rateLimitCode");
        let mut connection = Connection::with(ConnectionOptions {
            version: Version::from_number(vector.version.unwrap().into()).unwrap(),
            rate_limit_code: rate_limit_code.map_or(-1, |code| code.as_i64().unwrap() as i32),
            ..OPTIONS
        });
        let bytes = vector.bytes();
        let stream = bytes[3];
        let expected = merge(json!({ "opcode": "ERROR", "stream": stream }), expected);
        assert_eq!(connection.push(&bytes), [expected], "{}", vector.name);
    }
}

fn merge(mut one: Value, other: Value) -> Value {
    let Value::Object(other) = other else { panic!() };
    one.as_object_mut().unwrap().extend(other);
    one
}
