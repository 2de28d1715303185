//! Values that hold no other values.

use super::{invalid, CqlValue};
use crate::error::{Error, ErrorKind, Result};
use crate::notation::{write_int, write_long, write_vint, Reader};
use core::net::IpAddr;

/// The nanoseconds of a day.
const DAY: i64 = 86_400_000_000_000;

/// All of the bytes, of which there must be exactly `N`.
pub(super) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| invalid(0))
}

pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    core::str::from_utf8(bytes).map_err(|error| Error::new(ErrorKind::InvalidUtf8, error.valid_up_to()))
}

/// ```text
/// +-----------------------+
/// | days + 2^31, unsigned |
/// +-----------------------+
/// ```
pub(super) const fn date(bytes: [u8; 4]) -> i32 {
    (u32::from_be_bytes(bytes) ^ 1 << 31) as i32
}

pub(super) fn write_date(out: &mut Vec<u8>, days: i32) {
    out.extend_from_slice(&(days as u32 ^ 1 << 31).to_be_bytes());
}

pub(super) fn time(nanoseconds: i64) -> Result<i64> {
    if (0..DAY).contains(&nanoseconds) {
        Ok(nanoseconds)
    } else {
        Err(invalid(0))
    }
}

pub(super) fn write_time(out: &mut Vec<u8>, nanoseconds: i64) -> Result<()> {
    time(nanoseconds).map_err(|_| invalid(out.len()))?;
    write_long(out, nanoseconds);
    Ok(())
}

/// ```text
/// +-------------+---------------------------+
/// | [int] scale | unscaled, as a varint     |
/// +-------------+---------------------------+
/// ```
pub(super) fn decimal(bytes: &[u8]) -> Result<CqlValue> {
    match bytes.split_first_chunk() {
        Some((scale, unscaled)) if !unscaled.is_empty() => Ok(CqlValue::Decimal {
            unscaled: unscaled.into(),
            scale: i32::from_be_bytes(*scale),
        }),
        _ => Err(invalid(0)),
    }
}

pub(super) fn write_decimal(out: &mut Vec<u8>, unscaled: &[u8], scale: i32) -> Result<()> {
    write_int(out, scale);
    write_varint(out, unscaled)
}

/// At least one byte: zero is `00`, and no bytes would read as null.
pub(super) fn write_varint(out: &mut Vec<u8>, bytes: &[u8]) -> Result<()> {
    if bytes.is_empty() {
        return Err(invalid(out.len()));
    }
    out.extend_from_slice(bytes);
    Ok(())
}

pub(super) fn address(bytes: &[u8]) -> Result<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return Ok(bytes.into());
    }
    array::<16>(bytes).map(IpAddr::from)
}

pub(super) fn write_address(out: &mut Vec<u8>, address: &IpAddr) {
    match address {
        IpAddr::V4(address) => out.extend_from_slice(&address.octets()),
        IpAddr::V6(address) => out.extend_from_slice(&address.octets()),
    }
}

/// ```text
/// +---------------+-------------+--------------------+
/// | [vint] months | [vint] days | [vint] nanoseconds |
/// +---------------+-------------+--------------------+
/// ```
pub(super) fn duration(bytes: &[u8]) -> Result<CqlValue> {
    let mut reader = Reader::new(bytes);
    let mut part = || reader.vint().map_err(|_| invalid(0));
    let (months, days, nanoseconds) = (part()?, part()?, part()?);
    let months = i32::try_from(months).map_err(|_| invalid(0))?;
    let days = i32::try_from(days).map_err(|_| invalid(0))?;
    if reader.remaining() > 0 || !is_of_one_sign(months, days, nanoseconds) {
        return Err(invalid(0));
    }
    Ok(CqlValue::Duration {
        months,
        days,
        nanoseconds,
    })
}

pub(super) fn write_duration(out: &mut Vec<u8>, months: i32, days: i32, nanoseconds: i64) -> Result<()> {
    if !is_of_one_sign(months, days, nanoseconds) {
        return Err(invalid(out.len()));
    }
    write_vint(out, months.into());
    write_vint(out, days.into());
    write_vint(out, nanoseconds);
    Ok(())
}

const fn is_of_one_sign(months: i32, days: i32, nanoseconds: i64) -> bool {
    (months >= 0 && days >= 0 && nanoseconds >= 0) || (months <= 0 && days <= 0 && nanoseconds <= 0)
}
