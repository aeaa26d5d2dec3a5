import fc from 'fast-check';
import { RecordQueue } from './record-queue.js';

it('gives the oldest within the bounds, a large one alone', () => {
  const queue = new RecordQueue<string>();
  for (const [name, bytes] of [
    ['a', 10],
    ['b', 20],
    ['c', 500],
    ['d', 1],
    ['e', 1],
    ['f', 1],
  ] as const)
    queue.push(name, bytes);
  expect(queue.bytes).toBe(533);
  expect(queue.take(10, 100)).toEqual(['a', 'b']);
  expect(queue.take(10, 100)).toEqual(['c']);
  expect(queue.take(2, 100)).toEqual(['d', 'e']);
  expect([queue.length, queue.bytes]).toEqual([1, 1]);
  expect(queue.take(2, 100)).toEqual(['f']);
  expect(queue.take(2, 100)).toEqual([]);
  queue.push('g', 1);
  queue.clear();
  expect([queue.length, queue.bytes, queue.take(1, 1)]).toEqual([0, 0, []]);
});

it('is first in, first out, with its bytes right', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat({ max: 50 }), fc.constant(null)), { maxLength: 300 }), (steps) => {
      const queue = new RecordQueue<number>();
      const model: { id: number; bytes: number }[] = [];
      steps.forEach((bytes, id) => {
        if (bytes !== null) {
          queue.push(id, bytes);
          model.push({ id, bytes });
        } else {
          const taken = queue.take(3, 60);
          expect(taken).toEqual(model.splice(0, taken.length).map((entry) => entry.id));
          expect(taken.length > 0 || model.length === 0).toBe(true);
        }
        expect([queue.length, queue.bytes]).toEqual([model.length, model.reduce((sum, entry) => sum + entry.bytes, 0)]);
      });
    }),
  );
});
