//! The segments of protocol v5: a small header with its checksum, a payload, the payload's checksum. Segments know
//! nothing of frames: who may share one is decided in `decoder` and `outbound`.

use crate::compress::{compress_segment, decompress_segment, Compression};
use crate::crc::{crc24, crc32};
use crate::error::{Error, ErrorKind, Result};

/// The most that one segment can hold, before and after compression.
pub const MAX_PAYLOAD: usize = (1 << LENGTH_BITS) - 1;

/// Payloads shorter than this are not worth compressing.
pub const MIN_COMPRESSED: usize = 512;

const LENGTH_BITS: u32 = 17;
const CRC24_LENGTH: usize = 3;
const CRC32_LENGTH: usize = 4;

/// What is called for each payload, in order; the flag says whether the segment was self-contained.
pub type PayloadSink<'s> = dyn FnMut(&[u8], bool) -> Result<()> + 's;

/// Turns bytes as they arrive into payloads. Keeps an unfinished segment and nothing else.
#[derive(Debug)]
pub struct SegmentDecoder {
    compression: Compression,
    tail: Vec<u8>,
    decompressed: Vec<u8>,
}

/// What a segment's header says.
#[derive(Clone, Copy, Debug)]
struct Header {
    /// Bytes of the header itself, checksum included.
    length: usize,
    /// Bytes of the payload as it was sent.
    sent: usize,
    /// Bytes of the payload once decompressed; 0: it was sent as it is.
    uncompressed: usize,
    is_self_contained: bool,
}

impl SegmentDecoder {
    /// A decoder at the start of a segment. There is no Snappy in v5: with it every push is refused.
    #[must_use]
    pub const fn new(compression: Compression) -> Self {
        Self {
            compression,
            tail: Vec::new(),
            decompressed: Vec::new(),
        }
    }

    /// Takes the next bytes of the connection and hands each payload that they complete to `sink`.
    ///
    /// An error is final: the connection has lost its place. Its offset counts from the start of the segment. A
    /// payload that lies in `bytes` as a whole, and is not compressed, is not copied.
    pub fn push(&mut self, bytes: &[u8], sink: &mut PayloadSink<'_>) -> Result<()> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if !self.tail.is_empty() {
                rest = self.fill_tail(rest, sink)?;
                continue;
            }
            let header = Header::read(self.compression, rest)?;
            let whole = header.and_then(|header| Some((header, rest.split_at_checked(header.segment_length())?)));
            let Some((header, (segment, following))) = whole else {
                self.tail.extend_from_slice(rest);
                break;
            };
            header.deliver(segment, &mut self.decompressed, sink)?;
            rest = following;
        }
        Ok(())
    }

    /// The bytes of the unfinished segment: pushed into a new decoder they bring it into the state of this one.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        &self.tail
    }

    /// Moves as many bytes to the tail as its header, or then its segment, still lacks; gives back the others.
    fn fill_tail<'b>(&mut self, bytes: &'b [u8], sink: &mut PayloadSink<'_>) -> Result<&'b [u8]> {
        let header = Header::read(self.compression, &self.tail)?;
        let wanted = match header {
            Some(header) => header.segment_length(),
            None => header_length(self.compression)?,
        };
        let missing = wanted.saturating_sub(self.tail.len()).min(bytes.len());
        let (head, following) = bytes.split_at(missing);
        self.tail.extend_from_slice(head);
        match header {
            Some(header) if self.tail.len() == wanted => {
                header.deliver(&self.tail, &mut self.decompressed, sink)?;
                self.tail.clear();
            }
            _ => {}
        }
        Ok(following)
    }
}

impl Header {
    /// The header at the start of these bytes, checked as soon as it is there; `None` until then.
    fn read(compression: Compression, bytes: &[u8]) -> Result<Option<Self>> {
        let length = header_length(compression)?;
        let Some((fields, checksum)) = bytes
            .get(..length)
            .and_then(|header| header.split_last_chunk::<CRC24_LENGTH>())
        else {
            return Ok(None);
        };
        if crc24(fields).to_le_bytes() != [checksum[0], checksum[1], checksum[2], 0] {
            return Err(Error::new(ErrorKind::HeaderChecksum, fields.len()));
        }
        let bits = fields
            .iter()
            .rev()
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let second = (bits >> LENGTH_BITS) as usize & MAX_PAYLOAD;
        let (uncompressed, flag) = match compression {
            Compression::None => (0, bits >> LENGTH_BITS),
            _ => (second, bits >> (2 * LENGTH_BITS)),
        };
        Ok(Some(Self {
            length,
            sent: bits as usize & MAX_PAYLOAD,
            uncompressed,
            is_self_contained: flag & 1 != 0,
        }))
    }

    const fn segment_length(self) -> usize {
        self.length + self.sent + CRC32_LENGTH
    }

    fn deliver(self, segment: &[u8], decompressed: &mut Vec<u8>, sink: &mut PayloadSink<'_>) -> Result<()> {
        let Some((payload, checksum)) = segment
            .get(self.length..)
            .and_then(|rest| rest.split_last_chunk::<CRC32_LENGTH>())
        else {
            return Err(Error::new(ErrorKind::Truncated, segment.len()));
        };
        if crc32(payload).to_le_bytes() != *checksum {
            return Err(Error::new(ErrorKind::PayloadChecksum, self.length + self.sent));
        }
        if self.uncompressed == 0 {
            return sink(payload, self.is_self_contained);
        }
        decompress_segment(payload, self.uncompressed, decompressed)
            .map_err(|error| Error::new(error.kind, self.length))?;
        sink(decompressed, self.is_self_contained)
    }
}

/// Appends one segment to `out`. LZ4 is used where it makes the payload shorter, and not below [`MIN_COMPRESSED`].
///
/// ```text
/// without compression, little-endian
/// +------------+----------------+------+-------+---------+-------+
/// | length :17 | self-contained | 0 :6 | CRC24 | payload | CRC32 |
/// +------------+----------------+------+-------+---------+-------+
/// LZ4, little-endian; uncompressed length 0: the payload is sent as it is
/// +------------+-------------------------+----------------+------+-------+---------+-------+
/// | length :17 | uncompressed length :17 | self-contained | 0 :5 | CRC24 | payload | CRC32 |
/// +------------+-------------------------+----------------+------+-------+---------+-------+
/// ```
///
/// Source: native_protocol_v5.spec 2.1, 2.2.
pub fn write_segment(
    payload: &[u8],
    is_self_contained: bool,
    compression: Compression,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    if payload.len() > MAX_PAYLOAD {
        return Err(Error::new(ErrorKind::TooLong, start));
    }
    let header_length = header_length(compression)?;
    out.resize(start + header_length, 0);
    let uncompressed = append_payload(payload, compression, out)?;

    let written = out.get_mut(start..).unwrap_or_default();
    let (header, sent) = written.split_at_mut(header_length);
    let flag = u64::from(is_self_contained);
    let fields = match compression {
        Compression::None => flag << LENGTH_BITS,
        _ => (flag << (2 * LENGTH_BITS)) | ((uncompressed as u64) << LENGTH_BITS),
    };
    write_header(header, fields | sent.len() as u64);
    let checksum = crc32(sent).to_le_bytes();
    out.extend_from_slice(&checksum);
    Ok(())
}

/// Gives the uncompressed length that belongs into the header: 0 where the payload went out as it is.
fn append_payload(payload: &[u8], compression: Compression, out: &mut Vec<u8>) -> Result<usize> {
    let start = out.len();
    if compression == Compression::Lz4 && payload.len() >= MIN_COMPRESSED {
        compress_segment(payload, out)?;
        if out.len() - start < payload.len() {
            return Ok(payload.len());
        }
        out.truncate(start);
    }
    out.extend_from_slice(payload);
    Ok(0)
}

fn write_header(room: &mut [u8], fields: u64) {
    let (front, checksum) = room.split_at_mut(room.len().saturating_sub(CRC24_LENGTH));
    front
        .iter_mut()
        .zip(fields.to_le_bytes())
        .for_each(|(to, from)| *to = from);
    let crc = crc24(front).to_le_bytes();
    checksum.iter_mut().zip(crc).for_each(|(to, from)| *to = from);
}

const fn header_length(compression: Compression) -> Result<usize> {
    match compression {
        Compression::None => Ok(3 + CRC24_LENGTH),
        Compression::Lz4 => Ok(5 + CRC24_LENGTH),
        Compression::Snappy => Err(Error::new(ErrorKind::UnexpectedCompression, 0)),
    }
}
