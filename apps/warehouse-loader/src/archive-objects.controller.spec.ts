import { encodeEvent } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { madeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling, withdrawnTelling } from '../../../test/support/sealed-telling.js';
import { ArchiveObjectsController } from './archive-objects.controller.js';
import { LoadQueue } from './load-queue.js';

const telling = madeTelling({ telling: 'told' });
const source = { topic: 't', partition: 0, offset: '0' };
const failed = { request_id: null, run_id: null, window_id: 'w', revision: null, reason: 'wrong-hash', detail: '', source };

const consumed = ({ key, value, headers }: EncodedRecord, offset: number): ConsumedRecord => ({
  ...{ topic: 't', partition: 0, offset: String(offset), key, value: Buffer.from(value), headers, timestampMs: 0 },
});

it('queues what is sealed or revoked, passes over what failed, puts the unreadable aside', async () => {
  const sealed = encodeEvent('archive.sealed', (await sealedTelling(telling, 'b', 'p')).event, 'test');
  const revoked = encodeEvent('archive.revoked', withdrawnTelling(telling, 'wrong'), 'test');
  const records = [sealed, encodeEvent('archive.failed', failed, 'test'), { ...sealed, value: '{' }, revoked].map(consumed);
  const aside: string[] = [];
  const done: string[] = [];
  let current = true;
  const batch = new RecordBatch({
    ...{ topic: 't', partition: 0, records },
    isCurrent: () => current,
    done: ({ offset }) => void done.push(offset),
    deadLetter: async ({ offset }, reason) => void aside.push(`${offset} ${reason}`),
  });
  const queue = new LoadQueue({ intervalMs: 0, eventsMax: 10, bytesMax: 1e9, nowMs: Date.now });
  await new ArchiveObjectsController(queue).objects(batch);
  expect({ aside, done }).toEqual({ aside: ['2 not-json'], done: ['1'] });
  const events = await queue.next(new AbortController().signal);
  expect(events.map(({ kind }) => kind)).toEqual(['sealed', 'revoked']);
  events[0]!.done();
  expect(done).toEqual(['1', '0']);
  expect(events[1]!.isOwed()).toBe(true);
  current = false;
  expect(events[1]!.isOwed()).toBe(false);
});

it('queues nothing while a dead letter is not durable: all of it comes again', async () => {
  const sealed = encodeEvent('archive.sealed', (await sealedTelling(telling, 'b', 'p')).event, 'test');
  const records = [sealed, { ...sealed, value: '{' }].map(consumed);
  const away = new Error('Kafka is away');
  const batch = new RecordBatch({ topic: 't', partition: 0, records, deadLetter: () => Promise.reject(away) });
  const queue = new LoadQueue({ intervalMs: 0, eventsMax: 10, bytesMax: 1e9, nowMs: Date.now });
  await new ArchiveObjectsController(queue).objects(batch);
  expect(batch.failure).toEqual({ error: away });
  expect(queue.size).toBe(0);
});
