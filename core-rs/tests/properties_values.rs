//! What must hold for every type, value and page: what was encoded is decoded, and pages hold what their cells hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;
mod strategies;

use delivered::values::{class_name, value_json, write_option};
use delivered::{Connection, WANTS_COLUMNS};
use ferrocql_core::notation::{write_short, write_string, Reader};
use ferrocql_core::types::{skip_type, CqlType};
use ferrocql_core::value::{decode, encode, CqlValue};
use pages::{Cell, Page};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use strategies::{any_type, any_value};

proptest! {
    #[test]
    fn a_type_is_read_as_it_was_written(ty in any_type(5)) {
        let mut option = Vec::new();
        write_option(&ty, &mut option);
        let mut reader = Reader::new(&option);
        prop_assert_eq!(CqlType::read(&mut reader).unwrap(), ty);
        prop_assert_eq!(reader.remaining(), 0);
    }

    #[test]
    fn a_type_is_passed_over_as_far_as_it_is_read(ty in any_type(5), behind in any::<[u8; 8]>()) {
        let mut option = Vec::new();
        write_option(&ty, &mut option);
        let length = option.len();
        option.extend_from_slice(&behind);
        let mut reader = Reader::new(&option);
        skip_type(&mut reader).unwrap();
        prop_assert_eq!(reader.position(), length);
    }

    #[test]
    fn a_type_is_read_from_its_class_name(ty in any_type(5)) {
        let mut option = Vec::new();
        write_short(&mut option, 0);
        write_string(&mut option, class_name(&ty).as_bytes()).unwrap();
        prop_assert_eq!(CqlType::read(&mut Reader::new(&option)).unwrap(), ty);
    }

    #[test]
    fn a_value_is_decoded_as_it_was_encoded((ty, value) in typed_value(5)) {
        let mut bytes = Vec::new();
        encode(&ty, &value, &mut bytes).unwrap();
        let decoded = decode(&ty, &bytes).unwrap().unwrap();
        prop_assert_eq!(value_json(Some(&decoded)), value_json(Some(&value)));
        let mut again = Vec::new();
        encode(&ty, &decoded, &mut again).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn a_value_with_a_byte_too_many_is_refused_unless_it_is_bytes((ty, value) in typed_value(5), byte in 0..0x80_u8) {
        let mut bytes = Vec::new();
        encode(&ty, &value, &mut bytes).unwrap();
        bytes.push(byte);
        let may_be_longer = matches!(
            ty,
            CqlType::Text | CqlType::Ascii | CqlType::Blob | CqlType::Custom(_) | CqlType::Varint | CqlType::Decimal
        );
        prop_assert_eq!(decode(&ty, &bytes).is_ok(), may_be_longer);
    }

    #[test]
    fn a_value_of_another_type_is_not_encoded((ty, _) in typed_value(2), (other, value) in typed_value(2)) {
        if ty.id() != other.id() {
            prop_assert!(encode(&ty, &value, &mut Vec::new()).is_err());
        }
    }

    #[test]
    fn rows_hold_what_their_cells_hold((types, rows) in any_page()) {
        prop_assert_eq!(decoded_by_core(&types, &rows, 0), decoded_alone(&types, &rows));
    }

    #[test]
    fn columns_hold_what_their_cells_hold((types, rows) in any_page()) {
        prop_assert_eq!(decoded_by_core(&types, &rows, WANTS_COLUMNS), decoded_alone(&types, &rows));
    }

    #[test]
    fn a_page_of_any_bytes_is_refused_where_one_of_its_cells_is(types in vec(any_type(3), 1..3), cell in vec(any::<u8>(), 0..40)) {
        let cells: Vec<Cell> = types.iter().map(|_| Some(cell.clone())).collect();
        let is_valid = types.iter().all(|ty| decode(ty, &cell).is_ok());
        for program_word in [0, WANTS_COLUMNS] {
            let delivered = push(&types, std::slice::from_ref(&cells), program_word);
            prop_assert_eq!(delivered.get("rows").is_some(), is_valid);
        }
        if is_valid {
            prop_assert_eq!(decoded_by_core(&types, std::slice::from_ref(&cells), 0), decoded_alone(&types, &[cells]));
        }
    }
}

fn typed_value(depth: u32) -> impl Strategy<Value = (CqlType, CqlValue)> {
    any_type(depth).prop_flat_map(|ty| {
        let value = any_value(&ty);
        (Just(ty), value)
    })
}

/// Types and rows of cells; some null, some without a byte.
fn any_page() -> impl Strategy<Value = (Vec<CqlType>, Vec<Vec<Cell>>)> {
    vec(any_type(4), 1..5).prop_flat_map(|types| {
        let row: Vec<_> = types.iter().map(any_cell).collect();
        (Just(types), vec(row, 0..10))
    })
}

fn any_cell(ty: &CqlType) -> BoxedStrategy<Cell> {
    let ty = ty.clone();
    let value = any_value(&ty).prop_map(move |value| {
        let mut bytes = Vec::new();
        encode(&ty, &value, &mut bytes).unwrap();
        Some(bytes)
    });
    prop_oneof![8 => value, 1 => Just(None), 1 => Just(Some(Vec::new()))].boxed()
}

fn push(types: &[CqlType], rows: &[Vec<Cell>], program_word: u32) -> Value {
    let options: Vec<_> = types.iter().map(option).collect();
    let mut connection = Connection::new(4);
    connection.set_program_word(0, program_word);
    connection.push(&Page::of(&options, rows).frame(4, 0)).remove(0)
}

fn decoded_by_core(types: &[CqlType], rows: &[Vec<Cell>], program_word: u32) -> Value {
    push(types, rows, program_word)["rows"].take()
}

fn decoded_alone(types: &[CqlType], rows: &[Vec<Cell>]) -> Value {
    let decode = |(ty, cell): (&CqlType, &Cell)| {
        let value = cell.as_ref().and_then(|bytes| decode(ty, bytes).unwrap());
        value_json(value.as_ref())
    };
    rows.iter()
        .map(|row| types.iter().zip(row).map(decode).collect::<Value>())
        .collect()
}

fn option(ty: &CqlType) -> Vec<u8> {
    let mut option = Vec::new();
    write_option(ty, &mut option);
    option
}
