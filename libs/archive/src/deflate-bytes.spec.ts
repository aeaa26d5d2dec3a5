import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { madeWindow } from '../../../test/support/made-window.js';
import { DEFLATE_LEVEL, DEFLATE_WINDOW_BITS, deflateBytes } from './deflate-bytes.js';

it('a compressor that was used before gives the bytes of a new one, in any order, many at once', async () => {
  const csvs = [1, 2, 3, 4].map((seed) => madeWindow({ seed }).csv);
  const month = madeWindow({ granularity: 300 }).csv;
  const contents = [...csvs, month, Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(300_000, 7)];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...contents), { minLength: 1, maxLength: 40 }), async (chosen) => {
      const packed = await Promise.all(chosen.map((content) => deflateBytes(content)));
      const options = { level: DEFLATE_LEVEL, windowBits: DEFLATE_WINDOW_BITS };
      packed.forEach((bytes, index) => expect(bytes.equals(deflateRawSync(chosen[index]!, options))).toBe(true));
    }),
    { numRuns: 25 },
  );
});

it('what it gives is not overwritten by what comes after', async () => {
  const contents = Array.from({ length: 50 }, (_, seed) => madeWindow({ seed }).csv);
  const packed: Buffer[] = [];
  for (const content of contents) packed.push(await deflateBytes(content));
  packed.forEach((bytes, index) => expect(inflateRawSync(bytes).equals(contents[index]!)).toBe(true));
});

it('bytes that do not compress come back whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 200_000, size: 'max' }), async (bytes) => {
      expect(Buffer.compare(inflateRawSync(await deflateBytes(bytes)), bytes)).toBe(0);
    }),
    { numRuns: 20 },
  );
});
