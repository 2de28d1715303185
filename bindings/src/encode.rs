//! JavaScript to the wire: requests, v5 segments, routing keys.

use crate::state::{announce, number, outcome, with, State};
use ferrocql_core::compress::Compression;
use ferrocql_core::error::{Error, ErrorKind, Result};
use ferrocql_core::outbound;
use ferrocql_core::token::{Partitioner, Ring, Token};
use wasm_bindgen::prelude::wasm_bindgen;

/// Turns the request block into a frame with stream id 0, and hashes its routing key.
#[wasm_bindgen]
pub fn encode_request(opcode: u32) -> i32 {
    with(|state| {
        let result = encode(state, opcode);
        announce(&mut state.status, &state.frame);
        outcome(&mut state.status, result)
    })
}

fn encode(state: &mut State, opcode: u32) -> Result<()> {
    let opcode = u8::try_from(opcode).map_err(|_| Error::new(ErrorKind::UnknownOpcode, 0))?;
    outbound::encode_request(&state.words, &state.bytes, opcode, &mut state.frame)?;
    let partitioner = outbound::request_partitioner(&state.words);
    let token = match outbound::request_key(&state.words, &state.bytes, &mut state.key)? {
        Some(key) => partitioner.and_then(|partitioner| partitioner.token(key)),
        None => None,
    };
    write_token(state, token.as_ref());
    Ok(())
}

/// Seals the frames in `bytes[0..length)` into v5 segments.
#[wasm_bindgen]
pub fn seal(length: u32, compression: u32) -> i32 {
    with(|state| {
        let result = seal_frames(state, length as usize, compression);
        announce(&mut state.status, &state.frame);
        outcome(&mut state.status, result)
    })
}

fn seal_frames(state: &mut State, length: usize, compression: u32) -> Result<()> {
    let frames = region(&state.bytes, length)?;
    outbound::seal(frames, Compression::from_number(compression)?, &mut state.frame)
}

/// Hashes the routing key in `bytes[0..length)`.
#[wasm_bindgen]
pub fn hash_key(partitioner: u32, length: u32) -> i32 {
    with(|state| {
        let result = hash(state, partitioner, length as usize);
        outcome(&mut state.status, result)
    })
}

fn hash(state: &mut State, partitioner: u32, length: usize) -> Result<()> {
    let key = region(&state.bytes, length)?;
    let token = Partitioner::from_number(partitioner).and_then(|partitioner| partitioner.token(key));
    write_token(state, token.as_ref());
    Ok(())
}

/// Takes the ring from `words[0..2 * count)`: ascending tokens as pairs of low and high word.
#[wasm_bindgen]
pub fn set_ring(count: u32) -> i32 {
    with(|state| {
        let result = read_ring(&state.words, count as usize).map(|ring| state.ring = ring);
        outcome(&mut state.status, result)
    })
}

fn read_ring(words: &[i32], count: usize) -> Result<Ring> {
    let pairs = count
        .checked_mul(2)
        .and_then(|length| words.get(..length))
        .ok_or(Error::new(ErrorKind::InvalidRequest, 0))?;
    let tokens = pairs.chunks_exact(2).map(|pair| match pair {
        [low, high] => (i64::from(*high) << 32) | i64::from(*low as u32),
        _ => 0,
    });
    Ok(Ring::new(tokens.collect()))
}

fn region(bytes: &[u8], length: usize) -> Result<&[u8]> {
    bytes.get(..length).ok_or(Error::new(ErrorKind::InvalidRequest, length))
}

fn write_token(state: &mut State, token: Option<&Token>) {
    let status = &mut state.status;
    status[5] = -1;
    match token {
        Some(Token::I64(token)) => {
            status[2] = *token as i32;
            status[3] = (*token >> 32) as i32;
            status[4] = 1;
            status[5] = state.ring.owner(*token).map_or(-1, number);
        }
        Some(Token::U128(token)) => {
            status[4] = 2;
            for (index, word) in status[8..12].iter_mut().enumerate() {
                *word = (*token >> (32 * index)) as i32;
            }
        }
        None => status[4] = 0,
    }
}
