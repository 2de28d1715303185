//! From a request block to a complete frame and its routing key, and from frames to v5 segments.

use crate::compress::{compress_body, Compression};
use crate::error::{Error, ErrorKind, Result};
use crate::frame::{flag, opcode, patch_length, write_header, Version, HEADER_LENGTH};
use crate::request;
use crate::request_block::{
    invalid, Items, Lists, RequestBlock, BATCH_TYPE, HEADER_FLAGS, KEYSPACE, LEAST_COMPRESSED, PARTITIONER,
    PAYLOAD_COUNT, RESULT_METADATA_ID, STRING_COUNT, TEXT_OR_ID,
};
use crate::segment::{write_segment, MAX_PAYLOAD};
use crate::token::{composite_key, Partitioner};

/// The header flags that a request block may ask for.
const KNOWN_HEADER_FLAGS: u32 = (flag::TRACING | flag::BETA) as u32;
/// What a segment adds to its payload, at most.
const SEGMENT_OVERHEAD: usize = 12;

/// Replaces what is in `out` by the frame that the request block describes, with stream id 0.
///
/// In v3 and v4 the body is compressed where that makes it shorter; STARTUP and OPTIONS never are. After an error `out`
/// is empty. The error's offset is the word of the block that is at fault, or the length that the frame had reached.
pub fn encode_request(words: &[i32], bytes: &[u8], opcode: u8, out: &mut Vec<u8>) -> Result<()> {
    out.clear();
    let result = write_frame(RequestBlock::new(words, bytes), opcode, out);
    if result.is_err() {
        out.clear();
    }
    result
}

/// The routing key of the request block: its one key range, or the composite of several, written to `scratch`. `None`
/// where the block names no key, or where a component is null.
pub fn request_key<'a>(words: &'a [i32], bytes: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<Option<&'a [u8]>> {
    let block = RequestBlock::new(words, bytes);
    let mut keys = block.lists()?.keys;
    if keys.len() <= 1 {
        return keys.next().map_or(Ok(None), |word| block.range(word));
    }
    scratch.clear();
    for word in keys {
        match block.range(word)? {
            Some(component) => composite_key([component].into_iter(), scratch)?,
            None => return Ok(None),
        }
    }
    Ok(Some(scratch))
}

/// The partitioner that the request block names.
#[must_use]
pub fn request_partitioner(words: &[i32]) -> Option<Partitioner> {
    let number = RequestBlock::new(words, &[]).unsigned(PARTITIONER).ok()?;
    Partitioner::from_number(number)
}

/// Replaces what is in `out` by the segments of these frames, which stand back to back.
///
/// As many whole frames share a self-contained segment as fit into it. A frame that none can hold becomes slices, all
/// but the last of full length, so that the first one has the frame's whole header.
///
/// Source: native_protocol_v5.spec 1, 2.1.
pub fn seal(frames: &[u8], compression: Compression, out: &mut Vec<u8>) -> Result<()> {
    out.clear();
    out.reserve(frames.len() + SEGMENT_OVERHEAD * (frames.len() / MAX_PAYLOAD + 2));
    let mut rest = frames;
    while !rest.is_empty() {
        let (payload, following) = rest.split_at(packed_length(rest)?.min(rest.len()));
        if payload.len() <= MAX_PAYLOAD {
            write_segment(payload, true, compression, out)?;
        } else {
            for slice in payload.chunks(MAX_PAYLOAD) {
                write_segment(slice, false, compression, out)?;
            }
        }
        rest = following;
    }
    Ok(())
}

/// The length of the frames that the next segment takes, or of the one that needs several.
fn packed_length(frames: &[u8]) -> Result<usize> {
    let mut packed = frame_length(frames)?;
    while packed < frames.len().min(MAX_PAYLOAD) {
        let next = frame_length(frames.get(packed..).unwrap_or_default())?;
        if packed + next > MAX_PAYLOAD {
            break;
        }
        packed += next;
    }
    Ok(packed)
}

fn frame_length(bytes: &[u8]) -> Result<usize> {
    let length = bytes.first_chunk::<HEADER_LENGTH>().and_then(|header| {
        let [.., l0, l1, l2, l3] = *header;
        usize::try_from(i32::from_be_bytes([l0, l1, l2, l3]))
            .ok()?
            .checked_add(HEADER_LENGTH)
    });
    length
        .filter(|length| *length <= bytes.len())
        .ok_or(Error::new(ErrorKind::InvalidRequest, 0))
}

fn write_frame(block: RequestBlock<'_>, opcode: u8, out: &mut Vec<u8>) -> Result<()> {
    let version = block.version()?;
    let lists = block.lists()?;
    let mut flags = block.unsigned(HEADER_FLAGS)?;
    if flags & !KNOWN_HEADER_FLAGS != 0 {
        return Err(invalid(HEADER_FLAGS));
    }
    if lists.payload.len() > 0 {
        flags |= u32::from(flag::PAYLOAD);
    }
    let start = write_header(out, version, flags as u8, 0, opcode);
    write_payload(block, version, opcode, lists.payload, out)?;
    write_message(block, version, opcode, &lists, out)?;
    if version < Version::V5 && !matches!(opcode, opcode::STARTUP | opcode::OPTIONS) {
        compress(block, start, out)?;
    }
    patch_length(out, start)
}

fn write_payload(block: RequestBlock<'_>, version: Version, opcode: u8, pairs: Items, out: &mut Vec<u8>) -> Result<()> {
    if pairs.len() == 0 {
        return Ok(());
    }
    if !matches!(
        opcode,
        opcode::QUERY | opcode::PREPARE | opcode::EXECUTE | opcode::BATCH
    ) {
        return Err(invalid(PAYLOAD_COUNT));
    }
    let pairs = pairs.map(|word| Ok((block.required(word)?, block.range(word + 2)?)));
    request::payload(version, pairs, out)
}

fn write_message(
    block: RequestBlock<'_>,
    version: Version,
    opcode: u8,
    lists: &Lists,
    out: &mut Vec<u8>,
) -> Result<()> {
    match opcode {
        opcode::STARTUP => {
            let pairs = lists.strings.pairs().ok_or(invalid(STRING_COUNT))?;
            let options = pairs.map(|word| Ok((block.required(word)?, block.required(word + 2)?)));
            request::startup(options, out)
        }
        opcode::OPTIONS => Ok(()),
        opcode::QUERY => request::query(version, block.required(TEXT_OR_ID)?, &block.parameters()?, out),
        opcode::PREPARE => {
            let keyspace = block.range_with_content(KEYSPACE)?;
            request::prepare(version, block.required(TEXT_OR_ID)?, keyspace, out)
        }
        opcode::EXECUTE => {
            let id = block.required(TEXT_OR_ID)?;
            let result_metadata_id = if version < Version::V5 {
                block.range_with_content(RESULT_METADATA_ID)?
            } else {
                block.range(RESULT_METADATA_ID)?
            };
            request::execute(version, id, result_metadata_id, &block.parameters()?, out)
        }
        opcode::REGISTER => request::register(lists.strings.map(|word| block.required(word)), out),
        opcode::BATCH => {
            let batch_type = u8::try_from(block.word(BATCH_TYPE)?).map_err(|_| invalid(BATCH_TYPE))?;
            let entries = lists.entries.map(|word| block.batch_entry(word));
            request::batch(version, batch_type, entries, &block.batch_parameters()?, out)
        }
        opcode::AUTH_RESPONSE => request::auth_response(block.range(TEXT_OR_ID)?, out),
        _ => Err(Error::new(ErrorKind::UnknownOpcode, 0)),
    }
}

/// Compresses the body behind the header at `start`, if that makes it shorter.
fn compress(block: RequestBlock<'_>, start: usize, out: &mut Vec<u8>) -> Result<()> {
    let compression = block.compression()?;
    let least = block.unsigned(LEAST_COMPRESSED)? as usize;
    let body_start = start + HEADER_LENGTH;
    let length = out.len().saturating_sub(body_start);
    if compression == Compression::None || length < least {
        return Ok(());
    }
    let body = out.split_off(body_start);
    compress_body(compression, &body, out)?;
    if out.len() - body_start < length {
        if let Some(flags) = out.get_mut(start + 1) {
            *flags |= flag::COMPRESSED;
        }
    } else {
        out.truncate(body_start);
        out.extend_from_slice(&body);
    }
    Ok(())
}
