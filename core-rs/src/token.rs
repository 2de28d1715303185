//! From a partition key to the host and the shard that own it: the partitioners' hashes, composite keys, the search
//! in the ring, ScyllaDB's shards.

use crate::error::Result;
use crate::notation::write_short_bytes;
use core::borrow::Borrow;

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// How a cluster, or one table of it, hashes partition keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitioner {
    /// `Murmur3Partitioner`, the default.
    Murmur3,
    /// `RandomPartitioner`: MD5.
    Random,
    /// `ByteOrderedPartitioner`: the token is the key itself.
    ByteOrdered,
    /// ScyllaDB's `CDCPartitioner`: the first eight bytes of the key.
    Cdc,
}

/// The token of a key where it is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// Of Murmur3 and CDC.
    I64(i64),
    /// Of Random: 0 to 2^127.
    U128(u128),
}

/// The tokens of a cluster in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ring {
    tokens: Vec<i64>,
}

impl Partitioner {
    /// The partitioner with this number in a request block: 1 Murmur3, 2 Random, 3 ByteOrdered, 4 CDC; 0 is none.
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Murmur3),
            2 => Some(Self::Random),
            3 => Some(Self::ByteOrdered),
            4 => Some(Self::Cdc),
            _ => None,
        }
    }

    /// The token of a key, or `None` where the key has none, or is its own (ByteOrdered).
    #[must_use]
    pub fn token(self, key: &[u8]) -> Option<Token> {
        match self {
            Self::Murmur3 => Some(Token::I64(murmur3(key))),
            Self::Random => Some(Token::U128(random(key))),
            Self::ByteOrdered => None,
            Self::Cdc => cdc(key).map(Token::I64),
        }
    }
}

impl Ring {
    /// A ring of these tokens, which must be in ascending order.
    #[must_use]
    pub const fn new(tokens: Vec<i64>) -> Self {
        Self { tokens }
    }

    /// The tokens, in ascending order.
    #[must_use]
    pub fn tokens(&self) -> &[i64] {
        &self.tokens
    }

    /// The index of the first token at or after this one, around the ring; `None` where the ring is empty.
    #[must_use]
    pub fn owner(&self, token: i64) -> Option<usize> {
        owner(&self.tokens, &token)
    }
}

/// The index of the first token at or after this one, around the ring; `None` where the ring is empty. The tokens
/// must be in ascending order: `u128` for Random, byte strings for ByteOrdered.
pub fn owner<T: Borrow<Q>, Q: Ord + ?Sized>(tokens: &[T], token: &Q) -> Option<usize> {
    let index = tokens.partition_point(|entry| entry.borrow() < token);
    match tokens.len() {
        0 => None,
        length if index == length => Some(0),
        _ => Some(index),
    }
}

/// Cassandra's Murmur3: the first half of MurmurHash3 x64 128 with seed 0, in which the bytes after the last full block
/// of 16 are sign-extended. The least token is never given: it stands for the start of the ring.
///
/// Source: `MurmurHash.hash3_x64_128` and `Murmur3Partitioner` of Apache Cassandra.
#[must_use]
pub fn murmur3(key: &[u8]) -> i64 {
    let (blocks, tail) = key.as_chunks::<16>();
    let (mut h1, mut h2) = (0_u64, 0_u64);
    for block in blocks {
        let block = u128::from_le_bytes(*block);
        h1 ^= mix_first(block as u64);
        h1 = h1
            .rotate_left(27)
            .wrapping_add(h2)
            .wrapping_mul(5)
            .wrapping_add(0x52dc_e729);
        h2 ^= mix_second((block >> 64) as u64);
        h2 = h2
            .rotate_left(31)
            .wrapping_add(h1)
            .wrapping_mul(5)
            .wrapping_add(0x3849_5ab5);
    }
    let (first, second) = tail.split_at(tail.len().min(8));
    h2 ^= mix_second(sign_extended(second));
    h1 ^= mix_first(sign_extended(first));
    let length = key.len() as u64;
    h1 ^= length;
    h2 ^= length;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    not_least(h1.wrapping_add(h2) as i64)
}

/// The token of `RandomPartitioner`: the absolute value of the key's MD5 as a signed number.
#[must_use]
pub fn random(key: &[u8]) -> u128 {
    i128::from_be_bytes(md5::compute(key).0).unsigned_abs()
}

/// The token of ScyllaDB's CDC partitioner: the first eight bytes of the key; `None` where it is shorter.
#[must_use]
pub fn cdc(key: &[u8]) -> Option<i64> {
    let (head, _) = key.split_first_chunk()?;
    Some(not_least(i64::from_be_bytes(*head)))
}

/// Appends the key of a partition with several columns, given their values in the order of the key.
///
/// ```text
/// +--------+-------+----+   for each column
/// | length | value | 00 |
/// | [short]|       |    |
/// +--------+-------+----+
/// ```
pub fn composite_key<'a>(components: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) -> Result<()> {
    for component in components {
        write_short_bytes(out, component)?;
        out.push(0);
    }
    Ok(())
}

/// The shard of a ScyllaDB host that owns this token, given its shard count and the bits that it ignores.
///
/// Source: ScyllaDB's biased token round robin; the bits as in `SCYLLA_SHARDING_IGNORE_MSB`.
#[must_use]
pub fn shard_of(token: i64, shards: u32, ignore_msb: u32) -> u32 {
    let unsigned = (token as u64) ^ (1 << 63);
    let biased = unsigned.checked_shl(ignore_msb).unwrap_or(0);
    ((u128::from(biased) * u128::from(shards)) >> 64) as u32
}

fn sign_extended(bytes: &[u8]) -> u64 {
    bytes.iter().zip((0..64).step_by(8)).fold(0, |word, (byte, shift)| {
        word ^ ((i64::from(*byte as i8) as u64) << shift)
    })
}

fn mix_first(word: u64) -> u64 {
    word.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix_second(word: u64) -> u64 {
    word.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn finish(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

const fn not_least(token: i64) -> i64 {
    if token == i64::MIN {
        i64::MAX
    } else {
        token
    }
}
