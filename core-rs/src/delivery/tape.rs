//! The decoded pages of a push before they are put together: slots of rows, and the cells' content beside them.

use super::section::Section;
use super::slots::Slots;
use super::wide::transcode;
use crate::error::ErrorKind;

/// The text of a page is decoded in blocks of so many bytes; a shorter cell lies in one block.
pub const TEXT_BLOCK: usize = 16_384;
/// The same for text that is not ASCII, in UTF-16 units.
pub const WIDE_BLOCK: usize = 8_192;
/// The bit of a text slot's length that says: in the wide section, in UTF-16 units.
pub const IS_WIDE: u64 = 1 << 63;
/// The bit of a text slot's length that says: longer than a block, decode it alone.
pub const IS_LONG: u64 = 1 << 62;

/// Components that a tuple lacks cost a slot each without having cost a byte. So the components of all tuples of a push
/// are at most so many, and one more for each byte of the bodies of its pages.
const COMPONENTS: usize = 1 << 20;

/// A page has no more slots than this: 1 GiB of them.
const MAX_SLOTS: usize = 1 << 27;

/// What is written while a push lasts. Slots of rows apart from the rest, so that a loop can hold on to both.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    /// The slots of all pages; those of the page that is being written end with its rows.
    slots: Slots,
    pub(crate) content: Content,
    page_start: usize,
}

/// Everything but the slots of rows.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Slots of nested elements of the page that is being written.
    nested: Slots,
    /// The index that the first of them will have.
    nested_base: usize,
    pub(crate) raw: Section,
    text: Section,
    wide: Vec<u16>,
    wide_start: usize,
    nulls: Vec<u32>,
    nulls_start: usize,
    components_left: usize,
    /// Text that is formatted here before it is appended.
    pub(crate) formatted: String,
}

/// Where a page lies in the staged sections, in the unit of each section.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageExtent {
    pub(super) slots: usize,
    pub(super) slot_count: usize,
    /// `None`: no slot is null.
    pub(super) nulls: Option<usize>,
    pub(super) raw: usize,
    pub(super) raw_length: usize,
    pub(super) text: usize,
    pub(super) text_length: usize,
    pub(super) wide: usize,
    pub(super) wide_length: usize,
}

/// How much there is in each section.
#[derive(Clone, Copy, Debug)]
pub(super) struct TapeMark {
    slots: usize,
    raw: usize,
    text: usize,
    wide: usize,
    nulls: usize,
}

impl Tape {
    pub(super) fn clear(&mut self, kept: usize) {
        self.content.components_left = COMPONENTS;
        self.content.raw.clear(kept);
        self.content.text.clear(kept);
        self.slots.clear(kept);
        self.content.nested.clear(kept);
        clear_vec(&mut self.content.wide, kept);
        clear_vec(&mut self.content.nulls, kept);
    }

    /// Begins a page whose rows have so many slots; `body_length` bounds what the page may add to the push.
    pub(super) fn begin_page(&mut self, slots: usize, body_length: usize) {
        let content = &mut self.content;
        self.page_start = self.slots.reserve(slots);
        content.nested.truncate(0);
        content.nested_base = slots;
        content.raw.begin(8);
        content.text.begin(1);
        content.wide_start = content.wide.len();
        content.nulls_start = content.nulls.len();
        content.components_left += body_length;
    }

    /// The slots of the rows of this page, and all else. Each slot must be written, also that of a null: it may still
    /// hold something from an earlier page.
    pub(crate) fn rows(&mut self) -> (&mut [u64], &mut Content) {
        (self.slots.tail_mut(self.page_start), &mut self.content)
    }

    /// The slots of all pages.
    pub(super) fn slots(&self) -> &[u64] {
        self.slots.as_slice()
    }

    /// Where the slots of this page begin among all slots.
    pub(super) fn page_start(&self) -> usize {
        self.page_start
    }

    pub(super) fn end_page(&mut self) -> PageExtent {
        let content = &mut self.content;
        self.slots.extend(content.nested.as_slice());
        let slot_count = self.slots.len() - self.page_start;
        let has_nulls = content.nulls.len() > content.nulls_start;
        if has_nulls {
            content.nulls.resize(content.nulls_start + slot_count.div_ceil(32), 0);
        }
        PageExtent {
            slots: self.page_start,
            slot_count,
            nulls: has_nulls.then_some(content.nulls_start),
            raw: content.raw.start(),
            raw_length: content.raw.position(),
            text: content.text.start(),
            text_length: content.text.position(),
            wide: content.wide_start,
            wide_length: content.wide.len() - content.wide_start,
        }
    }

    pub(super) fn mark(&self) -> TapeMark {
        TapeMark {
            slots: self.slots.len(),
            raw: self.content.raw.len(),
            text: self.content.text.len(),
            wide: self.content.wide.len(),
            nulls: self.content.nulls.len(),
        }
    }

    pub(super) fn rewind(&mut self, mark: TapeMark) {
        self.slots.truncate(mark.slots);
        self.content.raw.truncate(mark.raw);
        self.content.text.truncate(mark.text);
        self.content.wide.truncate(mark.wide);
        self.content.nulls.truncate(mark.nulls);
    }
}

impl Content {
    /// Appends bytes that belong to no page; gives where they are in the whole raw section.
    pub(super) fn append_raw(&mut self, bytes: &[u8]) -> usize {
        let start = self.raw.len();
        self.raw.append(bytes, bytes.len());
        start
    }

    pub(super) fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    pub(super) fn wide(&self) -> &[u16] {
        &self.wide
    }

    pub(super) fn nulls(&self) -> &[u32] {
        &self.nulls
    }

    /// Notes that the slot with this index, counted in the page, is null.
    #[inline(never)]
    pub(crate) fn set_null(&mut self, index: usize) {
        let word = self.nulls_start + index / 32;
        if word >= self.nulls.len() {
            self.nulls.resize(word + 1, 0);
        }
        if let Some(word) = self.nulls.get_mut(word) {
            *word |= 1 << (index % 32);
        }
    }

    /// Makes room for so many nested slots that follow each other; gives the place of the first among them all, or
    /// `None` if the page would have too many. As with rows, each must be written.
    pub(crate) fn reserve_nested(&mut self, count: usize) -> Option<usize> {
        let is_allowed = self.nested_base + self.nested.len() + count <= MAX_SLOTS;
        is_allowed.then(|| self.nested.reserve(count))
    }

    /// The index in the page of the nested slot at this place.
    pub(crate) fn nested_index(&self, place: usize) -> usize {
        self.nested_base + place
    }

    /// Writes the nested slot at this place.
    pub(crate) fn set_nested(&mut self, place: usize, slot: u64) {
        self.nested.set(place, slot);
    }

    /// The same for one that is null.
    pub(crate) fn set_nested_null(&mut self, place: usize) {
        self.nested.set(place, 0);
        self.set_null(self.nested_base + place);
    }

    /// Whether the push may have so many more components of tuples.
    pub(crate) fn spend_components(&mut self, count: usize) -> bool {
        let left = self.components_left.checked_sub(count);
        self.components_left = left.unwrap_or_default();
        left.is_some()
    }

    /// Appends bytes to the raw section; gives the slot that refers to them.
    #[inline(always)]
    pub(crate) fn push_raw(&mut self, ahead: &[u8], length: usize) -> u64 {
        reference(self.raw.append(ahead, length), length)
    }

    /// Appends text, the first `length` bytes of `ahead`; gives the slot that refers to it.
    #[inline(always)]
    pub(crate) fn push_text(&mut self, ahead: &[u8], length: usize) -> Result<u64, ErrorKind> {
        let position = self.text.position();
        if position % TEXT_BLOCK + length <= TEXT_BLOCK && self.text.place(ahead, length) {
            self.text.advance(length);
            return Ok(reference(position, length));
        }
        self.push_odd_text(ahead.get(..length).unwrap_or_default())
    }

    /// Text that does not fit into the present block, or is not ASCII.
    #[inline(never)]
    fn push_odd_text(&mut self, bytes: &[u8]) -> Result<u64, ErrorKind> {
        if !bytes.is_ascii() {
            return self.push_wide(bytes).ok_or(ErrorKind::InvalidUtf8);
        }
        self.text.align(TEXT_BLOCK);
        let position = self.text.append(bytes, bytes.len());
        let long = if bytes.len() > TEXT_BLOCK { IS_LONG } else { 0 };
        Ok(reference(position, bytes.len()) | long)
    }

    fn push_wide(&mut self, bytes: &[u8]) -> Option<u64> {
        let start = self.wide.len();
        self.wide.resize(start + bytes.len(), 0);
        let units = transcode(bytes, self.wide.get_mut(start..)?)?;
        self.wide.truncate(start + units);

        let mut position = start - self.wide_start;
        if position % WIDE_BLOCK + units > WIDE_BLOCK {
            let gap = position.wrapping_neg() % WIDE_BLOCK;
            self.wide.resize(start + gap + units, 0);
            self.wide.copy_within(start..start + units, start + gap);
            self.wide.get_mut(start..start + gap)?.fill(0);
            position += gap;
        }
        let long = if units > WIDE_BLOCK { IS_LONG } else { 0 };
        Some(reference(position, units) | IS_WIDE | long)
    }
}

/// A slot that refers to content: where it starts, how long it is.
#[inline(always)]
pub(crate) const fn reference(position: usize, length: usize) -> u64 {
    position as u64 | (length as u64) << 32
}

/// Forgets all items; gives back the memory if it is more than `kept`.
pub(super) fn clear_vec<T>(vec: &mut Vec<T>, kept: usize) {
    vec.clear();
    if vec.capacity().saturating_mul(size_of::<T>()) > kept {
        *vec = Vec::new();
    }
}
