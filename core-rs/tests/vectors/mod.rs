//! Reads `test/vectors/*.json`: arrays of `{ name, spec, version, hex, value }`, where `hex` is the bytes on the wire
//! in groups that a reader can tell apart, and `value` is what they mean. The TypeScript tests read the same files.

#![allow(dead_code)] // Each test file uses its part.

use serde::de::DeserializeOwned;
use serde::Deserialize;
use std::path::Path;

/// One entry of a file of vectors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector<T> {
    /// A sentence.
    pub name: String,
    /// Where the layout is written down.
    pub spec: String,
    /// The protocol version, where it matters.
    pub version: Option<u8>,
    /// The CQL type, where the bytes are a value.
    #[serde(rename = "type")]
    pub ty: Option<serde_json::Value>,
    /// The bytes.
    pub hex: String,
    /// Their meaning.
    pub value: T,
}

impl<T> Vector<T> {
    /// The bytes that `hex` spells.
    pub fn bytes(&self) -> Vec<u8> {
        bytes(&self.hex)
    }
}

/// The bytes that these groups of hexadecimal digits spell.
pub fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(
        digits.len().is_multiple_of(2),
        "odd number of hexadecimal digits in {hex}"
    );
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap())
        .collect()
}

/// All vectors of one file, each with its source and a version that exists.
pub fn read<T: DeserializeOwned>(file: &str) -> Vec<Vector<T>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../test/vectors").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let vectors: Vec<Vector<T>> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for vector in &vectors {
        assert!(!vector.spec.is_empty(), "{}", vector.name);
        assert!(
            vector.version.is_none_or(|version| (3..=5).contains(&version)),
            "{}",
            vector.name
        );
    }
    vectors
}
