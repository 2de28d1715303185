//! The one state of an instance: the regions that JavaScript writes, the buffers that it reads, and the status block.
//!
//! ```text
//! status word   0     1      2        3        4           5           6             8..11
//!               ptr   len    token lo token hi token kind  ring index  error offset  128-bit token
//!               ptr   len    frames   (push, decode_body)              error offset
//! ```

use ferrocql_core::delivery::Delivery;
use ferrocql_core::error::{Error, Result};
use ferrocql_core::inbound::Inbound;
use ferrocql_core::metadata::Programs;
use ferrocql_core::token::Ring;
use std::cell::RefCell;
use wasm_bindgen::prelude::wasm_bindgen;

/// Words of the status block.
pub const STATUS_WORDS: usize = 16;

/// Everything that an instance remembers between two calls.
pub struct State {
    pub status: Box<[i32; STATUS_WORDS]>,
    pub words: Vec<i32>,
    pub bytes: Vec<u8>,
    pub chunk: Vec<u8>,
    pub frame: Vec<u8>,
    pub key: Vec<u8>,
    pub delivery: Delivery,
    pub connections: Vec<Option<Inbound>>,
    pub programs: Programs,
    pub ring: Ring,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State {
        status: Box::new([0; STATUS_WORDS]),
        words: Vec::new(),
        bytes: Vec::new(),
        chunk: Vec::new(),
        frame: Vec::new(),
        key: Vec::new(),
        delivery: Delivery::new(),
        connections: Vec::new(),
        programs: Programs::new(),
        ring: Ring::default(),
    });
}

/// Runs `f` on the state of this instance.
pub fn with<T>(f: impl FnOnce(&mut State) -> T) -> T {
    STATE.with(|state| f(&mut state.borrow_mut()))
}

/// The number that stands for this outcome: 0, or that of the error kind; the offset goes into the status block.
pub fn outcome(status: &mut [i32; STATUS_WORDS], result: Result<()>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(Error { kind, offset }) => {
            status[6] = number(offset);
            kind as i32
        }
    }
}

/// Announces a buffer in the status block.
pub fn announce(status: &mut [i32; STATUS_WORDS], buffer: &[u8]) {
    status[0] = address(buffer.as_ptr());
    status[1] = number(buffer.len());
}

/// A size as it crosses. Linear memory ends at 1 GiB, so that every size fits.
pub fn number(size: usize) -> i32 {
    size as i32
}

/// An address as it crosses.
pub fn address<T>(pointer: *const T) -> i32 {
    pointer as usize as i32
}

/// Address of the status block; fixed for the life of the instance.
#[wasm_bindgen]
pub fn status() -> i32 {
    with(|state| address(state.status.as_ptr()))
}

/// Makes room for `count` words of a request block, keeping what is there; returns their address.
#[wasm_bindgen]
pub fn reserve_words(count: u32) -> i32 {
    with(|state| reserve(&mut state.words, count))
}

/// Makes room for `length` bytes of a request block, keeping what is there; returns their address.
#[wasm_bindgen]
pub fn reserve_bytes(length: u32) -> i32 {
    with(|state| reserve(&mut state.bytes, length))
}

/// Makes room for a chunk of `length` bytes; returns its address.
#[wasm_bindgen]
pub fn reserve_chunk(length: u32) -> i32 {
    with(|state| reserve(&mut state.chunk, length))
}

/// Gives the memory of the regions back to the allocator.
#[wasm_bindgen]
pub fn release_regions() {
    with(|state| {
        state.words = Vec::new();
        state.bytes = Vec::new();
        state.chunk = Vec::new();
        state.frame = Vec::new();
    });
}

fn reserve<T: Copy + Default>(region: &mut Vec<T>, length: u32) -> i32 {
    let length = length as usize;
    if region.len() < length {
        region.resize(length, T::default());
    }
    address(region.as_ptr())
}
