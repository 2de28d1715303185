//! The CQL native protocol, versions 3 to 5: bytes in, bytes out.
//!
//! No I/O, no clock, no randomness, no panic on any input. The modules are listed from the lowest layer to the
//! highest; each uses only those above it in this list.

pub mod error;
pub mod notation;
pub mod crc;
pub mod compress;
pub mod frame;
pub mod segment;
pub mod decoder;
pub mod types;
pub mod value;
pub mod metadata;
pub mod parameters;
pub mod request;
pub mod delivery;
pub mod response;
pub mod rows;
pub mod columns;
pub mod token;
pub mod inbound;
mod request_block;
pub mod outbound;
