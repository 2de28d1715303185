//! LZ4 and Snappy over a whole body (v3, v4), LZ4 over the payload of a segment (v5).
//! What a block announces is held against limits before a byte is allocated for it, and against the result afterwards.

use crate::error::{Error, ErrorKind, Result};
use crate::notation::write_int;

/// What STARTUP has agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Bodies and segments are sent as they are.
    None,
    /// The LZ4 block format.
    Lz4,
    /// The raw Snappy format; v3 and v4 only.
    Snappy,
}

/// A byte of LZ4 stands for 255 bytes at most.
const LZ4_RATIO: usize = 255;
/// Three bytes of Snappy copy 64 bytes at most.
const SNAPPY_RATIO: usize = 22;
/// What the rounding of a short block may add to the ratio.
const SLACK: usize = 64;
/// A longer run of `ff` announces a length near 2^32, which the decoder would add up past 32 bits.
const LONGEST_LZ4_LENGTH: usize = 1 << 23;

impl Compression {
    /// The compression with this number in a request block: 0 none, 1 LZ4, 2 Snappy.
    pub const fn from_number(number: u32) -> Result<Self> {
        match number {
            0 => Ok(Self::None),
            1 => Ok(Self::Lz4),
            2 => Ok(Self::Snappy),
            _ => Err(Error::new(ErrorKind::InvalidRequest, 0)),
        }
    }
}

/// Appends the compressed body to `out`.
///
/// ```text
/// LZ4      +-----------------------------+--------------+
///          | uncompressed length [int]   | block        |
///          +-----------------------------+--------------+
/// Snappy   | block, its own length first                |
///          +--------------------------------------------+
/// ```
///
/// Source: native_protocol_v4.spec 5.
pub fn compress_body(compression: Compression, body: &[u8], out: &mut Vec<u8>) -> Result<()> {
    match compression {
        Compression::None => out.extend_from_slice(body),
        Compression::Lz4 => {
            write_int(out, i32::try_from(body.len()).map_err(|_| too_long(out))?);
            compress_segment(body, out)?;
        }
        Compression::Snappy => {
            let start = out.len();
            out.resize(start + snap::raw::max_compress_len(body.len()), 0);
            let room = out.get_mut(start..).unwrap_or_default();
            let written = snap::raw::Encoder::new().compress(body, room);
            truncate(out, start, written.ok())?;
        }
    }
    Ok(())
}

/// Replaces what is in `out` by the decompressed body, of `max` bytes at most. After an error `out` holds no meaning.
pub fn decompress_body(compression: Compression, body: &[u8], max: usize, out: &mut Vec<u8>) -> Result<()> {
    match compression {
        Compression::None => Err(Error::new(ErrorKind::UnexpectedCompression, 0)),
        Compression::Lz4 => {
            let (length, block) = body.split_first_chunk::<4>().ok_or_else(invalid)?;
            let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| invalid())?;
            reserve(out, length, max, block.len(), LZ4_RATIO)?;
            lz4(block, out)
        }
        Compression::Snappy => {
            let length = snap::raw::decompress_len(body).map_err(|_| invalid())?;
            reserve(out, length, max, body.len(), SNAPPY_RATIO)?;
            match snap::raw::Decoder::new().decompress(body, out) {
                Ok(written) if written == length => Ok(()),
                _ => Err(invalid()),
            }
        }
    }
}

/// Appends the LZ4 block of a segment payload to `out`: without a length, which the segment header has.
pub fn compress_segment(payload: &[u8], out: &mut Vec<u8>) -> Result<()> {
    let start = out.len();
    out.resize(start + lz4_flex::block::get_maximum_output_size(payload.len()), 0);
    let room = out.get_mut(start..).unwrap_or_default();
    let written = lz4_flex::block::compress_into(payload, room);
    truncate(out, start, written.ok())
}

/// Replaces what is in `out` by the payload of which a segment holds this LZ4 block and this length.
pub fn decompress_segment(block: &[u8], length: usize, out: &mut Vec<u8>) -> Result<()> {
    reserve(out, length, length, block.len(), LZ4_RATIO)?;
    lz4(block, out)
}

fn lz4(block: &[u8], out: &mut [u8]) -> Result<()> {
    if block.is_empty() && out.is_empty() {
        return Ok(());
    }
    if block.len() >= LONGEST_LZ4_LENGTH
        && block
            .split(|byte| *byte != 0xff)
            .any(|run| run.len() >= LONGEST_LZ4_LENGTH)
    {
        return Err(invalid());
    }
    match lz4_flex::block::decompress_into(block, out) {
        Ok(written) if written == out.len() => Ok(()),
        _ => Err(invalid()),
    }
}

fn reserve(out: &mut Vec<u8>, length: usize, max: usize, compressed: usize, ratio: usize) -> Result<()> {
    if length > compressed.saturating_mul(ratio).saturating_add(SLACK) {
        return Err(invalid());
    }
    if length > max {
        return Err(Error::new(ErrorKind::FrameTooLarge, 0));
    }
    out.resize(length, 0);
    Ok(())
}

fn truncate(out: &mut Vec<u8>, start: usize, written: Option<usize>) -> Result<()> {
    out.truncate(start + written.unwrap_or_default());
    written.map(|_| ()).ok_or_else(|| too_long(out))
}

fn invalid() -> Error {
    Error::new(ErrorKind::InvalidCompression, 0)
}

fn too_long(out: &[u8]) -> Error {
    Error::new(ErrorKind::TooLong, out.len())
}
