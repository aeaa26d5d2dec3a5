import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gzipFromDeflate } from './gzip-member.js';

it('gunzip reads the framed bytes, and nothing else differs from a gzip of them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), fc.integer({ min: 0, max: 9 }), (content, level) => {
      const deflated = deflateRawSync(content, { level });
      const crc = crc32(content).toString(16).padStart(8, '0');
      const member = gzipFromDeflate(deflated, { crc32: crc, bytes: content.length });
      expect(gunzipSync(member).equals(content)).toBe(true);
      expect(member.subarray(10, -8).equals(deflated)).toBe(true);
    }),
  );
});

it('a CRC-32 of other bytes is seen by gunzip', () => {
  const member = gzipFromDeflate(deflateRawSync('a'), { crc32: '00000000', bytes: 1 });
  expect(() => gunzipSync(member)).toThrow();
});

it('tells the length modulo 2^32, as RFC 1952 has it', () => {
  const member = gzipFromDeflate(deflateRawSync(''), { crc32: '00000000', bytes: 2 ** 32 + 5 });
  expect(member.readUInt32LE(member.length - 4)).toBe(5);
});

it('refuses what is no CRC-32', () => {
  expect(() => gzipFromDeflate(Buffer.alloc(1), { crc32: '12345', bytes: 1 })).toThrow(RangeError);
});
