//! The registry of column sets. Equal metadata has one id, so that JavaScript makes readers for it once.

use super::{metadata_flag, read_columns, skip_columns, Column, MetadataHead, Shape};
use crate::error::{Error, ErrorKind, Result};
use crate::notation::{write_int, Reader};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Ids are below this: a program word has 24 bits for an id and one.
pub const MAX_PROGRAMS: usize = (1 << 24) - 1;

/// Bytes before the column specs in the metadata of a [`Program`].
const HEAD_LENGTH: usize = 8;

/// A buffer of more than this is given back after use.
const KEPT_CAPACITY: usize = 64 * 1024;

/// What is known about the columns of some result.
#[derive(Debug)]
pub struct Program {
    metadata: Rc<[u8]>,
    columns: Vec<Column>,
    shapes: Vec<Shape>,
}

impl Program {
    /// The column specs as they came, behind the flag that says how to read them, and their number.
    ///
    /// ```text
    /// +------------------------+--------------------+--------------+
    /// | [int] flags, 0x0001 or | [int] column count | column specs |
    /// | nothing                |                    |              |
    /// +------------------------+--------------------+--------------+
    /// ```
    #[must_use]
    pub fn metadata(&self) -> &[u8] {
        &self.metadata
    }

    /// The columns, in their order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How the cells of each column are decoded.
    #[must_use]
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    fn parse(metadata: Rc<[u8]>) -> Result<Self> {
        let mut reader = Reader::new(&metadata);
        let flags = reader.int()?;
        let count = reader.length()?;
        let columns = read_columns(&mut reader, flags, count)?;
        if reader.remaining() > 0 || flags & !metadata_flag::GLOBAL_TABLES_SPEC != 0 {
            return Err(reader.error(ErrorKind::InvalidRequest));
        }
        let shapes = columns.iter().map(|column| Shape::of(&column.ty)).collect();
        Ok(Self {
            metadata,
            columns,
            shapes,
        })
    }

    /// The length of the column specs, if this metadata has the same as this program.
    fn match_specs(&self, head: &MetadataHead<'_>, bytes: &[u8]) -> Option<usize> {
        let (own, specs) = self.metadata.split_first_chunk::<HEAD_LENGTH>()?;
        let [.., own_flags, _, _, _, _] = own;
        let is_same =
            *own_flags == head.flags as u8 & 1 && self.columns.len() == head.column_count && bytes.starts_with(specs);
        is_same.then_some(specs.len())
    }
}

/// All programs of an instance. An id is never given twice: an answer that comes late, to a request that nobody waits for any
/// more, may still name a program that was removed.
#[derive(Debug, Default)]
pub struct Programs {
    programs: Vec<Option<Box<Program>>>,
    ids: BTreeMap<Rc<[u8]>, u32>,
    /// Metadata that is being looked up; kept to be filled again.
    wanted: Vec<u8>,
}

/// The outcome of a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The program.
    pub id: u32,
    /// Whether it has just been registered.
    pub is_new: bool,
}

impl Programs {
    /// An empty registry.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The program with this id.
    #[must_use]
    pub fn get(&self, id: u32) -> Option<&Program> {
        self.programs.get(usize::try_from(id).ok()?)?.as_deref()
    }

    /// Registers what [`Program::metadata`] gave, perhaps in another instance; gives the id that it already has if it
    /// is known.
    pub fn register(&mut self, metadata: &[u8]) -> Result<u32> {
        self.find_or_insert(metadata).map(|resolved| resolved.id)
    }

    /// Forgets a program. Rows that come without metadata and name it are refused from now on.
    pub fn remove(&mut self, id: u32) {
        let slot = usize::try_from(id).ok().and_then(|index| self.programs.get_mut(index));
        if let Some(program) = slot.and_then(Option::take) {
            self.ids.remove(&program.metadata);
        }
    }

    /// The program for the column specs that come next in `reader`, which are read past; `expected` is tried first.
    /// Where the metadata says that no specs follow, `expected` must be there and have as many columns.
    pub fn resolve(
        &mut self,
        head: &MetadataHead<'_>,
        reader: &mut Reader<'_>,
        expected: Option<u32>,
    ) -> Result<Resolved> {
        let known = expected.and_then(|id| Some((id, self.get(id)?)));
        if head.has(metadata_flag::NO_METADATA) {
            return match known {
                Some((id, program)) if program.columns.len() == head.column_count => Ok(Resolved { id, is_new: false }),
                Some(_) => Err(reader.error(ErrorKind::MetadataMismatch)),
                None => Err(reader.error(ErrorKind::MissingMetadata)),
            };
        }
        let matching = known.and_then(|(id, program)| Some((id, program.match_specs(head, reader.rest())?)));
        if let Some((id, length)) = matching {
            reader.bytes(length)?;
            return Ok(Resolved { id, is_new: false });
        }
        let start = reader.position();
        let specs = reader.rest();
        skip_columns(reader, head.flags, head.column_count)?;
        let specs = specs.get(..reader.position() - start).unwrap_or_default();
        let count = i32::try_from(head.column_count).map_err(|_| Error::new(ErrorKind::CountTooLarge, start))?;

        let mut wanted = core::mem::take(&mut self.wanted);
        wanted.clear();
        write_int(&mut wanted, head.flags & metadata_flag::GLOBAL_TABLES_SPEC);
        write_int(&mut wanted, count);
        wanted.extend_from_slice(specs);
        let resolved = self.find_or_insert(&wanted);
        if wanted.capacity() <= KEPT_CAPACITY {
            self.wanted = wanted;
        }
        resolved.map_err(|error| Error::new(error.kind, start + error.offset.saturating_sub(HEAD_LENGTH)))
    }

    fn find_or_insert(&mut self, metadata: &[u8]) -> Result<Resolved> {
        if let Some(id) = self.ids.get(metadata) {
            return Ok(Resolved { id: *id, is_new: false });
        }
        let program = Program::parse(metadata.into())?;
        let key = Rc::clone(&program.metadata);
        let id = self.insert(program)?;
        self.ids.insert(key, id);
        Ok(Resolved { id, is_new: true })
    }

    fn insert(&mut self, program: Program) -> Result<u32> {
        let full = Error::new(ErrorKind::TooManyItems, 0);
        if self.programs.len() >= MAX_PROGRAMS {
            return Err(full);
        }
        let id = u32::try_from(self.programs.len()).map_err(|_| full)?;
        self.programs.push(Some(Box::new(program)));
        Ok(id)
    }
}
