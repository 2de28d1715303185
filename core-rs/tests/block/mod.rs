//! Fills a request block as JavaScript does: words that point into bytes.

#![allow(dead_code)] // each test file compiles this one for itself and uses some of it

/// A request block under construction.
#[derive(Clone, Debug)]
pub struct Block {
    /// Header and lists.
    pub words: Vec<i32>,
    /// What the ranges point into.
    pub bytes: Vec<u8>,
}

impl Block {
    /// A block for this version in which every range is absent.
    pub fn new(version: i32) -> Self {
        let mut words = vec![0; 32];
        words[0] = version;
        for range in [6, 13, 15, 17, 19] {
            words[range + 1] = -1;
        }
        let bytes = b"no range starts at zero".to_vec();
        Self { words, bytes }
    }

    /// Appends bytes and gives their range.
    pub fn range(&mut self, bytes: &[u8]) -> [i32; 2] {
        let start = self.bytes.len() as i32;
        self.bytes.extend_from_slice(bytes);
        [start, bytes.len() as i32]
    }

    /// The range of bytes, or that of none.
    pub fn nullable(&mut self, bytes: Option<&[u8]>) -> [i32; 2] {
        bytes.map_or([0, -1], |bytes| self.range(bytes))
    }

    /// Sets the range at this word.
    pub fn set_range(&mut self, word: usize, bytes: &[u8]) {
        let range = self.range(bytes);
        self.words[word..word + 2].copy_from_slice(&range);
    }

    /// Sets query flags besides those that are set.
    pub fn flag(&mut self, flag: i32) {
        self.words[4] |= flag;
    }

    /// Appends an item to the list of which this word is the count; lists must be filled in their order.
    pub fn item(&mut self, count: usize, words: &[i32]) {
        self.words[count] += 1;
        self.words.extend_from_slice(words);
    }
}

/// `[value]`s back to back, with `[string]` names where there are some.
pub fn values(values: &[(Option<&str>, Option<&[u8]>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, value) in values {
        if let Some(name) = name {
            out.extend((name.len() as u16).to_be_bytes());
            out.extend(name.as_bytes());
        }
        match value {
            Some(value) => {
                out.extend((value.len() as i32).to_be_bytes());
                out.extend(*value);
            }
            None => out.extend((-1_i32).to_be_bytes()),
        }
    }
    out
}
