/** Magic, DEFLATE, no flags, no time, no hint of the level, system unknown (RFC 1952, 2.3): always the same ten bytes. */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const TRAILER_BYTES = 8;

/**
 * A gzip member around DEFLATE bytes that exist already, e.g. a zip entry's: nothing is inflated or compressed again.
 * @param entry CRC-32 (8 hex) and length of the bytes that `deflated` stands for
 * @throws RangeError when the CRC-32 is no 8 hex digits
 */
export function gzipFromDeflate(deflated: Uint8Array, entry: { crc32: string; bytes: number }): Buffer {
  if (!/^[0-9a-f]{8}$/.test(entry.crc32)) throw new RangeError(`not a CRC-32 of 8 hex digits: ${entry.crc32}`);
  const member = Buffer.allocUnsafe(GZIP_HEADER.length + deflated.length + TRAILER_BYTES);
  member.set(GZIP_HEADER, 0);
  member.set(deflated, GZIP_HEADER.length);
  member.writeUInt32LE(Number.parseInt(entry.crc32, 16), member.length - 8);
  member.writeUInt32LE(entry.bytes % 2 ** 32, member.length - 4);
  return member;
}
