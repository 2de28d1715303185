//! A growing run of bytes of which each page has its own stretch. Copies short cells in one step, looking at them on
//! the way.

/// Bytes that are copied at once: most text is not longer.
const STEP: usize = 32;

/// The high bits of the first n of so many bytes.
const HIGH_BITS: [[u8; STEP]; STEP + 1] = {
    let mut masks = [[0; STEP]; STEP + 1];
    let mut n = 1;
    #[allow(clippy::indexing_slicing)] // Evaluated by the compiler.
    while n <= STEP {
        masks[n] = masks[n - 1];
        masks[n][n - 1] = 0x80;
        n += 1;
    }
    masks
};

/// Bytes behind `length` are room for what comes next, and have no meaning.
#[derive(Debug, Default)]
pub(crate) struct Section {
    bytes: Vec<u8>,
    length: usize,
    start: usize,
}

impl Section {
    /// Forgets all bytes; gives back the memory if it is more than `kept`.
    pub(super) fn clear(&mut self, kept: usize) {
        self.length = 0;
        self.start = 0;
        if self.bytes.capacity() > kept {
            self.bytes = Vec::new();
        }
    }

    /// Starts the stretch of a page, at a multiple of `unit`.
    pub(super) fn begin(&mut self, unit: usize) {
        self.start = 0;
        self.align(unit);
        self.start = self.length;
    }

    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// Forgets what came after there were so many bytes.
    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Where the next byte will be, counted from the start of the page's stretch.
    #[inline(always)]
    pub(crate) fn position(&self) -> usize {
        self.length - self.start
    }

    /// Puts the first `length` bytes of `ahead` behind the end and says whether they are all ASCII. They belong to the
    /// section only after [`Section::advance`]. What follows them in `ahead` is not looked at, but makes it faster.
    #[inline(always)]
    pub(crate) fn place(&mut self, ahead: &[u8], length: usize) -> bool {
        if let (Some(mask), Some(from)) = (HIGH_BITS.get(length), ahead.first_chunk::<STEP>()) {
            let room = self.bytes.get_mut(self.length..);
            if let Some(to) = room.and_then(|room| room.first_chunk_mut::<STEP>()) {
                *to = *from;
                return !has_common_bit(from, mask);
            }
        }
        self.place_any(ahead.get(..length).unwrap_or_default())
    }

    /// Makes bytes that were placed part of the section.
    #[inline(always)]
    pub(crate) fn advance(&mut self, length: usize) {
        self.length += length;
    }

    /// Appends the first `length` bytes of `ahead`, and gives their position.
    #[inline(always)]
    pub(crate) fn append(&mut self, ahead: &[u8], length: usize) -> usize {
        let position = self.position();
        self.place(ahead, length);
        self.advance(length);
        position
    }

    /// Appends zeros until the position is a multiple of `unit`, a power of two.
    pub(crate) fn align(&mut self, unit: usize) {
        let gap = self.position().wrapping_neg() & (unit - 1);
        if gap > 0 {
            if let Some(room) = self.room(gap) {
                room.fill(0);
            }
            self.length += gap;
        }
    }

    #[inline(never)]
    fn place_any(&mut self, bytes: &[u8]) -> bool {
        let Some(room) = self.room(bytes.len()) else {
            return false;
        };
        let mut seen = [0; STEP / 8];
        for (to, from) in room.as_chunks_mut::<STEP>().0.iter_mut().zip(bytes.as_chunks().0) {
            *to = *from;
            gather_bits(&mut seen, from);
        }
        // What is left over is copied with bytes before it that have been copied already.
        if let (Some(to), Some(from)) = (room.last_chunk_mut::<STEP>(), bytes.last_chunk()) {
            *to = *from;
            gather_bits(&mut seen, from);
            return !seen.iter().any(|seen| seen & 0x8080_8080_8080_8080 != 0);
        }
        for (to, from) in room.iter_mut().zip(bytes) {
            *to = *from;
        }
        bytes.is_ascii()
    }

    /// So many bytes behind the end.
    fn room(&mut self, length: usize) -> Option<&mut [u8]> {
        let needed = self.length + length;
        if needed + STEP > self.bytes.len() {
            let size = (needed + STEP).max(2 * self.bytes.len());
            self.bytes.reserve_exact(size - self.bytes.len());
            self.bytes.resize(size, 0);
        }
        self.bytes.get_mut(self.length..needed)
    }
}

#[inline(always)]
fn has_common_bit(one: &[u8; STEP], other: &[u8; STEP]) -> bool {
    let pairs = one.as_chunks().0.iter().zip(other.as_chunks().0);
    pairs.fold(0, |seen, (one, other)| {
        seen | u64::from_le_bytes(*one) & u64::from_le_bytes(*other)
    }) != 0
}

#[inline(always)]
fn gather_bits(seen: &mut [u64; STEP / 8], bytes: &[u8; STEP]) {
    for (seen, bytes) in seen.iter_mut().zip(bytes.as_chunks().0) {
        *seen |= u64::from_le_bytes(*bytes);
    }
}
