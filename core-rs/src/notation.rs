//! The notations of section 3 of the protocol: `[int]`, `[string]`, `[bytes]`, `[value]`, `[vint]` and their kin.
//! A [`Reader`] checks every length against what remains before it uses it; writers append to a `Vec<u8>`.

use crate::error::{Error, ErrorKind, Result};

/// A cursor over bytes that came from outside.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

/// What a `[bytes map]` holds; `None` is null.
pub type BytesMap<'a> = Vec<(&'a str, Option<&'a [u8]>)>;

/// A `[value]` of a request: null and unset are two different things (unset since v4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The bytes of a value, perhaps none.
    Set(&'a [u8]),
    /// Length -1.
    Null,
    /// Length -2: leave the column as it is.
    Unset,
}

impl<'a> Reader<'a> {
    /// A cursor at the first of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    /// Bytes read so far.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Bytes not yet read.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// All bytes not yet read, without reading them.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    /// An error of this kind at the present position.
    #[must_use]
    pub const fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.position)
    }

    /// The next `length` bytes.
    #[inline]
    pub fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let slice = self
            .bytes
            .get(self.position..)
            .and_then(|rest| rest.get(..length))
            .ok_or(self.error(ErrorKind::Truncated))?;
        self.position += length;
        Ok(slice)
    }

    /// The next `N` bytes as an array.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let error = self.error(ErrorKind::Truncated);
        self.bytes(N)?.try_into().map_err(|_| error)
    }

    /// `[byte]`
    #[inline]
    pub fn byte(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// `[short]`
    #[inline]
    pub fn short(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// `[int]`
    #[inline]
    pub fn int(&mut self) -> Result<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// `[long]`
    #[inline]
    pub fn long(&mut self) -> Result<i64> {
        self.array().map(i64::from_be_bytes)
    }

    /// `[string]`
    pub fn string(&mut self) -> Result<&'a str> {
        let length = usize::from(self.short()?);
        self.text(length)
    }

    /// `[long string]`
    pub fn long_string(&mut self) -> Result<&'a str> {
        let length = self.length()?;
        self.text(length)
    }

    fn text(&mut self, length: usize) -> Result<&'a str> {
        let error = self.error(ErrorKind::InvalidUtf8);
        core::str::from_utf8(self.bytes(length)?).map_err(|_| error)
    }

    /// `[int]` used as a length that must not be negative.
    pub fn length(&mut self) -> Result<usize> {
        let error = self.error(ErrorKind::NegativeLength);
        usize::try_from(self.int()?).map_err(|_| error)
    }

    /// `[int]` used as a count of items of at least `minimum` bytes each: refused before anything is allocated
    /// where the remaining bytes cannot hold so many.
    pub fn count(&mut self, minimum: usize) -> Result<usize> {
        let error = self.error(ErrorKind::CountTooLarge);
        let count = self.length()?;
        self.check_count(count, minimum, error)
    }

    /// `[short]` used as a count, checked like [`Reader::count`].
    pub fn short_count(&mut self, minimum: usize) -> Result<usize> {
        let error = self.error(ErrorKind::CountTooLarge);
        let count = usize::from(self.short()?);
        self.check_count(count, minimum, error)
    }

    fn check_count(&self, count: usize, minimum: usize, error: Error) -> Result<usize> {
        match count.checked_mul(minimum) {
            Some(needed) if needed <= self.remaining() => Ok(count),
            _ => Err(error),
        }
    }

    /// `[bytes]`: `None` is null (any negative length).
    #[inline]
    pub fn nullable_bytes(&mut self) -> Result<Option<&'a [u8]>> {
        match usize::try_from(self.int()?) {
            Ok(length) => self.bytes(length).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// `[value]`: -1 is null, -2 is unset, any other negative length is an error.
    pub fn value(&mut self) -> Result<Value<'a>> {
        let error = self.error(ErrorKind::NegativeLength);
        match self.int()? {
            -1 => Ok(Value::Null),
            -2 => Ok(Value::Unset),
            length => {
                let length = usize::try_from(length).map_err(|_| error)?;
                self.bytes(length).map(Value::Set)
            }
        }
    }

    /// `[short bytes]`
    pub fn short_bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::from(self.short()?);
        self.bytes(length)
    }

    /// `[uuid]`
    pub fn uuid(&mut self) -> Result<[u8; 16]> {
        self.array()
    }

    /// `[string list]`
    pub fn string_list(&mut self) -> Result<Vec<&'a str>> {
        let count = self.short_count(2)?;
        (0..count).map(|_| self.string()).collect()
    }

    /// `[string map]`
    pub fn string_map(&mut self) -> Result<Vec<(&'a str, &'a str)>> {
        let count = self.short_count(4)?;
        (0..count).map(|_| Ok((self.string()?, self.string()?))).collect()
    }

    /// `[string multimap]`
    pub fn string_multimap(&mut self) -> Result<Vec<(&'a str, Vec<&'a str>)>> {
        let count = self.short_count(4)?;
        (0..count).map(|_| Ok((self.string()?, self.string_list()?))).collect()
    }

    /// `[bytes map]`: a null value is `None`.
    pub fn bytes_map(&mut self) -> Result<BytesMap<'a>> {
        let count = self.short_count(6)?;
        (0..count)
            .map(|_| Ok((self.string()?, self.nullable_bytes()?)))
            .collect()
    }

    /// `[inetaddr]`: 4 or 16 bytes.
    pub fn inet_address(&mut self) -> Result<&'a [u8]> {
        let error = self.error(ErrorKind::InvalidValue);
        match self.byte()? {
            length @ (4 | 16) => self.bytes(usize::from(length)),
            _ => Err(error),
        }
    }

    /// `[inet]`: an address and its port.
    pub fn inet(&mut self) -> Result<(&'a [u8], i32)> {
        Ok((self.inet_address()?, self.int()?))
    }

    /// `[unsigned vint]`: as many extra bytes as the first byte has leading ones.
    pub fn unsigned_vint(&mut self) -> Result<u64> {
        let first = self.byte()?;
        let extra = first.leading_ones();
        let mask = 0xff_u32.checked_shr(extra + 1).unwrap_or(0);
        let start = u64::from(u32::from(first) & mask);
        let bytes = self.bytes(usize::try_from(extra).unwrap_or(8))?;
        Ok(bytes.iter().fold(start, |value, byte| (value << 8) | u64::from(*byte)))
    }

    /// `[vint]`: zigzag over an unsigned vint.
    pub fn vint(&mut self) -> Result<i64> {
        let raw = self.unsigned_vint()?;
        Ok((raw >> 1) as i64 ^ -((raw & 1) as i64))
    }
}

/// `[short]`
pub fn write_short(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// `[int]`
pub fn write_int(out: &mut Vec<u8>, value: i32) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// `[long]`
pub fn write_long(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(&value.to_be_bytes());
}

/// `[string]`; at most 65,535 bytes.
pub fn write_string(out: &mut Vec<u8>, text: &[u8]) -> Result<()> {
    write_short_bytes(out, text)
}

/// `[short bytes]`; at most 65,535 bytes.
pub fn write_short_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let length = u16::try_from(bytes.len()).map_err(|_| Error::new(ErrorKind::TooLong, out.len()))?;
    write_short(out, length);
    out.extend_from_slice(bytes);
    Ok(())
}

/// `[bytes]` or `[long string]`; at most 2^31 - 1 bytes.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    let length = i32::try_from(bytes.len()).map_err(|_| Error::new(ErrorKind::TooLong, out.len()))?;
    write_int(out, length);
    out.extend_from_slice(bytes);
    Ok(())
}

/// `[bytes]`, of which `None` is null.
pub fn write_nullable_bytes(out: &mut Vec<u8>, bytes: Option<&[u8]>) -> Result<()> {
    match bytes {
        Some(bytes) => write_bytes(out, bytes)?,
        None => write_int(out, -1),
    }
    Ok(())
}

/// `[short]` as a count; at most 65,535.
pub fn write_count(out: &mut Vec<u8>, count: usize) -> Result<()> {
    let count = u16::try_from(count).map_err(|_| Error::new(ErrorKind::TooManyItems, out.len()))?;
    write_short(out, count);
    Ok(())
}

/// `[value]`
pub fn write_value(out: &mut Vec<u8>, value: Value<'_>) -> Result<()> {
    match value {
        Value::Set(bytes) => write_bytes(out, bytes)?,
        Value::Null => write_int(out, -1),
        Value::Unset => write_int(out, -2),
    }
    Ok(())
}

/// `[unsigned vint]`
pub fn write_unsigned_vint(out: &mut Vec<u8>, value: u64) {
    let bits = 64 - (value | 1).leading_zeros();
    let extra = match bits {
        0..=7 => 0,
        57..=64 => 8,
        _ => (bits - 1) / 7,
    };
    let bytes = value.to_be_bytes();
    let (head, tail) = bytes.split_at(8 - extra as usize);
    if extra == 8 {
        out.push(0xff);
    } else {
        let ones = !(0xff_u32 >> extra) as u8;
        out.push(ones | head.last().copied().unwrap_or(0));
    }
    out.extend_from_slice(tail);
}

/// `[vint]`
pub fn write_vint(out: &mut Vec<u8>, value: i64) {
    write_unsigned_vint(out, ((value << 1) ^ (value >> 63)) as u64);
}
