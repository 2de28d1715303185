//! The golden bytes of checksums, compression, segments, frames and tokens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod vectors;

use ferrocql_core::compress::{compress_body, decompress_body, Compression};
use ferrocql_core::crc::{crc24, crc32};
use ferrocql_core::decoder::{Decoder, Piece};
use ferrocql_core::error::ErrorKind;
use ferrocql_core::frame::{Prefix, Version};
use ferrocql_core::notation::Reader;
use ferrocql_core::segment::{write_segment, SegmentDecoder};
use ferrocql_core::token::{cdc, composite_key, murmur3, random, shard_of};
use serde::Deserialize;

const MAX_FRAME: usize = 256 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checksum {
    crc24: Option<String>,
    crc32: Option<String>,
}

#[test]
fn checksums_are_those_of_the_protocol() {
    for vector in vectors::read::<Checksum>("checksums.json") {
        let bytes = vector.bytes();
        if let Some(expected) = &vector.value.crc24 {
            assert_eq!(&format!("{:06x}", crc24(&bytes)), expected, "{}", vector.name);
        }
        if let Some(expected) = &vector.value.crc32 {
            assert_eq!(&format!("{:08x}", crc32(&bytes)), expected, "{}", vector.name);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Compressed {
    compression: String,
    body: Option<String>,
    error: Option<String>,
}

#[test]
fn compressed_bodies_give_what_was_compressed_or_are_refused() {
    for vector in vectors::read::<Compressed>("compression.json") {
        let compression = compression(&vector.value.compression);
        let mut out = b"of the last body".to_vec();
        let result = decompress_body(compression, &vector.bytes(), MAX_FRAME, &mut out);
        assert_eq!(error_name(result), vector.value.error, "{}", vector.name);
        if let Some(body) = &vector.value.body {
            let body = vectors::bytes(body);
            assert_eq!(out, body, "{}", vector.name);
            let mut again = Vec::new();
            compress_body(compression, &body, &mut again).unwrap();
            decompress_body(compression, &again, body.len(), &mut out).unwrap();
            assert_eq!(out, body, "{} compressed again", vector.name);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Segment {
    compression: String,
    self_contained: bool,
    sent_length: usize,
    /// Absent where `hex` is the header alone.
    payload: Option<String>,
    /// Whether these are the bytes that we would write.
    written: bool,
}

#[test]
fn segments_give_their_payload_and_are_written_as_they_are_read() {
    for vector in vectors::read::<Segment>("segments.json") {
        let Some(payload) = &vector.value.payload else {
            continue;
        };
        let payload = vectors::bytes(payload);
        let compression = compression(&vector.value.compression);
        let mut seen = Vec::new();
        let mut decoder = SegmentDecoder::new(compression);
        let result = decoder.push(&vector.bytes(), &mut |payload, is_self_contained| {
            seen.push((payload.to_vec(), is_self_contained));
            Ok(())
        });
        assert_eq!(result, Ok(()), "{}", vector.name);
        assert_eq!(
            seen,
            [(payload.clone(), vector.value.self_contained)],
            "{}",
            vector.name
        );
        if vector.value.written {
            let mut out = Vec::new();
            write_segment(&payload, vector.value.self_contained, compression, &mut out).unwrap();
            assert_eq!(out, vector.bytes(), "{}", vector.name);
        }
    }
}

#[test]
fn a_segment_header_says_how_many_bytes_follow_it() {
    for vector in vectors::read::<Segment>("segments.json") {
        let Segment {
            payload: None,
            sent_length,
            ..
        } = &vector.value
        else {
            continue;
        };
        let mut decoder = SegmentDecoder::new(compression(&vector.value.compression));
        let wrong = vec![0x55; sent_length + 3];
        let mut sink = |_: &[u8], _: bool| panic!("{}", vector.name);
        decoder.push(&vector.bytes(), &mut sink).unwrap();
        decoder.push(&wrong, &mut sink).unwrap();
        let error = decoder.push(&[0x55], &mut sink).unwrap_err();
        assert_eq!(error.kind, ErrorKind::PayloadChecksum, "{}", vector.name);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Frame {
    negotiating: bool,
    flags: u8,
    stream: i16,
    opcode: u8,
    tracing_id: Option<String>,
    warnings: Vec<String>,
    payload: Vec<(String, Option<String>)>,
    message: String,
    error: Option<String>,
}

#[test]
fn frames_give_header_prefix_and_message_or_are_refused() {
    for vector in vectors::read::<Frame>("frames.json") {
        let expected = &vector.value;
        let version = Version::from_number(u32::from(vector.version.unwrap())).unwrap();
        let mut decoder = Decoder::new(version, MAX_FRAME, MAX_FRAME);
        decoder.set_negotiating(expected.negotiating);
        let mut count = 0;
        let result = decoder.push(&vector.bytes(), &mut |piece| {
            let Piece::Frame { header, body } = piece else {
                panic!("{}", vector.name);
            };
            count += 1;
            assert_eq!(
                (header.flags, header.stream, header.opcode, header.body_length),
                (expected.flags, expected.stream, expected.opcode, body.len()),
                "{}",
                vector.name
            );
            let mut reader = Reader::new(body);
            let prefix = Prefix::read(&mut reader, header.flags)?;
            assert_eq!(
                prefix.tracing_id.map(|id| hex(&id)),
                expected.tracing_id,
                "{}",
                vector.name
            );
            assert_eq!(prefix.warnings, expected.warnings, "{}", vector.name);
            let payload: Vec<(String, Option<String>)> = prefix
                .payload
                .iter()
                .map(|(key, value)| (key.to_string(), value.map(hex)))
                .collect();
            assert_eq!(payload, expected.payload, "{}", vector.name);
            assert_eq!(hex(reader.rest()), expected.message, "{}", vector.name);
            Ok(())
        });
        assert_eq!(error_name(result), expected.error, "{}", vector.name);
        assert_eq!(count, i32::from(expected.error.is_none()), "{}", vector.name);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    partitioner: Option<String>,
    /// The columns of the partition key, where there are several.
    components: Option<Vec<String>>,
    token: String,
    shards: Vec<Shard>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Shard {
    shards: u32,
    ignore_msb: u32,
    shard: u32,
}

#[test]
fn keys_have_the_tokens_and_shards_that_servers_give_them() {
    for vector in vectors::read::<Token>("tokens.json") {
        let key = vector.bytes();
        if let Some(components) = &vector.value.components {
            let components: Vec<Vec<u8>> = components.iter().map(|hex| vectors::bytes(hex)).collect();
            let mut composite = Vec::new();
            composite_key(components.iter().map(Vec::as_slice), &mut composite).unwrap();
            assert_eq!(composite, key, "{}", vector.name);
        }
        let token = match vector.value.partitioner.as_deref() {
            Some("murmur3") => murmur3(&key).to_string(),
            Some("random") => random(&key).to_string(),
            Some("cdc") => cdc(&key).unwrap().to_string(),
            _ => vector.value.token.clone(),
        };
        assert_eq!(token, vector.value.token, "{}", vector.name);
        for Shard {
            shards,
            ignore_msb,
            shard,
        } in &vector.value.shards
        {
            let token = token.parse().unwrap();
            assert_eq!(
                shard_of(token, *shards, *ignore_msb),
                *shard,
                "{} of {shards}",
                vector.name
            );
        }
    }
}

fn compression(name: &str) -> Compression {
    match name {
        "none" => Compression::None,
        "lz4" => Compression::Lz4,
        "snappy" => Compression::Snappy,
        _ => panic!("no compression is called {name}"),
    }
}

fn error_name(result: ferrocql_core::error::Result<()>) -> Option<String> {
    result.err().map(|error| format!("{:?}", error.kind))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
