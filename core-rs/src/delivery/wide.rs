//! UTF-8 → UTF-16, checked on the way: text that is not ASCII is read by JavaScript without decoding it again.

/// Writes the UTF-16 units of this text to the start of `units`, of which there must be as many as bytes, and gives
/// how many they are; `None` if the bytes are no UTF-8.
pub(super) fn transcode(bytes: &[u8], units: &mut [u16]) -> Option<usize> {
    let room = units.len();
    if room < bytes.len() {
        return None;
    }
    let mut input = bytes;
    let mut output = units;
    loop {
        let (point, rest) = match input {
            [] => return Some(room - output.len()),
            [..=0x7f, ..] => {
                (input, output) = copy_ascii(input, output);
                continue;
            }
            [a @ 0xc2..=0xdf, b, rest @ ..] => (join(u32::from(*a & 0x1f), &[*b])?, rest),
            [a @ 0xe0..=0xef, b, c, rest @ ..] => (join(u32::from(*a & 0x0f), &[*b, *c])?, rest),
            [a @ 0xf0..=0xf4, b, c, d, rest @ ..] => {
                let point = join(u32::from(*a & 0x07), &[*b, *c, *d])?;
                let over = point.checked_sub(0x1_0000).filter(|over| *over < 0x10_0000)?;
                let (high, low) = (0xd800 + (over >> 10), 0xdc00 + (over & 0x3ff));
                (input, output) = (rest, put(output, [high as u16, low as u16])?);
                continue;
            }
            _ => return None,
        };
        let is_overlong = input.len() - rest.len() == 3 && point < 0x800;
        if is_overlong || matches!(point, 0xd800..=0xdfff) {
            return None;
        }
        (input, output) = (rest, put(output, [point as u16])?);
    }
}

/// The code point of these bits and those of the bytes that continue it.
#[inline(always)]
fn join(first: u32, continuing: &[u8]) -> Option<u32> {
    let is_valid = continuing.iter().all(|byte| byte & 0xc0 == 0x80);
    let point = continuing
        .iter()
        .fold(first, |point, byte| point << 6 | u32::from(byte & 0x3f));
    is_valid.then_some(point)
}

#[inline(always)]
fn put<const N: usize>(output: &mut [u16], units: [u16; N]) -> Option<&mut [u16]> {
    let (to, rest) = output.split_first_chunk_mut()?;
    *to = units;
    Some(rest)
}

/// Copies the ASCII at the start of `input`, eight bytes at a time as long as there are so many.
#[inline(always)]
fn copy_ascii<'i, 'o>(mut input: &'i [u8], mut output: &'o mut [u16]) -> (&'i [u8], &'o mut [u16]) {
    while let Some((from, rest)) = input.split_first_chunk::<8>() {
        if u64::from_le_bytes(*from) & 0x8080_8080_8080_8080 != 0 || output.len() < from.len() {
            break;
        }
        let (to, output_rest) = core::mem::take(&mut output).split_at_mut(from.len());
        to.iter_mut().zip(from).for_each(|(to, from)| *to = u16::from(*from));
        (input, output) = (rest, output_rest);
    }
    while let (Some((from @ ..=0x7f, rest)), true) = (input.split_first(), !output.is_empty()) {
        let (to, output_rest) = core::mem::take(&mut output).split_at_mut(1);
        to.fill(u16::from(*from));
        (input, output) = (rest, output_rest);
    }
    (input, output)
}
