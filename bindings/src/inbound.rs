//! The wire to JavaScript: chunks, whole bodies, and what is known of result metadata.

use crate::state::{address, announce, number, outcome, with, State};
use ferrocql_core::compress::Compression;
use ferrocql_core::error::{Error, ErrorKind, Result};
use ferrocql_core::frame::{Header, Version};
use ferrocql_core::inbound::{self, ConnectionOptions, Inbound};
use ferrocql_core::response::Dialect;
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the state of one connection; returns its handle, or -1 for a version or compression that does not exist.
#[wasm_bindgen]
pub fn open_connection(
    version: u32,
    compression: u32,
    max_frame: u32,
    big_frame: u32,
    stream_capacity: u32,
    rate_limit_code: i32,
) -> i32 {
    let (Ok(version), Ok(compression)) = (Version::from_number(version), Compression::from_number(compression)) else {
        return -1;
    };
    let connection = Inbound::new(ConnectionOptions {
        version,
        compression,
        max_frame: max_frame as usize,
        big_frame: big_frame as usize,
        stream_capacity: stream_capacity as usize,
        rate_limit_code,
    });
    with(|state| {
        let free = state.connections.iter().position(Option::is_none);
        let handle = free.unwrap_or_else(|| {
            state.connections.push(None);
            state.connections.len() - 1
        });
        state.connections[handle] = Some(connection);
        number(handle)
    })
}

/// Address of the block of a connection, fixed for its life; 0 for an unknown handle.
#[wasm_bindgen]
pub fn connection_block(handle: u32) -> i32 {
    with(|state| match state.connections.get(handle as usize) {
        Some(Some(connection)) => address(connection.block().as_ptr()),
        _ => 0,
    })
}

/// Forgets a connection.
#[wasm_bindgen]
pub fn close_connection(handle: u32) {
    with(|state| {
        if let Some(slot) = state.connections.get_mut(handle as usize) {
            *slot = None;
        }
    });
}

/// Decodes `chunk[0..length)` of a connection. Frames before a fault are delivered all the same.
#[wasm_bindgen]
pub fn push(handle: u32, length: u32) -> i32 {
    with(|state| {
        let result = push_chunk(state, handle as usize, length as usize);
        deliver(state, result)
    })
}

fn push_chunk(state: &mut State, handle: usize, length: usize) -> Result<()> {
    let Some(connection) = state.connections.get_mut(handle).and_then(Option::as_mut) else {
        state.delivery.start();
        return Err(Error::new(ErrorKind::UnknownHandle, 0));
    };
    let Some(chunk) = state.chunk.get(..length) else {
        state.delivery.start();
        return Err(Error::new(ErrorKind::Truncated, length));
    };
    connection.push(chunk, &mut state.programs, &mut state.delivery)
}

/// Decodes `bytes[0..length)`, the whole body of a frame, outside any connection.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments)] // eight numbers cross cheaper than a block is filled
pub fn decode_body(
    version: u32,
    compression: u32,
    flags: u32,
    opcode: u32,
    stream: i32,
    program_word: u32,
    rate_limit_code: i32,
    length: u32,
) -> i32 {
    with(|state| {
        let header = Header {
            version: version as u8,
            flags: flags as u8,
            opcode: opcode as u8,
            stream: stream as i16,
            body_length: length as usize,
        };
        let result = decode_whole(state, compression, &header, rate_limit_code, program_word);
        deliver(state, result)
    })
}

fn decode_whole(
    state: &mut State,
    compression: u32,
    header: &Header,
    rate_limit_code: i32,
    program_word: u32,
) -> Result<()> {
    state.delivery.start();
    let dialect = Dialect {
        version: Version::from_number(u32::from(header.version))?,
        rate_limit_code,
    };
    let compression = Compression::from_number(compression)?;
    let truncated = Error::new(ErrorKind::Truncated, header.body_length);
    let body = state.bytes.get(..header.body_length).ok_or(truncated)?;
    inbound::decode_body(
        dialect,
        compression,
        header,
        body,
        program_word,
        &mut state.programs,
        &mut state.delivery,
    );
    Ok(())
}

/// Delivers what is known of a program: its metadata bytes and its columns.
#[wasm_bindgen]
pub fn describe_program(id: u32) -> i32 {
    with(|state| {
        let result = describe(state, id);
        deliver(state, result)
    })
}

fn describe(state: &mut State, id: u32) -> Result<()> {
    state.delivery.start();
    let program = state.programs.get(id).ok_or(Error::new(ErrorKind::UnknownHandle, 0))?;
    state.delivery.put_program(program);
    state.delivery.finish();
    Ok(())
}

/// Registers the result metadata in `bytes[0..length)`; returns the program's id, or minus the number of an error kind.
#[wasm_bindgen]
pub fn register_program(length: u32) -> i32 {
    with(|state| {
        let bytes = state.bytes.get(..length as usize).unwrap_or_default();
        match state.programs.register(bytes) {
            Ok(id) => id as i32,
            Err(error) => -(error.kind as i32),
        }
    })
}

/// Forgets a program. Its id is never given again.
#[wasm_bindgen]
pub fn drop_program(id: u32) {
    with(|state| state.programs.remove(id));
}

fn deliver(state: &mut State, result: Result<()>) -> i32 {
    announce(&mut state.status, state.delivery.bytes());
    state.status[2] = number(state.delivery.frame_count());
    outcome(&mut state.status, result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::reserve_chunk;

    const READY: [u8; 9] = [0x84, 0, 0, 0, 2, 0, 0, 0, 0];

    fn push_ready(handle: u32, length: u32) -> (i32, i32) {
        reserve_chunk(READY.len() as u32);
        with(|state| state.chunk[..READY.len()].copy_from_slice(&READY));
        let kind = push(handle, length);
        (kind, with(|state| state.status[2]))
    }

    #[test]
    fn what_is_refused_delivers_nothing_of_the_last_push() {
        let handle = open_connection(4, 0, 1000, 1000, 1, -1) as u32;
        assert_eq!(push_ready(handle, 9), (0, 1));
        assert_eq!(push_ready(handle, 10), (ErrorKind::Truncated as i32, 0));
        assert_eq!(push_ready(handle, 9), (0, 1));
        let unknown = ErrorKind::UnknownHandle as i32;
        assert_eq!((describe_program(7), with(|state| state.status[2])), (unknown, 0));
        assert_eq!(push_ready(handle, 9), (0, 1));
        let version = ErrorKind::UnexpectedVersion as i32;
        assert_eq!(decode_body(9, 0, 0, 2, 0, 0, -1, 0), version);
        assert_eq!(with(|state| state.status[2]), 0);
        assert_eq!(push_ready(handle, 9), (0, 1));
        close_connection(handle);
        assert_eq!(push_ready(handle, 9), (unknown, 0));
    }
}
