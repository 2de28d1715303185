//! A growing run of slots. What was written by an earlier push stays until it is overwritten, so that making room
//! costs nothing.

/// Slots behind `length` are room for what comes next, and have no meaning.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<u64>,
    length: usize,
}

impl Slots {
    pub(super) const fn len(&self) -> usize {
        self.length
    }

    pub(super) fn as_slice(&self) -> &[u64] {
        self.slots.get(..self.length).unwrap_or_default()
    }

    /// All slots from this one on.
    pub(super) fn tail_mut(&mut self, start: usize) -> &mut [u64] {
        self.slots.get_mut(start..self.length).unwrap_or_default()
    }

    /// Makes room for so many slots and gives the place of the first.
    #[inline]
    pub(super) fn reserve(&mut self, count: usize) -> usize {
        let first = self.length;
        self.length += count;
        if self.length > self.slots.len() {
            self.grow();
        }
        first
    }

    #[inline]
    pub(super) fn set(&mut self, place: usize, slot: u64) {
        if let Some(to) = self.slots.get_mut(place) {
            *to = slot;
        }
    }

    pub(super) fn extend(&mut self, slots: &[u64]) {
        if !slots.is_empty() {
            let start = self.reserve(slots.len());
            self.tail_mut(start).copy_from_slice(slots);
        }
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    /// Forgets all slots; gives back the memory if it is more than `kept` bytes.
    pub(super) fn clear(&mut self, kept: usize) {
        self.length = 0;
        if self.slots.capacity().saturating_mul(8) > kept {
            self.slots = Vec::new();
        }
    }

    #[inline(never)]
    fn grow(&mut self) {
        let size = self.length.max(2 * self.slots.len());
        self.slots.reserve_exact(size - self.slots.len());
        self.slots.resize(size, 0);
    }
}
