//! Request blocks that contradict themselves or the protocol version, compression of bodies, routing keys, sealing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod block;

use block::{values, Block};
use ferrocql_core::compress::{decompress_body, Compression};
use ferrocql_core::error::{Error, ErrorKind, Result};
use ferrocql_core::frame::opcode;
use ferrocql_core::outbound::{encode_request, request_key, request_partitioner, seal};
use ferrocql_core::segment::MAX_PAYLOAD;
use ferrocql_core::token::{Partitioner, Token};
use proptest::prelude::*;

fn encode(block: &Block, opcode: u8) -> Result<Vec<u8>> {
    let mut out = b"of the last request".to_vec();
    let result = encode_request(&block.words, &block.bytes, opcode, &mut out);
    assert!(result.is_ok() || out.is_empty(), "an error leaves no bytes");
    result.map(|()| out)
}

fn refused(block: &Block, opcode: u8) -> ErrorKind {
    encode(block, opcode).unwrap_err().kind
}

fn query(version: i32) -> Block {
    let mut block = Block::new(version);
    block.set_range(13, b"SELECT k FROM t");
    block
}

#[test]
fn a_version_is_not_asked_for_what_it_has_not() {
    for version in [3, 4] {
        let mut keyspace = query(version);
        keyspace.set_range(19, b"ks");
        assert_eq!(refused(&keyspace, opcode::PREPARE), ErrorKind::UnsupportedByVersion);
        keyspace.flag(0x80);
        assert_eq!(refused(&keyspace, opcode::QUERY), ErrorKind::UnsupportedByVersion);
        let mut now = query(version);
        now.flag(0x100);
        assert_eq!(refused(&now, opcode::QUERY), ErrorKind::UnsupportedByVersion);
        assert_eq!(refused(&now, opcode::BATCH), ErrorKind::UnsupportedByVersion);
    }
    let mut payload = query(3);
    let key = payload.range(b"k");
    payload.item(23, &[key[0], key[1], 0, -1]);
    assert_eq!(refused(&payload, opcode::QUERY), ErrorKind::UnsupportedByVersion);
    let mut unset = query(3);
    unset.flag(0x01);
    unset.words[5] = 1;
    unset.set_range(6, &[0xff, 0xff, 0xff, 0xfe]);
    assert_eq!(refused(&unset, opcode::QUERY), ErrorKind::UnsupportedByVersion);
    unset.words[0] = 4;
    assert!(encode(&unset, opcode::QUERY).is_ok());
}

#[test]
fn unknown_versions_opcodes_and_flags_are_refused() {
    for version in [0, 2, 6, 0x41, 0x85] {
        assert_eq!(refused(&query(version), opcode::QUERY), ErrorKind::UnexpectedVersion);
    }
    for opcode in [opcode::ERROR, opcode::RESULT, 0x04, 0x11, 0xff] {
        assert_eq!(refused(&query(4), opcode), ErrorKind::UnknownOpcode);
    }
    let mut flags = query(5);
    flags.flag(0x200);
    assert_eq!(refused(&flags, opcode::QUERY), ErrorKind::UnsupportedByVersion);
    for header_flags in [0x01, 0x04, 0x08, 0x20, 0x100, -1] {
        let mut block = query(4);
        block.words[2] = header_flags;
        assert_eq!(
            refused(&block, opcode::QUERY),
            ErrorKind::InvalidRequest,
            "{header_flags:#x}"
        );
    }
    let mut compression = query(4);
    compression.words[1] = 3;
    assert_eq!(refused(&compression, opcode::QUERY), ErrorKind::InvalidRequest);
}

#[test]
fn values_must_be_as_many_as_announced_and_end_where_they_say() {
    let two = values(&[(None, Some(b"ab")), (None, None)]);
    let mut cases = vec![(2, two.clone(), None)];
    cases.extend([1, 3, -1].map(|count| (count, two.clone(), Some(ErrorKind::InvalidRequest))));
    cases.extend((0..two.len()).map(|end| (2, two[..end].to_vec(), Some(ErrorKind::InvalidRequest))));
    cases.push((1, vec![0xff, 0xff, 0xff, 0xfd], Some(ErrorKind::InvalidRequest)));
    cases.push((65_536, vec![0; 4 * 65_536], Some(ErrorKind::TooManyItems)));
    cases.push((65_535, vec![0; 4 * 65_535], None));
    for (count, bytes, expected) in cases {
        let mut block = query(4);
        block.flag(0x01);
        block.words[5] = count;
        block.set_range(6, &bytes);
        let error = encode(&block, opcode::QUERY).err().map(|error| error.kind);
        assert_eq!(error, expected, "{count} in {} bytes", bytes.len());
    }
}

#[test]
fn a_flag_and_its_field_agree() {
    let mut no_values = query(4);
    no_values.words[5] = 1;
    assert_eq!(refused(&no_values, opcode::QUERY), ErrorKind::InvalidRequest);
    let mut names = query(4);
    names.flag(0x40);
    assert_eq!(refused(&names, opcode::QUERY), ErrorKind::InvalidRequest);
    for (flag, word) in [(0x08, 17), (0x80, 19)] {
        let mut only_flag = query(5);
        only_flag.flag(flag);
        assert_eq!(refused(&only_flag, opcode::QUERY), ErrorKind::InvalidRequest);
        let mut only_field = query(5);
        only_field.set_range(word, b"x");
        assert_eq!(refused(&only_field, opcode::QUERY), ErrorKind::InvalidRequest);
        let mut empty = query(5);
        empty.set_range(word, b"");
        assert!(encode(&empty, opcode::QUERY).is_ok());
    }
    for serial in [0, 6, 7, 10, -1, 65_544] {
        let mut block = query(4);
        block.flag(0x10);
        block.words[9] = serial;
        assert_eq!(refused(&block, opcode::QUERY), ErrorKind::InvalidRequest, "{serial}");
    }
}

#[test]
fn a_batch_has_neither_names_nor_pages() {
    for flag in [0x01, 0x02, 0x04, 0x08, 0x40] {
        let mut block = Block::new(5);
        block.flag(flag);
        assert_eq!(refused(&block, opcode::BATCH), ErrorKind::UnsupportedByVersion);
    }
    for batch_type in [-1, 3, 256] {
        let mut block = Block::new(5);
        block.words[21] = batch_type;
        assert_eq!(refused(&block, opcode::BATCH), ErrorKind::InvalidRequest);
    }
    let mut kind = Block::new(5);
    kind.item(22, &[2, 0, 1, 0, 0, -1]);
    assert_eq!(refused(&kind, opcode::BATCH), ErrorKind::InvalidRequest);
}

#[test]
fn what_a_message_needs_must_be_there() {
    for opcode in [opcode::QUERY, opcode::PREPARE, opcode::EXECUTE] {
        assert_eq!(refused(&Block::new(4), opcode), ErrorKind::InvalidRequest);
    }
    let mut no_metadata_id = Block::new(5);
    no_metadata_id.set_range(13, b"id");
    assert_eq!(refused(&no_metadata_id, opcode::EXECUTE), ErrorKind::InvalidRequest);
    let mut odd = Block::new(4);
    let key = odd.range(b"CQL_VERSION");
    odd.item(24, &key);
    assert_eq!(refused(&odd, opcode::STARTUP), ErrorKind::InvalidRequest);
    let mut payload = Block::new(4);
    payload.item(23, &[0, 1, 0, 1]);
    assert_eq!(refused(&payload, opcode::OPTIONS), ErrorKind::InvalidRequest);
}

#[test]
fn an_empty_result_metadata_id_is_one_in_v5_and_none_before() {
    let mut block = Block::new(5);
    block.set_range(13, b"id");
    block.set_range(15, b"");
    let frame = encode(&block, opcode::EXECUTE).unwrap();
    assert_eq!(frame[9..], [0, 2, b'i', b'd', 0, 0, 0, 0, 0, 0, 0, 0]);
    block.words[0] = 4;
    let frame = encode(&block, opcode::EXECUTE).unwrap();
    assert_eq!(frame[9..], [0, 2, b'i', b'd', 0, 0, 0]);
}

#[test]
fn a_range_lies_inside_the_bytes_or_is_absent() {
    for (start, length) in [
        (0, -2),
        (-1, 1),
        (0, i32::MIN),
        (i32::MAX, i32::MAX),
        (1000, 0),
        (0, 1000),
    ] {
        let mut block = Block::new(4);
        block.words[13] = start;
        block.words[14] = length;
        assert_eq!(
            refused(&block, opcode::AUTH_RESPONSE),
            ErrorKind::InvalidRequest,
            "{start}, {length}"
        );
    }
}

#[test]
fn text_and_ids_fit_their_length_prefix() {
    let mut id = Block::new(4);
    id.set_range(13, &[1; 65_536]);
    assert_eq!(refused(&id, opcode::EXECUTE), ErrorKind::TooLong);
    assert!(encode(&id, opcode::QUERY).is_ok());
    let mut event = Block::new(4);
    let range = event.range(&[b'x'; 65_536]);
    event.item(24, &range);
    assert_eq!(refused(&event, opcode::REGISTER), ErrorKind::TooLong);
}

#[test]
fn a_body_is_compressed_only_where_that_makes_it_shorter() {
    let text = [b'x'; 1000];
    for (number, compression) in [(1, Compression::Lz4), (2, Compression::Snappy)] {
        let mut block = query(4);
        block.set_range(13, &text);
        let plain = encode(&block, opcode::QUERY).unwrap();
        block.words[1] = number;
        let frame = encode(&block, opcode::QUERY).unwrap();
        assert!(frame.len() < 200 && frame[1] == 1);
        assert_eq!(frame[5..9], ((frame.len() - 9) as u32).to_be_bytes());
        let mut body = Vec::new();
        decompress_body(compression, &frame[9..], 2000, &mut body).unwrap();
        assert_eq!(body, plain[9..]);

        block.words[27] = plain.len() as i32 - 9 + 1;
        assert_eq!(encode(&block, opcode::QUERY).unwrap(), plain, "shorter than the least");
        block.words[27] -= 1;
        assert_eq!(encode(&block, opcode::QUERY).unwrap(), frame, "as long as the least");
        let mut short = query(4);
        let plain = encode(&short, opcode::QUERY).unwrap();
        short.words[1] = number;
        assert_eq!(
            encode(&short, opcode::QUERY).unwrap(),
            plain,
            "compression would not shorten it"
        );
    }
}

#[test]
fn neither_startup_nor_a_body_of_v5_is_compressed() {
    let mut query = query(5);
    query.set_range(13, &[b'x'; 1000]);
    let mut startup = Block::new(4);
    let range = startup.range(&[b'x'; 1000]);
    startup.item(24, &range);
    startup.item(24, &range);
    for (mut block, opcode) in [(query, opcode::QUERY), (startup, opcode::STARTUP)] {
        let plain = encode(&block, opcode).unwrap();
        block.words[1] = 1;
        assert_eq!(encode(&block, opcode).unwrap(), plain);
    }
}

#[test]
fn an_execute_goes_into_the_buffer_that_is_there() {
    let mut block = Block::new(5);
    block.flag(0x01);
    block.words[5] = 1;
    block.set_range(6, &values(&[(None, Some(&[1; 500]))]));
    block.set_range(13, &[2; 16]);
    block.set_range(15, &[3; 16]);
    let mut out = Vec::with_capacity(600);
    let buffer = out.as_ptr();
    encode_request(&block.words, &block.bytes, opcode::EXECUTE, &mut out).unwrap();
    assert_eq!((out.as_ptr(), out.capacity()), (buffer, 600));
}

#[test]
fn a_routing_key_is_one_column_or_the_composite_of_several() {
    let mut scratch = b"of the last request".to_vec();
    let mut block = Block::new(4);
    assert_eq!(request_key(&block.words, &block.bytes, &mut scratch), Ok(None));
    let int = block.range(&[0, 0, 0, 1]);
    block.item(25, &int);
    let key = request_key(&block.words, &block.bytes, &mut scratch);
    assert_eq!(key, Ok(Some(&[0, 0, 0, 1][..])));
    let text = block.range(b"ab");
    block.item(25, &text);
    let key = request_key(&block.words, &block.bytes, &mut scratch).unwrap().unwrap();
    assert_eq!(key, [0, 4, 0, 0, 0, 1, 0, 0, 2, b'a', b'b', 0]);
    assert_eq!(
        Partitioner::Murmur3.token(key),
        Some(Token::I64(4_996_121_422_650_625_275))
    );
}

#[test]
fn a_key_with_a_null_column_has_no_token() {
    let mut scratch = Vec::new();
    let mut block = Block::new(4);
    block.item(25, &[0, -1]);
    assert_eq!(request_key(&block.words, &block.bytes, &mut scratch), Ok(None));
    block.item(25, &[0, 1]);
    assert_eq!(request_key(&block.words, &block.bytes, &mut scratch), Ok(None));
}

#[test]
fn a_column_of_a_composite_key_has_65_535_bytes_at_most() {
    let mut block = Block::new(4);
    let long = block.range(&[0; 65_536]);
    block.item(25, &[0, 1]);
    block.item(25, &long);
    let result = request_key(&block.words, &block.bytes, &mut Vec::new()).map(|key| key.map(<[u8]>::to_vec));
    assert_eq!(result.unwrap_err().kind, ErrorKind::TooLong);
}

#[test]
fn a_partitioner_has_a_number() {
    let mut block = Block::new(4);
    let partitioners = [-1, 0, 1, 2, 3, 4, 5].map(|number| {
        block.words[26] = number;
        request_partitioner(&block.words)
    });
    let [murmur3, random, byte_ordered, cdc] = [
        Partitioner::Murmur3,
        Partitioner::Random,
        Partitioner::ByteOrdered,
        Partitioner::Cdc,
    ]
    .map(Some);
    assert_eq!(partitioners, [None, None, murmur3, random, byte_ordered, cdc, None]);
    assert_eq!(request_partitioner(&[]), None);
}

#[test]
fn frames_share_a_segment_as_far_as_it_reaches() {
    let frame = |length: usize| {
        let body = vec![0; length - 9];
        [&[4, 0, 0, 0, 7][..], &(body.len() as u32).to_be_bytes(), &body].concat()
    };
    let frames = [
        frame(9),
        frame(MAX_PAYLOAD - 9),
        frame(20),
        frame(MAX_PAYLOAD - 19),
        frame(MAX_PAYLOAD + 1),
        frame(30),
        frame(40),
    ]
    .concat();
    let mut out = b"of the last flush".to_vec();
    seal(&frames, Compression::None, &mut out).unwrap();
    let mut segments = Vec::new();
    let mut rest = out.as_slice();
    while !rest.is_empty() {
        let header = u32::from_le_bytes([rest[0], rest[1], rest[2], 0]);
        let length = header as usize & MAX_PAYLOAD;
        segments.push((length, header >> 17 == 1));
        rest = &rest[6 + length + 4..];
    }
    assert_eq!(
        segments,
        [
            (MAX_PAYLOAD, true),
            (20, true),
            (MAX_PAYLOAD - 19, true),
            (MAX_PAYLOAD, false),
            (1, false),
            (70, true)
        ]
    );
}

#[test]
fn only_whole_frames_are_sealed() {
    let frames = [4, 0, 0, 0, 7, 0, 0, 0, 2, 1, 1, 4, 0, 0, 0, 5, 0, 0, 0, 0];
    let mut out = Vec::new();
    for length in 0..=frames.len() {
        let is_whole = [0, 11, 20].contains(&length);
        let result = seal(&frames[..length], Compression::None, &mut out);
        let expected = if is_whole {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::InvalidRequest, 0))
        };
        assert_eq!(result, expected, "{length}");
    }
    let negative = [4, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff];
    assert!(seal(&negative, Compression::None, &mut out).is_err());
}

#[test]
fn a_request_block_that_is_cut_is_refused() {
    let mut block = query(4);
    block.flag(0x01);
    block.words[5] = 1;
    block.set_range(6, &values(&[(None, Some(b"ab"))]));
    block.item(23, &[0, 1, 0, 1]);
    block.item(24, &[0, 1]);
    block.item(25, &[0, 1]);
    assert!(encode(&block, opcode::QUERY).is_ok());
    for length in 0..block.words.len() {
        let words = &block.words[..length];
        let mut out = Vec::new();
        let error = encode_request(words, &block.bytes, opcode::QUERY, &mut out).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{length} words");
        assert!(request_key(words, &block.bytes, &mut out).is_err());
    }
    for length in 0..block.bytes.len() {
        let mut out = Vec::new();
        let error = encode_request(&block.words, &block.bytes[..length], opcode::QUERY, &mut out).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_request_block_makes_the_encoder_panic(
        lies in prop::collection::vec(
            (1_usize..40, prop_oneof![
                Just(i32::MIN), Just(i32::MAX), Just(-2), -1_i32..70, Just(1 << 29), any::<i32>(),
            ]),
            1..6,
        ),
        version in 3_i32..6,
        opcode in 0_u8..18,
    ) {
        let mut block = query(version);
        block.flag(0x01);
        block.words[5] = 1;
        block.set_range(6, &values(&[(None, Some(b"ab"))]));
        block.words.resize(48, 3);
        for (word, lie) in lies {
            block.words[word] = lie;
        }
        let mut out = Vec::new();
        if encode_request(&block.words, &block.bytes, opcode, &mut out).is_err() {
            prop_assert!(out.is_empty());
        } else {
            prop_assert_eq!(&out[5..9], &((out.len() - 9) as u32).to_be_bytes());
        }
        let _ = request_key(&block.words, &block.bytes, &mut out);
        let _ = seal(&block.bytes, Compression::Lz4, &mut out);
    }
}
