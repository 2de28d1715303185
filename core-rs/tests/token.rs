//! The search in the ring, and the shards of hosts with odd settings.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ferrocql_core::token::{cdc, owner, shard_of, Partitioner, Ring, Token};

#[test]
fn the_owner_is_the_first_token_at_or_after_ours() {
    let ring = Ring::new(vec![i64::MIN + 1, -5, 0, 7]);
    let owners = [i64::MIN, i64::MIN + 1, -6, -5, -4, 0, 1, 7].map(|token| ring.owner(token));
    assert_eq!(owners, [0, 0, 1, 1, 2, 2, 3, 3].map(Some));
}

#[test]
fn a_token_behind_the_last_one_belongs_to_the_first() {
    let ring = Ring::new(vec![-5, 0, 7]);
    assert_eq!([8, i64::MAX].map(|token| ring.owner(token)), [Some(0), Some(0)]);
}

#[test]
fn an_empty_ring_has_no_owner() {
    assert_eq!(Ring::default().owner(0), None);
}

#[test]
fn tokens_of_other_partitioners_are_searched_in_the_same_way() {
    let numbers = [1_u128 << 64, 1 << 100, 1 << 127];
    assert_eq!(owner(&numbers, &(1 << 99)), Some(1));
    let keys = [b"b".to_vec(), b"ba".to_vec(), b"\xff".to_vec()];
    let owners = ["a", "b", "b\0", "c"].map(|key| owner(&keys, key.as_bytes()));
    assert_eq!(owners, [0, 0, 1, 2].map(Some));
    assert_eq!(owner(&keys, &b"\xff\0"[..]), Some(0));
}

#[test]
fn the_token_of_a_byte_ordered_key_is_the_key() {
    assert_eq!(Partitioner::ByteOrdered.token(b"key"), None);
}

#[test]
fn a_change_log_key_of_less_than_eight_bytes_has_no_token() {
    assert_eq!(cdc(&[1; 7]), None);
    assert_eq!(Partitioner::Cdc.token(&[0; 8]), Some(Token::I64(0)));
}

#[test]
fn a_host_of_one_shard_or_none_has_shard_0() {
    assert_eq!([0, 1].map(|shards| shard_of(i64::MAX, shards, 12)), [0, 0]);
}

#[test]
fn a_host_that_ignores_all_bits_has_shard_0() {
    assert_eq!([64, u32::MAX].map(|bits| shard_of(-1, 8, bits)), [0, 0]);
}
