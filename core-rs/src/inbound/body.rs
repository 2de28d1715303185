//! One body → its record: decompressed if it must be, then a page or a message, or a refusal.

use crate::columns::read_columns;
use crate::compress::{decompress_body, Compression};
use crate::delivery::{page_flag, Delivery, Fault, PageInfo};
use crate::error::ErrorKind;
use crate::frame::{flag, opcode, Header, Version};
use crate::metadata::{metadata_flag, MetadataHead, Programs, Resolved};
use crate::notation::Reader;
use crate::response::{result_kind, write_message, write_prefix, Dialect};
use crate::rows::{check_counts, read_rows, MAX_BODY};

/// A buffer of more than this is given back after use.
const KEPT_CAPACITY: usize = 256 * 1024;

type Result<T> = core::result::Result<T, Fault>;

/// What is known beforehand about the answer on a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProgramWord(pub(super) u32);

impl ProgramWord {
    const PROGRAM_BITS: u32 = 0x00ff_ffff;
    const WANTS_COLUMNS: u32 = 1 << 31;

    const fn program(self) -> Option<u32> {
        (self.0 & Self::PROGRAM_BITS).checked_sub(1)
    }

    const fn wants_columns(self) -> bool {
        self.0 & Self::WANTS_COLUMNS != 0
    }
}

/// Decodes bodies of one connection.
#[derive(Debug)]
pub(super) struct BodyDecoder {
    dialect: Dialect,
    compression: Compression,
    max_frame: usize,
    big_frame: usize,
    decompressed: Vec<u8>,
}

/// Decodes a whole body that was delivered in parts, in an instance that is thrown away afterwards: whatever it needs
/// is not bounded by what a connection may keep. Delivers like [`super::Inbound::push`].
pub fn decode_body(
    dialect: Dialect,
    compression: Compression,
    header: &Header,
    body: &[u8],
    program_word: u32,
    programs: &mut Programs,
    out: &mut Delivery,
) {
    out.start();
    let mut decoder = BodyDecoder::new(dialect, compression, MAX_BODY, MAX_BODY);
    decoder.decode(header, body, ProgramWord(program_word), programs, out);
    out.finish();
}

impl BodyDecoder {
    pub(super) const fn new(dialect: Dialect, compression: Compression, max_frame: usize, big_frame: usize) -> Self {
        Self {
            dialect,
            compression,
            max_frame,
            big_frame,
            decompressed: Vec::new(),
        }
    }

    /// Adds the record of a frame.
    pub(super) fn decode(
        &mut self,
        header: &Header,
        body: &[u8],
        program_word: ProgramWord,
        programs: &mut Programs,
        out: &mut Delivery,
    ) {
        out.begin_frame(header);
        let is_compressed = header.flags & flag::COMPRESSED != 0 && self.dialect.version < Version::V5;
        if is_compressed {
            self.decode_compressed(header, body, program_word, programs, out);
        } else {
            decode_plain(self.dialect, header, body, program_word, programs, out);
        }
        out.end_frame();
    }

    /// A body that is too large only once it is decompressed becomes one part, as it is.
    fn decode_compressed(
        &mut self,
        header: &Header,
        body: &[u8],
        program_word: ProgramWord,
        programs: &mut Programs,
        out: &mut Delivery,
    ) {
        let length = announced_length(self.compression, body).unwrap_or(0);
        if length > self.big_frame && length <= self.max_frame {
            out.put_part(header.body_length, 0, body);
            return;
        }
        match decompress_body(self.compression, body, self.max_frame, &mut self.decompressed) {
            Ok(()) => decode_plain(self.dialect, header, &self.decompressed, program_word, programs, out),
            Err(error) => out.refuse(error.into()),
        }
        if self.decompressed.capacity() > KEPT_CAPACITY {
            self.decompressed = Vec::new();
        }
    }
}

/// How long a body says that it will be.
fn announced_length(compression: Compression, body: &[u8]) -> Option<usize> {
    match compression {
        Compression::None => None,
        Compression::Lz4 => usize::try_from(i32::from_be_bytes(*body.first_chunk()?)).ok(),
        Compression::Snappy => snap::raw::decompress_len(body).ok(),
    }
}

fn decode_plain(
    dialect: Dialect,
    header: &Header,
    body: &[u8],
    program_word: ProgramWord,
    programs: &mut Programs,
    out: &mut Delivery,
) {
    let mut reader = Reader::new(body);
    let mut mark = out.mark();
    let outcome = write_prefix(&mut reader, header.flags, out)
        .map_err(Fault::from)
        .and_then(|()| {
            mark = out.mark();
            if header.opcode == opcode::RESULT && reader.rest().starts_with(&result_kind::ROWS.to_be_bytes()) {
                return write_page(&mut reader, program_word, programs, out);
            }
            Ok(write_message(header.opcode, dialect, &mut reader, programs, out)?)
        });
    if let Err(fault) = outcome {
        out.rewind(mark);
        out.refuse(fault);
    }
}

/// Writes a page. In its cold words are the paging state and the new metadata id, each if there is one.
///
/// ```text
/// +--------------+----------+-----------------+--------------------------+
/// | [int] 2 Rows | metadata | [int] row count | rows × columns × [bytes] |
/// +--------------+----------+-----------------+--------------------------+
/// ```
///
/// Source: native_protocol_v5.spec 4.2.5.2.
fn write_page(
    reader: &mut Reader<'_>,
    program_word: ProgramWord,
    programs: &mut Programs,
    out: &mut Delivery,
) -> Result<()> {
    reader.int()?;
    let head = MetadataHead::read(reader)?;
    let resolved = programs.resolve(&head, reader, program_word.program())?;
    let outcome = write_rows(reader, &head, resolved, program_word.wants_columns(), programs, out);
    if outcome.is_err() && resolved.is_new {
        programs.remove(resolved.id);
    }
    outcome
}

fn write_rows(
    reader: &mut Reader<'_>,
    head: &MetadataHead<'_>,
    resolved: Resolved,
    wants_columns: bool,
    programs: &Programs,
    out: &mut Delivery,
) -> Result<()> {
    let rows = reader.length()?;
    check_counts(rows, head.column_count, reader.remaining(), reader.position())?;
    let program = programs
        .get(resolved.id)
        .ok_or(reader.error(ErrorKind::MissingMetadata))?;
    let mut flags = 0;
    if head.has(metadata_flag::HAS_MORE_PAGES) {
        flags |= page_flag::MORE_PAGES;
        out.put_bytes(head.paging_state);
    }
    if head.has(metadata_flag::METADATA_CHANGED) {
        flags |= page_flag::METADATA_CHANGED;
        out.put_bytes(head.new_id);
    }
    if resolved.is_new {
        flags |= page_flag::NEW_PROGRAM;
    }
    let end = reader.position() + reader.remaining();
    let mut column_table = None;
    if wants_columns {
        column_table = Some(read_columns(program, rows, reader.rest(), end, out)?);
    } else {
        out.begin_page(rows.saturating_mul(head.column_count), end);
        read_rows(program.shapes(), reader.rest(), end, &mut out.tape)?;
    }
    out.end_page(PageInfo {
        program: resolved.id,
        rows,
        flags,
        column_table,
    });
    Ok(())
}
