//! The golden bytes of requests, through the request block that JavaScript fills.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod block;
mod vectors;

use block::Block;
use ferrocql_core::outbound::encode_request;
use serde::Deserialize;

const OPCODES: [(&str, u8); 8] = [
    ("STARTUP", 0x01),
    ("OPTIONS", 0x05),
    ("QUERY", 0x07),
    ("PREPARE", 0x09),
    ("EXECUTE", 0x0a),
    ("REGISTER", 0x0b),
    ("BATCH", 0x0d),
    ("AUTH_RESPONSE", 0x0f),
];

/// What a request says; absent is what it does not say. Bytes are in hexadecimal.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct Request {
    opcode: String,
    stream: u16,
    tracing: bool,
    payload: Vec<(String, Option<String>)>,
    options: Vec<(String, String)>,
    events: Vec<String>,
    token: Option<String>,
    cql: Option<String>,
    id: Option<String>,
    result_metadata_id: Option<String>,
    consistency: u16,
    values: Option<Vec<Option<String>>>,
    names: Option<Vec<String>>,
    skip_metadata: bool,
    page_size: Option<i32>,
    paging_state: Option<String>,
    serial_consistency: Option<i32>,
    timestamp: Option<String>,
    keyspace: Option<String>,
    now_in_seconds: Option<i32>,
    batch_type: i32,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    cql: Option<String>,
    id: Option<String>,
    values: Vec<Option<String>>,
}

#[test]
fn requests_have_the_bytes_of_the_protocol() {
    let mut seen = std::collections::BTreeSet::new();
    for vector in vectors::read::<Request>("requests.json") {
        let request = &vector.value;
        let (_, opcode) = OPCODES
            .into_iter()
            .find(|(name, _)| *name == request.opcode)
            .expect("the name of an opcode");
        seen.insert(opcode);
        let block = fill(i32::from(vector.version.unwrap()), request);
        let mut out = b"of the last request".to_vec();
        encode_request(&block.words, &block.bytes, opcode, &mut out)
            .unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(out[2..4], [0, 0], "the stream id is left to JavaScript");
        out[2..4].copy_from_slice(&request.stream.to_be_bytes());
        assert_eq!(out, vector.bytes(), "{}", vector.name);
    }
    assert_eq!(seen.len(), OPCODES.len(), "every opcode has a vector");
}

fn fill(version: i32, request: &Request) -> Block {
    let mut block = Block::new(version);
    block.words[2] = if request.tracing { 0x02 } else { 0 };
    block.words[3] = i32::from(request.consistency);
    block.words[21] = request.batch_type;
    let text_or_id = request.cql.clone().map(String::into_bytes);
    let id = request.id.as_ref().or(request.token.as_ref());
    if let Some(bytes) = text_or_id.or(id.map(|hex| vectors::bytes(hex))) {
        block.set_range(13, &bytes);
    }
    if let Some(id) = &request.result_metadata_id {
        block.set_range(15, &vectors::bytes(id));
    }
    fill_parameters(&mut block, request);
    for entry in &request.entries {
        let (kind, text_or_id) = match &entry.cql {
            Some(cql) => (0, cql.clone().into_bytes()),
            None => (1, vectors::bytes(entry.id.as_ref().unwrap())),
        };
        let [start, length] = block.range(&text_or_id);
        let [values, values_length] = block.range(&values(&entry.values, None));
        let count = entry.values.len() as i32;
        block.item(22, &[kind, start, length, count, values, values_length]);
    }
    for (key, value) in &request.payload {
        let [start, length] = block.range(key.as_bytes());
        let value = value.as_ref().map(|hex| vectors::bytes(hex));
        let [value, value_length] = block.nullable(value.as_deref());
        block.item(23, &[start, length, value, value_length]);
    }
    let options = request.options.iter().flat_map(|(key, value)| [key, value]);
    for text in options.chain(&request.events) {
        let range = block.range(text.as_bytes());
        block.item(24, &range);
    }
    block
}

fn fill_parameters(block: &mut Block, request: &Request) {
    if let Some(list) = &request.values {
        block.flag(0x01);
        block.words[5] = list.len() as i32;
        block.set_range(6, &values(list, request.names.as_ref()));
    }
    if request.names.is_some() {
        block.flag(0x40);
    }
    if request.skip_metadata {
        block.flag(0x02);
    }
    if let Some(page_size) = request.page_size {
        block.flag(0x04);
        block.words[8] = page_size;
    }
    if let Some(paging_state) = &request.paging_state {
        block.flag(0x08);
        block.set_range(17, &vectors::bytes(paging_state));
    }
    if let Some(serial_consistency) = request.serial_consistency {
        block.flag(0x10);
        block.words[9] = serial_consistency;
    }
    if let Some(timestamp) = &request.timestamp {
        let timestamp: i64 = timestamp.parse().unwrap();
        block.flag(0x20);
        block.words[10] = timestamp as i32;
        block.words[11] = (timestamp >> 32) as i32;
    }
    if let Some(keyspace) = &request.keyspace {
        block.set_range(19, keyspace.as_bytes());
        if request.opcode != "PREPARE" {
            block.flag(0x80);
        }
    }
    if let Some(now) = request.now_in_seconds {
        block.flag(0x100);
        block.words[12] = now;
    }
}

fn values(values: &[Option<String>], names: Option<&Vec<String>>) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, value) in values.iter().enumerate() {
        let name = names.map(|names| names[index].as_str());
        match value.as_deref() {
            Some("unset") => out.extend([0xff, 0xff, 0xff, 0xfe]),
            Some(hex) => out.extend(block::values(&[(name, Some(&vectors::bytes(hex)))])),
            None => out.extend(block::values(&[(name, None)])),
        }
    }
    out
}
