//! The two checksums of protocol v5: CRC24 over a segment's header, CRC32 over its payload.
//! Both start from the seeds that the protocol fixes, so they are not the checksums of any general library.

use std::sync::OnceLock;

const CRC24_SEED: u32 = 0x0087_5060;
const CRC24_POLYNOMIAL: u32 = 0x0197_4f0b;
const CRC24_MASK: u32 = 0x00ff_ffff;
const CRC32_POLYNOMIAL: u32 = 0xedb8_8320;
/// The register after the usual start value and the four bytes `fa 2d 55 ca` that precede every payload.
const CRC32_SEED: u32 = crc32_seed([0xfa, 0x2d, 0x55, 0xca]);

static CRC24_TABLE: [u32; 256] = crc24_table();
/// Table `n` holds what a byte contributes when `n` more bytes follow it. Made on first use: as constants they would be a
/// tenth of the module, and nothing compresses them.
static CRC32_TABLES: OnceLock<Box<Tables>> = OnceLock::new();

type Tables = [[u32; 256]; 16];

/// CRC24 of a segment header: most significant bit first, not reflected.
///
/// Source: native_protocol_v5.spec 2.1.
#[must_use]
pub fn crc24(header: &[u8]) -> u32 {
    let crc = header.iter().fold(CRC24_SEED, |crc, byte| {
        (crc << 8) ^ at(&CRC24_TABLE, (crc >> 16) as u8 ^ byte)
    });
    crc & CRC24_MASK
}

/// CRC32 of a segment payload as it is sent: IEEE, reflected, seeded with four fixed bytes.
///
/// Source: native_protocol_v5.spec 2.1.
#[must_use]
pub fn crc32(payload: &[u8]) -> u32 {
    let tables: &Tables = CRC32_TABLES.get_or_init(crc32_tables);
    let [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = tables;
    let (blocks, tail) = payload.as_chunks::<16>();
    let crc = blocks.iter().fold(CRC32_SEED, |crc, block| {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *block;
        let [w, x, y, z] = (crc ^ u32::from_le_bytes([a, b, c, d])).to_le_bytes();
        let far = at(t11, e) ^ at(t10, f) ^ at(t9, g) ^ at(t8, h) ^ at(t7, i) ^ at(t6, j);
        let near = at(t5, k) ^ at(t4, l) ^ at(t3, m) ^ at(t2, n) ^ at(t1, o) ^ at(t0, p);
        // The register comes last: what does not wait for it is ready when it is.
        far ^ near ^ at(t15, w) ^ at(t14, x) ^ at(t13, y) ^ at(t12, z)
    });
    !tail.iter().fold(crc, |crc, byte| (crc >> 8) ^ at(t0, crc as u8 ^ byte))
}

/// A byte is always inside a table of 256: the compiler sees it and drops the check.
#[inline(always)]
fn at(table: &[u32; 256], byte: u8) -> u32 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

const fn crc24_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut rest: &mut [u32] = &mut table;
    let mut byte = 0;
    while let Some((entry, tail)) = rest.split_first_mut() {
        let mut crc = byte << 16;
        let mut bit = 0;
        while bit < 8 {
            crc <<= 1;
            if crc > CRC24_MASK {
                crc ^= CRC24_POLYNOMIAL;
            }
            bit += 1;
        }
        *entry = crc;
        rest = tail;
        byte += 1;
    }
    table
}

fn crc32_tables() -> Box<Tables> {
    let mut tables = Box::new([[0; 256]; 16]);
    for (byte, bytes_before) in (0_u32..256).zip(0_usize..) {
        let mut crc = byte;
        for table in tables.iter_mut() {
            crc = crc32_shift(crc, 1);
            if let Some(entry) = table.get_mut(bytes_before) {
                *entry = crc;
            }
        }
    }
    tables
}

const fn crc32_seed(bytes: [u8; 4]) -> u32 {
    crc32_shift(!0 ^ u32::from_le_bytes(bytes), 4)
}

/// The register after so many zero bytes.
const fn crc32_shift(mut crc: u32, bytes: u32) -> u32 {
    let mut bit = 0;
    while bit < 8 * bytes {
        crc = if crc & 1 == 0 {
            crc >> 1
        } else {
            (crc >> 1) ^ CRC32_POLYNOMIAL
        };
        bit += 1;
    }
    crc
}
