import fc from 'fast-check';
import { LowWatermark } from './low-watermark.js';

it('is the position as long as nothing is open', () => {
  const watermark = new LowWatermark(7n);
  expect(watermark.next).toBe(7n);
  watermark.readTo(12n);
  expect(watermark.next).toBe(12n);
});

it('waits for the oldest record, and then passes holes', () => {
  const watermark = new LowWatermark(0n);
  for (const offset of [3n, 4n, 9n]) watermark.read(offset);
  watermark.readTo(20n);
  expect(watermark.done(9n)).toBe(true);
  expect(watermark.done(4n)).toBe(true);
  expect(watermark.next).toBe(3n);
  expect(watermark.done(4n)).toBe(false);
  expect(watermark.done(100n)).toBe(false);
  watermark.done(3n);
  expect(watermark.next).toBe(20n);
  expect(watermark.openRecords).toBe(0);
});

it('is the oldest open record, whatever the order of being done', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat({ max: 5 })), { minLength: 1, maxLength: 3_000, size: 'max' });
  fc.assert(
    fc.property(steps, (plan) => {
      const watermark = new LowWatermark(0n);
      const open = new Set<bigint>();
      let position = 0n;
      for (const [reads, step] of plan) {
        if (reads || open.size === 0) {
          const offset = position + BigInt(step);
          watermark.read(offset);
          open.add(offset);
          position = offset + 1n;
          watermark.readTo(position);
        } else {
          const offset = [...open][step % open.size]!;
          open.delete(offset);
          if (!watermark.done(offset)) throw new Error(`${offset} was open`);
        }
        const oldest = open.values().next().value ?? position;
        if (watermark.next !== oldest) throw new Error(`${watermark.next} instead of ${oldest}`);
      }
    }),
    { numRuns: 20 },
  );
});
