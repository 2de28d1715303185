//! What becomes of the bytes of a connection: how they are cut, where segments begin, what programs do to rows, and what
//! happens to bodies that are too big.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod delivered;
mod pages;

use delivered::{records, Connection, OPTIONS, WANTS_COLUMNS};
use ferrocql_core::compress::{compress_body, Compression};
use ferrocql_core::delivery::{page_flag, record, Delivery};
use ferrocql_core::error::ErrorKind;
use ferrocql_core::frame::{opcode, Header, Version};
use ferrocql_core::inbound::{decode_body, ConnectionOptions, Inbound, BLOCK_HEAD_WORDS};
use ferrocql_core::metadata::Programs;
use ferrocql_core::notation::write_string;
use ferrocql_core::outbound::seal;
use ferrocql_core::response::Dialect;
use pages::{frame, option, Page};
use serde_json::{json, Value};

const DIALECTS: [(u8, Compression); 8] = [
    (3, Compression::None),
    (3, Compression::Lz4),
    (3, Compression::Snappy),
    (4, Compression::None),
    (4, Compression::Lz4),
    (4, Compression::Snappy),
    (5, Compression::None),
    (5, Compression::Lz4),
];

#[test]
fn delivers_the_same_messages_wherever_the_bytes_are_cut() {
    for (version, compression) in DIALECTS {
        let bytes = conversation(version, compression);
        let options = options(version, compression);
        let whole = Connection::with(options).push(&bytes);
        assert_eq!(whole.len(), 9, "{version} {compression:?}");
        for cut in 0..=bytes.len() {
            let mut connection = Connection::with(options);
            let mut delivered = connection.push(&bytes[..cut]);
            delivered.extend(connection.push(&bytes[cut..]));
            assert_eq!(delivered, whole, "{version} {compression:?} cut at {cut}");
        }
    }
}

#[test]
fn delivers_the_same_messages_byte_by_byte() {
    for (version, compression) in DIALECTS {
        let bytes = conversation(version, compression);
        let options = options(version, compression);
        let mut connection = Connection::with(options);
        let delivered: Vec<_> = bytes.chunks(1).flat_map(|chunk| connection.push(chunk)).collect();
        assert_eq!(
            delivered,
            Connection::with(options).push(&bytes),
            "{version} {compression:?}"
        );
    }
}

#[test]
fn goes_on_in_another_instance_from_any_byte() {
    for (version, compression) in DIALECTS {
        let bytes = conversation(version, compression);
        let options = options(version, compression);
        let whole = Connection::with(options).push(&bytes);
        for cut in 0..=bytes.len() {
            let mut first = Connection::with(options);
            let mut delivered = first.push(&bytes[..cut]);
            let mut second = Connection::with(options);
            second.inbound.restore(first.inbound.position()).unwrap();
            delivered.extend(second.push(&bytes[cut..]));
            assert_eq!(delivered, whole, "{version} {compression:?} cut at {cut}");
        }
    }
}

#[test]
fn a_connection_that_goes_on_after_its_handshake_takes_no_other_version() {
    let mut first = Connection::new(4);
    first.push(&frame(4, 0, 0, opcode::READY, &[]));
    let mut second = Connection::new(4);
    second.inbound.restore(first.inbound.position()).unwrap();
    let outcome = push(&mut second, &frame(5, 0, 0, opcode::ERROR, &[0, 0, 0, 10, 0, 0]));
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::UnexpectedVersion);
}

#[test]
fn the_flag_of_compression_means_nothing_in_version_5() {
    let mut connection = Connection::new(5);
    connection.push(&frame(5, 0, 0, opcode::READY, &[]));
    let delivered = connection.push(&sealed(&frame(5, 1, 3, opcode::RESULT, &[0, 0, 0, 1])));
    assert_eq!(delivered[0]["kind"], "VOID");
}

#[test]
fn the_connection_block_says_where_in_its_bytes_the_connection_is() {
    let mut connection = Connection::new(5);
    assert_eq!(connection.inbound.block()[4..8], [0, 0, 0, 0]);
    connection.push(&[0x85, 0]);
    assert_eq!(
        connection.inbound.block()[1..8],
        [2, connection.inbound.block()[2], 0, 0, 0, 1, 0]
    );
    connection.push(&[0, 0, opcode::READY, 0, 0, 0, 0, 0x11]);
    assert_eq!(connection.inbound.block()[1], 0);
    assert_eq!(connection.inbound.block()[3..8], [1, 1, 0, 0, 0]);
}

#[test]
fn segments_begin_behind_authenticate_too() {
    let mut class = Vec::new();
    write_string(&mut class, b"Authenticator").unwrap();
    let mut chunk = frame(5, 0, 0, opcode::AUTHENTICATE, &class);
    chunk.extend(sealed(&frame(5, 0, 0, opcode::AUTH_SUCCESS, &[0xff; 4])));
    let delivered = Connection::new(5).push(&chunk);
    assert_eq!(
        delivered[1],
        json!({ "opcode": "AUTH_SUCCESS", "stream": 0, "token": null })
    );
}

#[test]
fn frames_stay_bare_behind_an_error() {
    let error = frame(5, 0, 0, opcode::ERROR, &[0, 0, 0, 10, 0, 0]);
    assert_eq!(Connection::new(5).push(&error.repeat(2)).len(), 2);
}

#[test]
fn an_error_of_another_version_is_taken_until_the_connection_is_ready() {
    let error = frame(4, 0, 0, opcode::ERROR, &[0, 0, 0, 10, 0, 0]);
    let mut connection = Connection::new(3);
    assert_eq!(connection.push(&error).len(), 1);
    connection.push(&frame(3, 0, 0, opcode::READY, &[]));
    let outcome = push(&mut connection, &error);
    assert_eq!(outcome.unwrap_err().kind, ErrorKind::UnexpectedVersion);
}

#[test]
fn a_segment_that_breaks_the_rules_ends_the_connection() {
    let mut connection = Connection::new(5);
    connection.push(&frame(5, 0, 0, opcode::READY, &[]));
    let mut bytes = sealed(&void(5, 1));
    bytes[7] ^= 1;
    assert_eq!(
        push(&mut connection, &bytes).unwrap_err().kind,
        ErrorKind::PayloadChecksum
    );
}

#[test]
fn rows_without_metadata_are_decoded_by_the_program_of_their_stream() {
    let page = numbers(3);
    let mut connection = Connection::new(4);
    let whole = connection.push(&page.frame(4, 5));
    connection.set_program_word(6, 1);
    let mut delivered = connection.push(&page.clone().without_metadata().frame(4, 6));
    assert_eq!(delivered[0]["rows"].take(), whole[0]["rows"]);
    connection.set_program_word(6, 1 | WANTS_COLUMNS);
    let mut delivered = connection.push(&page.without_metadata().frame(4, 6));
    assert_eq!(delivered[0]["rows"].take(), whole[0]["rows"]);
}

#[test]
fn rows_without_metadata_are_refused_where_their_program_does_not_fit() {
    let mut connection = Connection::new(4);
    connection.push(&numbers(3).frame(4, 0));
    let bare = numbers(2).without_metadata();
    let cases = [
        (0, "MissingMetadata"),
        (1, "MetadataMismatch"),
        (2, "MissingMetadata"),
        (0x00ff_ffff, "MissingMetadata"),
    ];
    for (program_word, error) in cases {
        connection.set_program_word(0, program_word);
        assert_eq!(connection.push(&bare.frame(4, 0))[0]["refused"]["error"], error);
    }
    assert_eq!(
        connection.push(&bare.frame(4, 999))[0]["refused"]["error"],
        "MissingMetadata"
    );
}

#[test]
fn metadata_in_the_frame_goes_before_the_program_of_the_stream() {
    let mut connection = Connection::new(4);
    connection.push(&numbers(3).frame(4, 0));
    connection.set_program_word(0, 1);
    let delivered = connection.push(&numbers(2).frame(4, 0));
    assert_eq!(delivered[0]["columns"].as_array().unwrap().len(), 2);
}

#[test]
fn equal_metadata_has_one_program_and_is_new_once() {
    let mut connection = Connection::new(4);
    let mut other = numbers(2);
    other.prefix = "other".into();
    let chunk = [numbers(2).frame(4, 0), other.frame(4, 1), numbers(2).frame(4, 2)].concat();
    connection.push(&chunk);
    let seen: Vec<_> = records(connection.out.bytes(), 3)
        .map(|record| (record.word(7), record.word(18) & page_flag::NEW_PROGRAM))
        .collect();
    assert_eq!(seen, [(0, 4), (1, 4), (0, 0)]);
}

#[test]
fn metadata_that_begins_with_the_same_bytes_but_is_read_otherwise_has_another_program() {
    let global = b"\0\0\0\x02\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0\x09\0\0\0\x09\0\0\0\0";
    let mut by_column = global[..24].to_vec();
    by_column[7] = 0;
    by_column.extend(b"nine char\0\x01x\0\x09\0\0\0\0");
    let mut connection = Connection::new(4);
    connection.push(&frame(4, 0, 0, opcode::RESULT, global));
    connection.set_program_word(0, 1);
    let delivered = connection.push(&frame(4, 0, 0, opcode::RESULT, &by_column));
    assert_eq!(delivered[0]["columns"][1]["table"], "nine char");
}

#[test]
fn the_columns_of_prepare_are_those_of_the_rows() {
    let mut connection = Connection::new(4);
    let page = numbers(2);
    let metadata = &page.body()[4..page.body().len() - 8 - 8 - 4];
    let mut body = vec![0, 0, 0, 4, 0, 1, 0x0a, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0];
    body.extend_from_slice(metadata);
    let delivered = connection.push(&frame(4, 0, 0, opcode::RESULT, &body));
    assert_eq!(delivered[0]["resultColumns"].as_array().unwrap().len(), 2);
    connection.push(&page.frame(4, 0));
    let record = records(connection.out.bytes(), 1).next().unwrap();
    assert_eq!((record.word(7), record.word(18)), (0, 0));
}

#[test]
fn a_refused_page_leaves_no_program_behind() {
    let mut connection = Connection::new(4);
    let mut page = numbers(2);
    page.rows[0][1] = Some(vec![0; 3]);
    let delivered = connection.push(&page.frame(4, 0));
    assert_eq!(delivered[0]["refused"]["column"], 1);
    assert!(connection.programs.get(0).is_none());
}

#[test]
fn a_refused_body_leaves_its_neighbours_alone() {
    let mut bad = numbers(2);
    bad.options[0] = option(0x0d);
    bad.rows[0] = vec![Some(b"some text".to_vec()), Some(vec![0; 3])];
    let mut texts = bad.clone();
    texts.rows[0][1] = Some(vec![0; 4]);
    let chunk = [texts.frame(4, 1), bad.frame(4, 2), texts.frame(4, 3)].concat();
    let mut delivered = Connection::new(4).push(&chunk);
    assert_eq!(delivered[1]["refused"]["error"], "InvalidValue");
    assert_eq!(delivered[0]["rows"].take(), delivered[2]["rows"].take());
}

#[test]
fn a_refused_body_still_has_what_stands_before_its_message() {
    let mut body = vec![7; 16];
    body.extend_from_slice(&[0, 0, 0, 9]);
    let delivered = Connection::new(4).push(&frame(4, 2, 0, opcode::RESULT, &body));
    assert_eq!(delivered[0]["tracingId"], "07".repeat(16));
    assert_eq!(delivered[0]["refused"]["error"], "UnknownResultKind");
    assert_eq!(delivered[0]["refused"]["offset"], 16);
}

#[test]
fn a_big_body_comes_in_parts_and_is_decoded_elsewhere() {
    for (version, compression) in DIALECTS {
        let page = numbers(300);
        let (flags, body) = compressed(version, compression, &page.body());
        let big = frame(version, flags, 7, opcode::RESULT, &body);
        let mut bytes = frame(version, 0, 0, opcode::READY, &[]);
        let rest = [void(version, 1), big, void(version, 2)].concat();
        bytes.extend(framed(version, compression, &rest));

        let mut connection = Connection::with(ConnectionOptions {
            big_frame: 100,
            ..options(version, compression)
        });
        let mut collected = Vec::new();
        for chunk in bytes.chunks(1000) {
            push(&mut connection, chunk).unwrap();
            collect_part(&connection.out, &mut collected);
        }
        assert_eq!(collected, body, "{version} {compression:?}");

        let expected = Connection::with(options(version, Compression::None)).push(&page.frame(version, 7));
        let decoded = decode(version, compression, flags, &body);
        assert_eq!(decoded["rows"], expected[0]["rows"], "{version} {compression:?}");
    }
}

#[test]
fn a_body_that_is_big_only_once_it_is_decompressed_comes_as_one_part() {
    for compression in [Compression::Lz4, Compression::Snappy] {
        let page = Page::of(&[option(0x03)], &[vec![Some(vec![0; 20_000])]]);
        let (flags, body) = compressed(4, compression, &page.body());
        assert!(body.len() < 1200);
        let mut connection = Connection::with(ConnectionOptions {
            big_frame: 1200,
            ..options(4, compression)
        });
        push(&mut connection, &frame(4, flags, 7, opcode::RESULT, &body)).unwrap();
        let mut collected = Vec::new();
        collect_part(&connection.out, &mut collected);
        assert_eq!(collected, body);
        assert_eq!(
            decode(4, compression, flags, &body)["rows"],
            json!([["00".repeat(20_000)]])
        );
    }
}

#[test]
fn a_chunk_without_a_whole_frame_delivers_nothing() {
    let mut connection = Connection::new(4);
    assert!(connection.push(&[]).is_empty());
    assert!(connection.push(&void(4, 1)[..12]).is_empty());
    assert!(connection.out.bytes().is_empty());
}

#[test]
fn program_words_lie_behind_the_head_of_the_block() {
    let inbound = Inbound::new(ConnectionOptions {
        stream_capacity: 3,
        ..OPTIONS
    });
    assert_eq!(inbound.block().len(), BLOCK_HEAD_WORDS + 3);
}

/// The handshake and some answers, as the server sends them.
fn conversation(version: u8, compression: Compression) -> Vec<u8> {
    let mut text = numbers(2);
    text.options[1] = option(0x0d);
    text.rows = vec![
        vec![Some(vec![0, 0, 0, 1]), Some("é and more".into())],
        vec![None, Some(b"ascii".to_vec())],
    ];
    let bodies = [
        (opcode::RESULT, numbers(3).body()),
        (opcode::RESULT, text.body()),
        (opcode::RESULT, vec![0, 0, 0, 1]),
        (opcode::EVENT, b"\x00\x04MOON".to_vec()),
        (opcode::ERROR, b"\x00\x00\x22\x00\x00\x02no".to_vec()),
        (opcode::RESULT, vec![0, 0, 0, 9]),
        (
            opcode::RESULT,
            Page::of(&[option(0x03)], &[vec![Some(vec![7; 200])]]).body(),
        ),
    ];
    let mut frames = Vec::new();
    for (stream, (opcode, body)) in bodies.into_iter().enumerate() {
        let (flags, body) = compressed(version, compression, &body);
        frames.extend(frame(version, flags, stream as u16, opcode, &body));
    }
    let mut bytes = frame(version, 0, 0, opcode::SUPPORTED, &[0, 0]);
    bytes.extend(frame(version, 0, 0, opcode::READY, &[]));
    bytes.extend(framed(version, compression, &frames));
    bytes
}

fn options(version: u8, compression: Compression) -> ConnectionOptions {
    ConnectionOptions {
        version: Version::from_number(version.into()).unwrap(),
        compression,
        ..OPTIONS
    }
}

/// A body and its flags as they are sent in this dialect.
fn compressed(version: u8, compression: Compression, body: &[u8]) -> (u8, Vec<u8>) {
    if version == 5 || compression == Compression::None {
        return (0, body.into());
    }
    let mut compressed = Vec::new();
    compress_body(compression, body, &mut compressed).unwrap();
    (1, compressed)
}

/// Frames as they are sent behind the handshake: each in a segment of its own in version 5.
fn framed(version: u8, compression: Compression, frames: &[u8]) -> Vec<u8> {
    if version < 5 {
        return frames.into();
    }
    let mut rest = frames;
    let mut bytes = Vec::new();
    while let Some(length) = rest.get(5..9) {
        let length = 9 + u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let mut segment = Vec::new();
        seal(&rest[..length], compression, &mut segment).unwrap();
        bytes.extend(segment);
        rest = &rest[length..];
    }
    bytes
}

fn sealed(frames: &[u8]) -> Vec<u8> {
    framed(5, Compression::None, frames)
}

fn void(version: u8, stream: u16) -> Vec<u8> {
    frame(version, 0, stream, opcode::RESULT, &[0, 0, 0, 1])
}

/// A page with one row of so many numbers.
fn numbers(columns: usize) -> Page {
    let cells = (0..columns).map(|number| Some((number as i32).to_be_bytes().to_vec()));
    Page::of(&vec![option(0x09); columns], &[cells.collect()])
}

fn push(connection: &mut Connection, chunk: &[u8]) -> ferrocql_core::error::Result<()> {
    let Connection { inbound, programs, out } = connection;
    inbound.push(chunk, programs, out)
}

/// Appends the parts of this delivery; everything else in it must be a message.
fn collect_part(out: &Delivery, collected: &mut Vec<u8>) {
    for record in records(out.bytes(), out.frame_count()) {
        if record.word(0) == record::PART {
            assert_eq!(record.number(8), collected.len());
            collected.extend_from_slice(&out.bytes()[record.number(12)..][..record.number(13)]);
        } else {
            assert_eq!(record.word(0), record::MESSAGE);
        }
    }
}

fn decode(version: u8, compression: Compression, flags: u8, body: &[u8]) -> Value {
    let (mut programs, mut out) = (Programs::new(), Delivery::new());
    let header = Header {
        version,
        flags,
        stream: 7,
        opcode: opcode::RESULT,
        body_length: body.len(),
    };
    let dialect = Dialect {
        version: Version::from_number(version.into()).unwrap(),
        rate_limit_code: -1,
    };
    decode_body(dialect, compression, &header, body, 0, &mut programs, &mut out);
    let record = records(out.bytes(), 1).next().unwrap();
    record.to_json(&programs)
}
