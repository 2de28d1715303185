//! What must hold for whatever is sent: segments, frames and requests come out as they went in, however bytes are cut.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod block;

use block::Block;
use ferrocql_core::compress::{compress_body, decompress_body, Compression};
use ferrocql_core::crc::{crc24, crc32};
use ferrocql_core::decoder::{Decoder, Piece};
use ferrocql_core::frame::{opcode, Version};
use ferrocql_core::notation::{write_vint, Reader};
use ferrocql_core::outbound::{encode_request, seal};
use ferrocql_core::segment::{write_segment, SegmentDecoder, MAX_PAYLOAD};
use ferrocql_core::token::{murmur3, shard_of};
use proptest::prelude::*;

/// A frame that was put together again: stream id and body.
type Frame = (i16, Vec<u8>);

fn payload(length: usize) -> Vec<u8> {
    (0..length).map(|i| ((i / 7) ^ (i / 1000)) as u8).collect()
}

fn frame(direction: u8, stream: i16, body: &[u8]) -> Vec<u8> {
    let mut frame = vec![direction | 5, 0, 0, 0, 0x08];
    frame[2..4].copy_from_slice(&stream.to_be_bytes());
    frame.extend((body.len() as u32).to_be_bytes());
    frame.extend(body);
    frame
}

/// Collects frames from pieces, and checks that parts follow each other.
fn collect(frames: &mut Vec<Frame>, piece: Piece<'_>) {
    match piece {
        Piece::Frame { header, body } => {
            assert_eq!(header.body_length, body.len());
            frames.push((header.stream, body.to_vec()));
        }
        Piece::Part { header, offset, bytes } => {
            assert!(!bytes.is_empty());
            if offset == 0 {
                frames.push((header.stream, Vec::new()));
            }
            let (_, body) = frames.last_mut().unwrap();
            assert_eq!(offset, body.len());
            body.extend_from_slice(bytes);
            assert!(body.len() <= header.body_length);
        }
    }
}

fn open_segments(bytes: &[u8], compression: Compression, chunk: usize) -> Vec<Frame> {
    let mut segments = SegmentDecoder::new(compression);
    let mut decoder = Decoder::new(Version::V5, 1 << 20, 1 << 18);
    let mut frames = Vec::new();
    for chunk in bytes.chunks(chunk) {
        segments
            .push(chunk, &mut |payload, is_self_contained| {
                decoder.push_segment(payload, is_self_contained, &mut |piece| {
                    collect(&mut frames, piece);
                    Ok(())
                })
            })
            .unwrap();
    }
    assert!(decoder.is_between_frames() && segments.tail().is_empty());
    frames
}

#[test]
fn segments_of_every_length_around_the_limits_come_out_as_they_went_in() {
    for compression in [Compression::None, Compression::Lz4] {
        for length in [0, 1, 8, 9, 511, 512, 513, MAX_PAYLOAD - 1, MAX_PAYLOAD] {
            let payload = payload(length);
            let mut bytes = Vec::new();
            write_segment(&payload, true, compression, &mut bytes).unwrap();
            write_segment(&payload, false, compression, &mut bytes).unwrap();
            for chunk in [1, 7, 4096, bytes.len()] {
                if chunk == 1 && length > 1000 {
                    continue;
                }
                let mut decoder = SegmentDecoder::new(compression);
                let mut seen = Vec::new();
                for part in bytes.chunks(chunk) {
                    let mut sink = |payload: &[u8], flag| {
                        seen.push((payload.to_vec(), flag));
                        Ok(())
                    };
                    decoder.push(part, &mut sink).unwrap();
                }
                let expected = [(payload.clone(), true), (payload.clone(), false)];
                assert!(seen == expected, "{compression:?} {length} {chunk}");
            }
        }
    }
}

#[test]
fn a_payload_that_does_not_get_shorter_is_sent_as_it_is() {
    let payload: Vec<u8> = (0..2000_u32)
        .map(|i| (i.wrapping_mul(i).wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let mut bytes = Vec::new();
    write_segment(&payload, true, Compression::Lz4, &mut bytes).unwrap();
    assert_eq!(bytes.len(), 8 + payload.len() + 4);
    assert_eq!(bytes[8..8 + payload.len()], payload);
}

#[test]
fn a_body_is_big_from_the_first_byte_over_the_limit() {
    for (length, is_big) in [(99, false), (100, false), (101, true), (102, true)] {
        let bytes = frame(0x80, 1, &payload(length));
        for cut in [4, 9, 50, bytes.len()] {
            let mut decoder = Decoder::new(Version::V5, 10_000, 100);
            for chunk in bytes.chunks(cut) {
                let mut sink = |piece: Piece<'_>| {
                    assert_eq!(matches!(piece, Piece::Part { .. }), is_big, "{length} cut at {cut}");
                    Ok(())
                };
                decoder.push(chunk, &mut sink).unwrap();
            }
        }
    }
}

#[test]
fn frames_around_multiples_of_a_segment_survive_sealing() {
    for compression in [Compression::None, Compression::Lz4] {
        for segments in 1..=3 {
            for length in [-1, 0, 1].map(|d| (MAX_PAYLOAD * segments) as i32 + d) {
                let body = payload(length as usize - 9);
                let sent = [(1, vec![1; 3]), (2, body), (3, Vec::new())];
                let bytes: Vec<u8> = sent.iter().flat_map(|(s, b)| frame(0x80, *s, b)).collect();
                let mut out = Vec::new();
                seal(&bytes, compression, &mut out).unwrap();
                for chunk in [1000, 131_083, out.len()] {
                    assert!(
                        open_segments(&out, compression, chunk) == sent,
                        "{compression:?} {length} {chunk}"
                    );
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stream_of_frames_is_the_same_however_it_is_cut(
        lengths in prop::collection::vec(prop_oneof![0_usize..20, 90_usize..120, 200_usize..2000], 1..12),
        cuts in prop::collection::vec(1_usize..300, 1..40),
    ) {
        let sent: Vec<Frame> = lengths.iter().enumerate().map(|(i, n)| (i as i16 - 1, payload(*n))).collect();
        let bytes: Vec<u8> = sent.iter().flat_map(|(s, b)| frame(0x80, *s, b)).collect();
        let mut decoder = Decoder::new(Version::V5, 10_000, 100);
        let mut frames = Vec::new();
        let mut rest = bytes.as_slice();
        for cut in cuts.iter().cycle() {
            let (chunk, following) = rest.split_at((*cut).min(rest.len()));
            decoder.push(chunk, &mut |piece| { collect(&mut frames, piece); Ok(()) }).unwrap();
            prop_assert!(decoder.tail().len() <= 9 + 100);
            if following.is_empty() {
                break;
            }
            // What a connection tells of itself is enough to go on with a new decoder.
            let mut next = Decoder::new(Version::V5, 10_000, 100);
            next.restore(decoder.tail(), decoder.part_offset());
            decoder = next;
            rest = following;
        }
        prop_assert!(decoder.is_between_frames());
        prop_assert_eq!(frames, sent);
    }

    #[test]
    fn taking_pieces_one_at_a_time_stops_behind_each_frame(
        lengths in prop::collection::vec(0_usize..50, 1..8),
        cut in 1_usize..200,
    ) {
        let bytes: Vec<u8> = lengths.iter().flat_map(|n| frame(0x80, 0, &payload(*n))).collect();
        let ends: Vec<usize> = lengths.iter().scan(0, |end, n| { *end += 9 + n; Some(*end) }).collect();
        let mut decoder = Decoder::new(Version::V5, 1000, 1000);
        let mut position = 0;
        let mut seen = Vec::new();
        for chunk in bytes.chunks(cut) {
            let mut rest = chunk;
            while !rest.is_empty() {
                let mut pieces = 0;
                let consumed = decoder.push_one(rest, &mut |_| { pieces += 1; Ok(()) }).unwrap();
                position += consumed;
                prop_assert!(consumed > 0);
                if pieces > 0 {
                    seen.push(position);
                }
                rest = &rest[consumed..];
            }
        }
        prop_assert_eq!(seen, ends);
    }

    #[test]
    fn sealed_frames_come_out_as_they_went_in(
        lengths in prop::collection::vec(prop_oneof![0_usize..600, 30_000_usize..80_000, 131_000_usize..140_000], 1..6),
        lz4 in any::<bool>(),
        chunk in 1_usize..200_000,
    ) {
        let compression = if lz4 { Compression::Lz4 } else { Compression::None };
        let sent: Vec<Frame> = lengths.iter().enumerate().map(|(i, n)| (i as i16, payload(*n))).collect();
        let bytes: Vec<u8> = sent.iter().flat_map(|(s, b)| frame(0x80, *s, b)).collect();
        let mut out = Vec::new();
        seal(&bytes, compression, &mut out).unwrap();
        prop_assert!(open_segments(&out, compression, chunk.max(out.len() / 2000 + 1)) == sent);
    }

    #[test]
    fn compressed_bodies_come_out_as_they_went_in(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..3000),
            prop::collection::vec(0_u8..3, 0..3000),
            (0_usize..300_000).prop_map(payload),
            (0_usize..300_000).prop_map(|length| vec![7; length]),
        ],
        snappy in any::<bool>(),
    ) {
        let compression = if snappy { Compression::Snappy } else { Compression::Lz4 };
        let mut compressed = Vec::new();
        let mut out = Vec::new();
        compress_body(compression, &body, &mut compressed).unwrap();
        decompress_body(compression, &compressed, body.len(), &mut out).unwrap();
        prop_assert_eq!(&out, &body);
        if !body.is_empty() {
            prop_assert!(decompress_body(compression, &compressed, body.len() - 1, &mut out).is_err());
        }
    }

    #[test]
    fn checksums_equal_those_taken_bit_by_bit(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let seed = [0xfa, 0x2d, 0x55, 0xca];
        let slow = seed.iter().chain(&bytes).fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
        });
        prop_assert_eq!(crc32(&bytes), !slow);
        let slow = bytes.iter().fold(0x0087_5060_u32, |crc, byte| {
            (0..8).fold(crc ^ (u32::from(*byte) << 16), |crc, _| {
                let shifted = crc << 1;
                if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0197_4f0b }
            })
        });
        prop_assert_eq!(crc24(&bytes), slow);
    }

    #[test]
    fn murmur3_is_the_general_one_where_no_tail_byte_is_negative(
        mut key in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let tail = key.len() / 16 * 16;
        key[tail..].iter_mut().for_each(|byte| *byte &= 0x7f);
        let general = murmur3::murmur3_x64_128(&mut key.as_slice(), 0).unwrap() as i64;
        prop_assert_eq!(murmur3(&key), if general == i64::MIN { i64::MAX } else { general });
    }

    #[test]
    fn a_token_has_a_shard_below_their_number(token in any::<i64>(), shards in 1_u32.., ignored in 0_u32..70) {
        prop_assert!(shard_of(token, shards, ignored) < shards);
    }

    #[test]
    fn a_vint_comes_out_as_it_went_in(value in prop_oneof![any::<i64>(), -300_i64..300]) {
        let mut bytes = Vec::new();
        write_vint(&mut bytes, value);
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.vint(), Ok(value));
        prop_assert_eq!(reader.remaining(), 0);
    }

    #[test]
    fn an_execute_holds_the_values_that_were_bound(
        values in prop::collection::vec(prop::option::of(prop::collection::vec(any::<u8>(), 0..40)), 0..20),
        compression in 0_i32..3,
    ) {
        let mut block = Block::new(4);
        block.words[1] = compression;
        block.flag(0x01);
        block.words[5] = values.len() as i32;
        let listed: Vec<_> = values.iter().map(|value| (None, value.as_deref())).collect();
        block.set_range(6, &block::values(&listed));
        block.set_range(13, b"an id");
        let mut out = Vec::new();
        encode_request(&block.words, &block.bytes, opcode::EXECUTE, &mut out).unwrap();
        let mut body = out[9..].to_vec();
        if out[1] & 1 != 0 {
            let compression = Compression::from_number(compression as u32).unwrap();
            decompress_body(compression, &out[9..], 1 << 20, &mut body).unwrap();
            prop_assert!(body.len() > out.len() - 9);
        }
        let mut reader = Reader::new(&body);
        prop_assert_eq!(reader.short_bytes(), Ok(&b"an id"[..]));
        prop_assert_eq!((reader.short(), reader.byte()), (Ok(0), Ok(0x01)));
        prop_assert_eq!(reader.short(), Ok(values.len() as u16));
        for value in &values {
            prop_assert_eq!(reader.nullable_bytes(), Ok(value.as_deref()));
        }
        prop_assert_eq!(reader.remaining(), 0);
    }
}
