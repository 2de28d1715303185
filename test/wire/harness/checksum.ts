// CRC24 and CRC32 as segments use them (native_protocol_v5.spec 2.2), bit by bit or from the plainest table.

const CRC24_INITIAL = 0x875060;
const CRC24_POLYNOMIAL = 0x1974f0b;
const CRC32_POLYNOMIAL = 0xedb88320;
const CRC32_PREFIX = [0xfa, 0x2d, 0x55, 0xca];

const crc32Table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? CRC32_POLYNOMIAL : 0);
  }
  return remainder;
});

/** The checksum of a segment header. */
export function crc24(bytes: Uint8Array): number {
  let crc = CRC24_INITIAL;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if (crc & 0x1000000) {
        crc ^= CRC24_POLYNOMIAL;
      }
    }
  }
  return crc;
}

/** The checksum of a segment payload as it is sent; `prefix` is what the protocol feeds in first. */
export function crc32(bytes: Uint8Array, prefix: Iterable<number> = CRC32_PREFIX): number {
  let crc = 0xffffffff;
  for (const byte of prefix) {
    crc = (crc >>> 8) ^ tableEntry(crc ^ byte);
  }
  for (const byte of bytes) {
    crc = (crc >>> 8) ^ tableEntry(crc ^ byte);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function tableEntry(index: number): number {
  return crc32Table[index & 0xff] ?? 0;
}
