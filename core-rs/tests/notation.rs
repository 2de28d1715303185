//! The notations of the protocol, read and written, and every length that lies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod vectors;

use ferrocql_core::error::{Error, ErrorKind, Result};
use ferrocql_core::notation::{
    write_bytes, write_count, write_int, write_long, write_nullable_bytes, write_short, write_short_bytes,
    write_string, write_unsigned_vint, write_value, write_vint, Reader, Value,
};
use proptest::prelude::*;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

fn refused<'a, T: std::fmt::Debug>(bytes: &'a [u8], read: impl FnOnce(&mut Reader<'a>) -> Result<T>) -> Error {
    read(&mut Reader::new(bytes)).unwrap_err()
}

#[test]
fn numbers_are_big_endian() {
    let bytes = written(|out| {
        write_short(out, 0x0102);
        write_int(out, -2);
        write_long(out, i64::MIN + 1);
    });
    assert_eq!(bytes, [1, 2, 0xff, 0xff, 0xff, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 1]);
    let mut reader = Reader::new(&bytes);
    assert_eq!(reader.short(), Ok(0x0102));
    assert_eq!(reader.int(), Ok(-2));
    assert_eq!(reader.long(), Ok(i64::MIN + 1));
    assert_eq!((reader.position(), reader.remaining()), (14, 0));
    assert_eq!(reader.byte(), Err(Error::new(ErrorKind::Truncated, 14)));
}

#[test]
fn a_reader_stays_where_it_was_when_bytes_are_missing() {
    let mut reader = Reader::new(&[1, 2, 3]);
    assert!(reader.int().is_err());
    assert!(reader.bytes(usize::MAX).is_err());
    assert_eq!((reader.position(), reader.rest()), (0, &[1, 2, 3][..]));
}

#[test]
fn text_and_bytes_come_out_as_they_went_in() {
    let bytes = written(|out| {
        write_string(out, "ü".as_bytes()).unwrap();
        write_bytes(out, "€".as_bytes()).unwrap();
        write_short_bytes(out, &[9]).unwrap();
        write_nullable_bytes(out, None).unwrap();
        write_nullable_bytes(out, Some(&[])).unwrap();
    });
    let mut reader = Reader::new(&bytes);
    assert_eq!(reader.string(), Ok("ü"));
    assert_eq!(reader.long_string(), Ok("€"));
    assert_eq!(reader.short_bytes(), Ok(&[9][..]));
    assert_eq!(reader.nullable_bytes(), Ok(None));
    assert_eq!(reader.nullable_bytes(), Ok(Some(&[][..])));
}

#[test]
fn null_unset_and_empty_are_three_values() {
    for value in [Value::Null, Value::Unset, Value::Set(&[]), Value::Set(&[1])] {
        let bytes = written(|out| write_value(out, value).unwrap());
        assert_eq!(Reader::new(&bytes).value(), Ok(value));
    }
    let error = refused(&(-3_i32).to_be_bytes(), Reader::value);
    assert_eq!(error, Error::new(ErrorKind::NegativeLength, 0));
}

#[test]
fn lists_and_maps_hold_what_they_say() {
    let list = [0, 2, 0, 1, b'a', 0, 0];
    assert_eq!(Reader::new(&list).string_list(), Ok(vec!["a", ""]));
    let map = [0, 1, 0, 1, b'k', 0, 1, b'v'];
    assert_eq!(Reader::new(&map).string_map(), Ok(vec![("k", "v")]));
    let multimap = [&[0, 1, 0, 1, b'k'], &list[..]].concat();
    assert_eq!(Reader::new(&multimap).string_multimap(), Ok(vec![("k", vec!["a", ""])]));
    let bytes_map = [0, 2, 0, 1, b'k', 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1, 7];
    assert_eq!(
        Reader::new(&bytes_map).bytes_map(),
        Ok(vec![("k", None), ("", Some(&[7][..]))])
    );
}

#[test]
fn an_address_has_4_or_16_bytes() {
    let v4 = [4, 127, 0, 0, 1, 0, 0, 0x23, 0x52];
    assert_eq!(Reader::new(&v4).inet(), Ok((&[127, 0, 0, 1][..], 9042)));
    let v6 = [&[16][..], &[0; 15], &[1]].concat();
    assert_eq!(Reader::new(&v6).inet_address(), Ok(&v6[1..]));
    for length in (0..=255).filter(|length| ![4, 16].contains(length)) {
        let bytes = [&[length][..], &[0; 300]].concat();
        assert_eq!(refused(&bytes, Reader::inet_address).kind, ErrorKind::InvalidValue);
    }
}

#[test]
fn unsigned_vints_have_the_bytes_of_the_protocol() {
    for vector in vectors::read::<String>("vints.json") {
        let value: u64 = vector.value.parse().unwrap();
        let bytes = vector.bytes();
        assert_eq!(written(|out| write_unsigned_vint(out, value)), bytes, "{}", vector.name);
        assert_eq!(Reader::new(&bytes).unsigned_vint(), Ok(value), "{}", vector.name);
    }
}

#[test]
fn vints_are_zigzag() {
    for (value, bytes) in [(0, 0), (-1, 1), (1, 2), (-2, 3), (63, 126), (-64, 127)] {
        assert_eq!(written(|out| write_vint(out, value)), [bytes], "{value}");
    }
}

#[test]
fn a_count_is_held_against_the_bytes_that_are_left() {
    let two_ints = [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(Reader::new(&two_ints).count(4), Ok(2));
    assert_eq!(
        refused(&two_ints[..11], |reader| reader.count(4)).kind,
        ErrorKind::CountTooLarge
    );
    let most = i32::MAX.to_be_bytes();
    assert_eq!(
        refused(&most, |reader| reader.count(usize::MAX)),
        Error::new(ErrorKind::CountTooLarge, 0)
    );
    assert_eq!(
        refused(&[0xff; 4], |reader| reader.count(1)).kind,
        ErrorKind::NegativeLength
    );
    let many = [0xff, 0xff, 0, 0];
    for read in [
        |reader: &mut Reader<'_>| reader.string_list().map(|_| ()),
        |reader: &mut Reader<'_>| reader.string_map().map(|_| ()),
        |reader: &mut Reader<'_>| reader.string_multimap().map(|_| ()),
        |reader: &mut Reader<'_>| reader.bytes_map().map(|_| ()),
    ] {
        assert_eq!(
            read(&mut Reader::new(&many)).unwrap_err().kind,
            ErrorKind::CountTooLarge
        );
    }
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    for bytes in [&[0xff_u8][..], &[0xc3], &[0xed, 0xa0, 0x80], &[0xc0, 0x80]] {
        let bytes = written(|out| write_string(out, bytes).unwrap());
        assert_eq!(refused(&bytes, Reader::string).kind, ErrorKind::InvalidUtf8);
    }
}

#[test]
fn what_a_length_prefix_cannot_say_is_not_written() {
    let long = vec![0; 65_536];
    let mut out = vec![7];
    assert_eq!(write_string(&mut out, &long), Err(Error::new(ErrorKind::TooLong, 1)));
    assert_eq!(
        write_short_bytes(&mut out, &long),
        Err(Error::new(ErrorKind::TooLong, 1))
    );
    assert_eq!(
        write_count(&mut out, 65_536),
        Err(Error::new(ErrorKind::TooManyItems, 1))
    );
    assert_eq!(out, [7]);
    assert_eq!(write_string(&mut out, &long[1..]), Ok(()));
    assert_eq!(write_count(&mut out, 65_535), Ok(()));
}

#[test]
fn every_cut_of_a_notation_is_an_error() {
    type Read = fn(&mut Reader<'_>) -> Result<()>;
    let cases: [(&[u8], Read); 9] = [
        (&[0, 2, b'a', b'b'], |reader| reader.string().map(|_| ())),
        (&[0, 0, 0, 1, b'a'], |reader| reader.long_string().map(|_| ())),
        (&[0, 0, 0, 1, 1], |reader| reader.nullable_bytes().map(|_| ())),
        (&[0, 0, 0, 1, 1], |reader| reader.value().map(|_| ())),
        (&[0, 2, 0, 1, b'a', 0, 1, b'b'], |reader| {
            reader.string_list().map(|_| ())
        }),
        (&[0, 1, 0, 1, b'k', 0, 1, 0, 1, b'v'], |reader| {
            reader.string_multimap().map(|_| ())
        }),
        (&[0, 1, 0, 1, b'k', 0, 0, 0, 1, 7], |reader| {
            reader.bytes_map().map(|_| ())
        }),
        (&[4, 127, 0, 0, 1, 0, 0, 0, 1], |reader| reader.inet().map(|_| ())),
        (&[0xff; 9], |reader| reader.vint().map(|_| ())),
    ];
    for (index, (bytes, read)) in cases.into_iter().enumerate() {
        assert_eq!(read(&mut Reader::new(bytes)), Ok(()), "case {index}");
        for length in 0..bytes.len() {
            assert!(
                read(&mut Reader::new(&bytes[..length])).is_err(),
                "case {index} cut to {length}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unsigned_vints_come_out_as_they_went_in(value in any::<u64>(), shift in 0_u32..64) {
        let value = value >> shift;
        let bytes = written(|out| write_unsigned_vint(out, value));
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.unsigned_vint(), Ok(value));
        prop_assert_eq!(reader.remaining(), 0);
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let reader = Reader::new(&bytes);
        let _ = reader.clone().string();
        let _ = reader.clone().long_string();
        let _ = reader.clone().value();
        let _ = reader.clone().string_multimap();
        let _ = reader.clone().bytes_map();
        let _ = reader.clone().inet();
        let _ = reader.clone().vint();
    }
}
