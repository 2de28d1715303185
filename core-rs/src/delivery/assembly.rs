//! From what was staged to one run of bytes: gives each section its place, and every offset that was counted from the
//! start of a section the place where it is now.

use super::{record, word, Delivery, Reference, NO_NULLS, RECORD_WORDS};

/// Where the sections begin in the finished bytes.
struct Layout {
    cold_words: usize,
    slots: usize,
    nulls: usize,
    raw: usize,
    wide: usize,
    text: usize,
    end: usize,
}

impl Delivery {
    /// Puts everything together. Until then [`Delivery::bytes`] is empty.
    pub fn finish(&mut self) {
        let layout = self.layout();
        self.resolve_references(&layout);
        self.resolve_records(&layout);
        self.length = layout.end;
        if self.bytes.len() < layout.end {
            self.bytes.reserve_exact(layout.end - self.bytes.len());
            self.bytes.resize(layout.end, 0);
        }
        let content = &self.tape.content;
        let mut out = Output {
            room: &mut self.bytes,
            written: 0,
        };
        let records = self.records.get(..self.record_count).unwrap_or_default();
        out.put(records.as_flattened(), i32::to_le_bytes);
        out.put(&self.cold, i32::to_le_bytes);
        out.pad_to(layout.slots);
        out.put(self.tape.slots(), u64::to_le_bytes);
        out.put(content.nulls(), u32::to_le_bytes);
        out.pad_to(layout.raw);
        out.copy(content.raw.as_bytes());
        out.pad_to(layout.wide);
        out.put(content.wide(), u16::to_le_bytes);
        out.copy(content.text());
    }

    fn layout(&self) -> Layout {
        let content = &self.tape.content;
        let cold_words = RECORD_WORDS * self.record_count;
        let slots = (4 * (cold_words + self.cold.len())).next_multiple_of(8);
        let nulls = slots + 8 * self.tape.slots().len();
        let raw = (nulls + 4 * content.nulls().len()).next_multiple_of(8);
        let wide = (raw + content.raw.len()).next_multiple_of(2);
        let text = wide + 2 * content.wide().len();
        let end = text + content.text().len();
        Layout {
            cold_words,
            slots,
            nulls,
            raw,
            wide,
            text,
            end,
        }
    }

    fn resolve_references(&mut self, layout: &Layout) {
        for reference in &self.references {
            let (index, base) = match reference {
                Reference::Raw(index) => (index, layout.raw),
                Reference::Slots(index) => (index, layout.slots),
            };
            if let Some(value) = self.cold.get_mut(*index) {
                *value = value.wrapping_add(word(base));
            }
        }
    }

    fn resolve_records(&mut self, layout: &Layout) {
        for words in self.records.iter_mut().take(self.record_count) {
            words[5] = words[5].wrapping_add(word(layout.cold_words));
            match words[0] {
                record::ROWS | record::COLUMNS => {
                    words[9] = words[9].wrapping_mul(8).wrapping_add(word(layout.slots));
                    words[11] = match words[11] {
                        NO_NULLS => 0,
                        index => index.wrapping_mul(4).wrapping_add(word(layout.nulls)),
                    };
                    words[12] = words[12].wrapping_add(word(layout.raw));
                    words[14] = words[14].wrapping_add(word(layout.text));
                    words[16] = words[16].wrapping_mul(2).wrapping_add(word(layout.wide));
                    if words[0] == record::COLUMNS {
                        words[19] = words[19].wrapping_add(word(layout.cold_words));
                    }
                }
                record::PART => words[12] = words[12].wrapping_add(word(layout.raw)),
                _ => {}
            }
        }
    }
}

/// Writes one section behind the other into room that is large enough.
struct Output<'a> {
    room: &'a mut [u8],
    written: usize,
}

impl Output<'_> {
    fn put<T: Copy, const N: usize>(&mut self, items: &[T], to_bytes: impl Fn(T) -> [u8; N]) {
        let end = self.written + N * items.len();
        let room = self.room.get_mut(self.written..end).unwrap_or_default();
        for (to, item) in room.as_chunks_mut::<N>().0.iter_mut().zip(items) {
            *to = to_bytes(*item);
        }
        self.written = end;
    }

    fn copy(&mut self, bytes: &[u8]) {
        let end = self.written + bytes.len();
        if let Some(room) = self.room.get_mut(self.written..end) {
            room.copy_from_slice(bytes);
        }
        self.written = end;
    }

    fn pad_to(&mut self, end: usize) {
        self.room.get_mut(self.written..end).unwrap_or_default().fill(0);
        self.written = end;
    }
}
