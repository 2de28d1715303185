//! What the content of a cell must be, type by type.

use crate::notation::Reader;
use core::net::IpAddr;

/// The nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// Whether these nanoseconds since midnight are in a day.
pub(crate) fn is_time(nanoseconds: i64) -> bool {
    (0..DAY).contains(&nanoseconds)
}

/// Whether these bytes have a scale and at least one byte of an unscaled number.
pub(crate) const fn is_decimal(bytes: &[u8]) -> bool {
    bytes.len() > 4
}

/// The address that 4 or 16 bytes are.
pub(crate) fn parse_address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
    }
}

/// The parts of a duration as JavaScript and Arrow read them.
///
/// ```text
/// +---------------+-------------+--------------------+
/// | i32 LE months | i32 LE days | i64 LE nanoseconds |
/// +---------------+-------------+--------------------+
/// ```
pub(crate) fn duration_parts(bytes: &[u8]) -> Option<[u8; 16]> {
    let mut reader = Reader::new(bytes);
    let months = i32::try_from(reader.vint().ok()?).ok()?;
    let days = i32::try_from(reader.vint().ok()?).ok()?;
    let nanoseconds = reader.vint().ok()?;
    let parts = [i64::from(months), i64::from(days), nanoseconds];
    let is_of_one_sign = parts.iter().all(|part| *part >= 0) || parts.iter().all(|part| *part <= 0);
    if reader.remaining() > 0 || !is_of_one_sign {
        return None;
    }
    let bits = u128::from(months as u32) | u128::from(days as u32) << 32 | u128::from(nanoseconds as u64) << 64;
    Some(bits.to_le_bytes())
}
