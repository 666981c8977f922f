/** CRC16-XMODEM, the checksum by which Redis Cluster places keys (cluster specification, appendix A). */
const table = new Uint16Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  table[byte] = crc;
}

/** Number of slots of a cluster. */
export const slotCount = 16_384;

/** The slot of an ASCII key; a non-empty `{part}` alone determines it, so that keys can be stored together. */
export function computeSlot(key: string): number {
  let from = 0;
  let to = key.length;
  const open = key.indexOf("{");
  if (open !== -1) {
    const close = key.indexOf("}", open + 1);
    if (close > open + 1) {
      from = open + 1;
      to = close;
    }
  }
  let crc = 0;
  for (let index = from; index < to; index++)
    crc = ((crc << 8) & 0xffff) ^ (table[(crc >> 8) ^ (key.charCodeAt(index) & 0xff)] ?? 0);
  return crc % slotCount;
}
