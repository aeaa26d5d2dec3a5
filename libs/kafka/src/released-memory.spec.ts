import { createRequire } from 'node:module';
import fc from 'fast-check';
import { FetchedAnswers, mendConnections, release } from './released-memory.js';

const large = (bytes: number): Buffer => Buffer.from(new ArrayBuffer(bytes));

it('releases what holds its memory alone, and nothing that shares it', () => {
  const own = large(20_000);
  release(own);
  expect(own.length).toBe(0);
  const shared = large(40_000);
  release(shared.subarray(0, 20_000));
  expect(shared.length).toBe(40_000);
  const pooled = Buffer.from('from the pool');
  release(pooled);
  expect(pooled.toString()).toBe('from the pool');
});

it('releases the answers of a fetch once every broker is asked again', () => {
  const answers = new FetchedAnswers();
  const [first, second, small] = [large(100_000), large(100_000), large(1_000)];
  answers.answered('1');
  answers.holds(first.subarray(10, 20));
  answers.answered('2');
  answers.holds(second.subarray(10, 20));
  answers.holds(small.subarray(1));
  answers.holds(null);
  answers.asked('1');
  expect(first.length).toBe(100_000);
  answers.asked('2');
  expect([first.length, second.length, small.length]).toEqual([0, 0, 1_000]);
});

it('forgets answers without releasing them when the consumer begins anew', () => {
  const answers = new FetchedAnswers();
  const kept = large(100_000);
  answers.answered('1');
  answers.holds(kept);
  answers.forget();
  answers.asked('1');
  expect(kept.length).toBe(100_000);
});

it('leaves kafkajs’s framing as it is, however the bytes are cut', () => {
  mendConnections();
  const Connection = createRequire(import.meta.url)('kafkajs/src/network/connection') as new (options: object) => {
    requestQueue: { fulfillRequest(answer: { correlationId: number; payload: Buffer }): void };
    processData(chunk: Buffer): void;
  };
  const logger = { namespace: () => ({ info: () => undefined, error: () => undefined, warn: () => undefined, debug: () => undefined }) };
  const payloads = fc.array(fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 90_000 })), { minLength: 1, maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 1, max: 65_536 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(payloads, cuts, (sizes, lengths) => {
      const connection = new Connection({ host: 'h', port: 1, logger, requestTimeout: 1_000, connectionTimeout: 1_000 });
      const answers: { correlationId: number; payload: string }[] = [];
      connection.requestQueue.fulfillRequest = ({ correlationId, payload }) =>
        answers.push({ correlationId, payload: payload.toString('latin1') });
      const frames = sizes.map((size, id) => {
        const frame = Buffer.alloc(8 + size, 65 + id);
        frame.writeInt32BE(4 + size, 0);
        frame.writeInt32BE(id, 4);
        return frame;
      });
      const stream = Buffer.concat(frames);
      for (let at = 0, cut = 0; at < stream.length; cut += 1) {
        const length = Math.min(lengths[cut % lengths.length]!, stream.length - at);
        // as a socket hands them out: each chunk with memory of its own
        const chunk = large(length);
        stream.copy(chunk, 0, at, at + length);
        connection.processData(chunk);
        at += length;
      }
      expect(answers).toEqual(sizes.map((size, id) => ({ correlationId: id, payload: String.fromCharCode(65 + id).repeat(size) })));
    }),
    { numRuns: 60 },
  );
});
