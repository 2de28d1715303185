//! Bytes from a server that is broken or means harm: cut, flipped, lying about lengths. Each decoder gives an error, soon.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ferrocql_core::compress::{compress_body, decompress_body, decompress_segment, Compression};
use ferrocql_core::decoder::{Decoder, Piece};
use ferrocql_core::error::{Error, ErrorKind, Result};
use ferrocql_core::frame::{Prefix, Version};
use ferrocql_core::notation::Reader;
use ferrocql_core::segment::{write_segment, SegmentDecoder, MAX_PAYLOAD};
use proptest::prelude::*;

const READY: [u8; 9] = [0x85, 0, 0, 0, 0x02, 0, 0, 0, 0];

/// The payload of a segment, and whether it is self-contained.
type Payload<'a> = (&'a [u8], bool);

fn segment(payload: &[u8], compression: Compression) -> Vec<u8> {
    let mut out = Vec::new();
    write_segment(payload, true, compression, &mut out).unwrap();
    out
}

fn open_segments(bytes: &[u8], compression: Compression) -> Result<Vec<Vec<u8>>> {
    let mut payloads = Vec::new();
    let mut decoder = SegmentDecoder::new(compression);
    decoder.push(bytes, &mut |payload, _| {
        payloads.push(payload.to_vec());
        Ok(())
    })?;
    Ok(payloads)
}

fn kind<T: std::fmt::Debug>(result: Result<T>) -> ErrorKind {
    result.unwrap_err().kind
}

#[test]
fn a_segment_that_is_cut_waits_for_the_rest() {
    for compression in [Compression::None, Compression::Lz4] {
        let bytes = segment(&[7; 600], compression);
        for length in 0..bytes.len() {
            assert_eq!(open_segments(&bytes[..length], compression), Ok(vec![]));
        }
    }
}

#[test]
fn one_or_two_flipped_bits_in_a_segment_header_never_pass() {
    for (compression, bits) in [(Compression::None, 48), (Compression::Lz4, 64)] {
        let bytes = segment(&[7; 1000], compression);
        for first in 0..bits {
            for second in first..bits {
                let mut bytes = bytes.clone();
                bytes[first / 8] ^= 1 << (first % 8);
                if second != first {
                    bytes[second / 8] ^= 1 << (second % 8);
                }
                let result = open_segments(&bytes, compression);
                assert_eq!(kind(result), ErrorKind::HeaderChecksum, "{first} {second}");
            }
        }
    }
}

#[test]
fn a_segment_header_is_refused_before_its_payload_is_awaited() {
    let bytes = segment(&[7; 1000], Compression::None);
    let mut header = bytes[..6].to_vec();
    header[0] ^= 1;
    let mut decoder = SegmentDecoder::new(Compression::None);
    let mut sink = |_: &[u8], _: bool| panic!("nothing is whole");
    decoder.push(&header[..5], &mut sink).unwrap();
    decoder.push(&header[5..], &mut sink).unwrap();
    assert_eq!(
        decoder.push(&bytes[6..7], &mut sink),
        Err(Error::new(ErrorKind::HeaderChecksum, 3))
    );
}

#[test]
fn a_flipped_bit_behind_the_header_never_passes() {
    for compression in [Compression::None, Compression::Lz4] {
        let bytes = segment(&[7; 600], compression);
        let header = if compression == Compression::None { 6 } else { 8 };
        for bit in header * 8..bytes.len() * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let result = open_segments(&bytes, compression);
            assert_eq!(kind(result), ErrorKind::PayloadChecksum, "bit {bit}");
        }
    }
}

#[test]
fn there_is_no_snappy_in_segments() {
    assert_eq!(
        kind(open_segments(&[0], Compression::Snappy)),
        ErrorKind::UnexpectedCompression
    );
    assert_eq!(
        kind(write_segment(&[], true, Compression::Snappy, &mut Vec::new())),
        ErrorKind::UnexpectedCompression
    );
}

#[test]
fn a_payload_longer_than_a_segment_is_not_written() {
    let payload = vec![0; MAX_PAYLOAD + 1];
    let mut out = vec![1, 2, 3];
    let result = write_segment(&payload, false, Compression::Lz4, &mut out);
    assert_eq!(result, Err(Error::new(ErrorKind::TooLong, 3)));
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn an_error_of_the_sink_stops_the_decoders() {
    let refused = Error::new(ErrorKind::InvalidValue, 42);
    let bytes = [segment(&READY, Compression::None), segment(&READY, Compression::None)].concat();
    let mut calls = 0;
    let result = SegmentDecoder::new(Compression::None).push(&bytes, &mut |_, _| {
        calls += 1;
        Err(refused)
    });
    assert_eq!((result, calls), (Err(refused), 1));
    let mut decoder = Decoder::new(Version::V5, 100, 100);
    let result = decoder.push(&[READY, READY].concat(), &mut |_| {
        calls += 1;
        Err(refused)
    });
    assert_eq!((result, calls), (Err(refused), 2));
}

#[test]
fn a_frame_that_is_cut_waits_for_the_rest() {
    let bytes = [&READY[..8], &[3, 1, 2, 3]].concat();
    for length in 0..bytes.len() {
        let mut decoder = Decoder::new(Version::V5, 100, 100);
        decoder
            .push(&bytes[..length], &mut |piece| panic!("{piece:?}"))
            .unwrap();
        assert_eq!(decoder.tail(), &bytes[..length]);
        assert_eq!(decoder.is_between_frames(), length == 0);
    }
}

#[test]
fn a_frame_that_announces_much_and_sends_little_holds_what_it_sent() {
    let mut decoder = Decoder::new(Version::V5, 1 << 30, 1 << 30);
    let header = [0x85, 0, 0, 0, 0x08, 0x3f, 0xff, 0xff, 0xff];
    decoder.push(&header, &mut |piece| panic!("{piece:?}")).unwrap();
    decoder.push(&[0; 100], &mut |piece| panic!("{piece:?}")).unwrap();
    assert_eq!(decoder.tail().len(), 109);
}

#[test]
fn every_flipped_byte_of_a_frame_gives_an_answer() {
    let bytes = [&READY[..8], &[4, 1, 2, 3, 4], &READY].concat();
    for index in 0..bytes.len() {
        for value in 0..=255 {
            let mut bytes = bytes.clone();
            bytes[index] = value;
            let mut decoder = Decoder::new(Version::V5, 1000, 3);
            let mut total = 0;
            let result = decoder.push(&bytes, &mut |piece| {
                total += match piece {
                    Piece::Frame { body, .. } => 9 + body.len(),
                    Piece::Part { bytes, .. } => bytes.len(),
                };
                Ok(())
            });
            assert!(total <= bytes.len());
            if result.is_ok() {
                assert!(total + decoder.tail().len() <= bytes.len() + 9);
            }
        }
    }
}

#[test]
fn segments_hold_whole_frames_or_slices_of_one() {
    let body = [&[0x85, 0, 0, 1, 0x08, 0, 0, 0, 20], &[1; 20][..]].concat();
    let two = [body.as_slice(), &READY].concat();
    let cases: [(&str, &[Payload<'_>], Option<ErrorKind>); 11] = [
        ("whole frames", &[(&two, true), (&READY, true)], None),
        (
            "slices",
            &[
                (&body[..9], false),
                (&body[9..15], false),
                (&body[15..], false),
                (&READY, true),
            ],
            None,
        ),
        (
            "one slice that is all of its frame",
            &[(&body, false), (&READY, true)],
            None,
        ),
        ("an empty segment", &[(&[], true)], None),
        (
            "an unfinished frame in a self-contained segment",
            &[(&body[..28], true)],
            Some(ErrorKind::InvalidSegment),
        ),
        (
            "part of a header in a self-contained segment",
            &[(&READY[..8], true)],
            Some(ErrorKind::InvalidSegment),
        ),
        (
            "a first slice without the whole header",
            &[(&body[..8], false)],
            Some(ErrorKind::InvalidSegment),
        ),
        ("an empty first slice", &[(&[], false)], Some(ErrorKind::InvalidSegment)),
        (
            "a second frame behind the last slice",
            &[(&body[..10], false), (&two[10..], false)],
            Some(ErrorKind::InvalidSegment),
        ),
        (
            "a self-contained segment that goes on where a slice ended",
            &[(&body[..10], false), (&body[10..], true)],
            Some(ErrorKind::InvalidSegment),
        ),
        (
            "a self-contained segment among slices",
            &[(&body[..10], false), (&READY, true)],
            Some(ErrorKind::InvalidSegment),
        ),
    ];
    for big_frame in [1000, 5] {
        for (name, segments, expected) in &cases {
            let mut decoder = Decoder::new(Version::V5, 1000, big_frame);
            let result = segments.iter().try_for_each(|(payload, is_self_contained)| {
                decoder.push_segment(payload, *is_self_contained, &mut |_| Ok(()))
            });
            assert_eq!(
                result.err().map(|error| error.kind),
                *expected,
                "{name}, big from {big_frame}"
            );
        }
    }
}

#[test]
fn a_cut_body_does_not_decompress() {
    for compression in [Compression::Lz4, Compression::Snappy] {
        let mut bytes = Vec::new();
        compress_body(compression, &[7, 8, 9, 7, 8, 9, 1, 1, 1, 1].repeat(50), &mut bytes).unwrap();
        for length in 0..bytes.len() {
            let result = decompress_body(compression, &bytes[..length], 1000, &mut Vec::new());
            assert_eq!(kind(result), ErrorKind::InvalidCompression, "{compression:?} {length}");
        }
    }
}

#[test]
fn a_body_over_the_limit_is_not_allocated() {
    let mut out = Vec::new();
    for (compression, announced) in [
        (Compression::Lz4, &[0x7f, 0xff, 0xff, 0xff, 0x1f, 0x61, 1, 0][..]),
        (Compression::Snappy, &[0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0x61]),
    ] {
        for max in [1000, usize::MAX] {
            let result = decompress_body(compression, announced, max, &mut out);
            assert_eq!(kind(result), ErrorKind::InvalidCompression);
            assert_eq!(out.capacity(), 0);
        }
    }
    let result = decompress_segment(&[0x1f, 0x61], 131_071, &mut out);
    assert_eq!(kind(result), ErrorKind::InvalidCompression);
    assert_eq!(out.capacity(), 0);
}

#[test]
fn a_good_body_over_the_limit_is_too_large_and_not_damaged() {
    for compression in [Compression::Lz4, Compression::Snappy] {
        let mut compressed = Vec::new();
        compress_body(compression, &[7; 1001], &mut compressed).unwrap();
        let mut out = Vec::new();
        let result = decompress_body(compression, &compressed, 1000, &mut out);
        assert_eq!((kind(result), out.capacity()), (ErrorKind::FrameTooLarge, 0));
        assert_eq!(decompress_body(compression, &compressed, 1001, &mut out), Ok(()));
    }
}

#[test]
fn a_run_of_bytes_that_could_be_a_length_past_32_bits_is_refused() {
    let literals = 1 << 23;
    let mut block = (literals as u32).to_be_bytes().to_vec();
    block.push(0xf0);
    block.extend(vec![0xff; (literals - 15) / 255]);
    block.push(((literals - 15) % 255) as u8);
    block.extend(vec![0xff; literals]);
    let mut out = Vec::new();
    let result = decompress_body(Compression::Lz4, &block, 1 << 28, &mut out);
    assert_eq!(kind(result), ErrorKind::InvalidCompression);
    let ends_the_run = block.len() - literals / 2;
    block[ends_the_run] = 0;
    assert_eq!(decompress_body(Compression::Lz4, &block, 1 << 28, &mut out), Ok(()));
}

#[test]
fn a_prefix_that_is_cut_or_lies_is_an_error() {
    let good = [
        &[9_u8; 16][..],
        &[0, 1, 0, 2, b'o', b'k'],
        &[0, 1, 0, 1, b'k', 0, 0, 0, 1, 5],
    ]
    .concat();
    assert!(Prefix::read(&mut Reader::new(&good), 0x0e).is_ok());
    for length in 0..good.len() {
        assert!(
            Prefix::read(&mut Reader::new(&good[..length]), 0x0e).is_err(),
            "{length}"
        );
    }
    let counts = [(0x08, [0xff, 0xff, 0, 0]), (0x04, [0xff, 0xff, 0, 0])];
    for (flags, lie) in counts {
        assert_eq!(
            kind(Prefix::read(&mut Reader::new(&lie), flags)),
            ErrorKind::CountTooLarge
        );
    }
    let not_utf8 = [0, 1, 0, 1, 0xff];
    assert_eq!(
        kind(Prefix::read(&mut Reader::new(&not_utf8), 0x08)),
        ErrorKind::InvalidUtf8
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_decoder_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        cut in 1_usize..50,
        is_self_contained in any::<bool>(),
    ) {
        for compression in [Compression::None, Compression::Lz4, Compression::Snappy] {
            let mut segments = SegmentDecoder::new(compression);
            let mut decoder = Decoder::new(Version::V4, 100, 30);
            decoder.restore(&bytes[bytes.len() / 2..], cut);
            for chunk in bytes.chunks(cut) {
                let _ = segments.push(chunk, &mut |_, _| Ok(()));
                let _ = decoder.push_segment(chunk, is_self_contained, &mut |_| Ok(()));
            }
            let mut out = Vec::new();
            let _ = decompress_body(compression, &bytes, 10_000, &mut out);
            prop_assert!(out.len() <= 10_000);
            let _ = decompress_segment(&bytes, 500, &mut out);
        }
        for flags in 0..16 {
            let _ = Prefix::read(&mut Reader::new(&bytes), flags);
        }
    }

    #[test]
    fn a_damaged_block_never_gives_more_than_it_announces(
        body in prop::collection::vec(0_u8..4, 1..2000),
        index in any::<prop::sample::Index>(),
        value in any::<u8>(),
        snappy in any::<bool>(),
    ) {
        let compression = if snappy { Compression::Snappy } else { Compression::Lz4 };
        let mut bytes = Vec::new();
        compress_body(compression, &body, &mut bytes).unwrap();
        let index = index.index(bytes.len());
        bytes[index] = value;
        let mut out = Vec::new();
        if decompress_body(compression, &bytes, 10_000, &mut out).is_ok() {
            prop_assert!(out.len() <= 10_000);
        }
    }
}
