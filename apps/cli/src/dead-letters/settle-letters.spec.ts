import type { ConsumedRecord, OutgoingRecord } from '@elias/kafka';
import { readLetter } from './letter.js';
import type { Letter } from './letter.js';
import { ATTEMPTS_MAX, drop, redrive } from './settle-letters.js';
import type { SettlingParts } from './settle-letters.js';

let done: string[];
let sent: OutgoingRecord[];
let original: ConsumedRecord | null;
const parts: SettlingParts = {
  send: (record) => Promise.resolve(void (sent.push(record), done.push('sent'))),
  recordAt: () => Promise.resolve(original),
  askAgain: ({ from, to, products, granularity, idempotencyKey }) =>
    Promise.resolve(void done.push(`asked ${granularity} ${products.join()} ${from} ${to} as ${idempotencyKey}`)),
  settle: (_letter, settledAs, because) => Promise.resolve(void done.push(because === null ? settledAs : `${settledAs}: ${because}`)),
};
beforeEach(() => {
  done = [];
  sent = [];
  original = null;
});

function letter(headers: Record<string, string> = {}, settledAs: Letter['settledAs'] = null): Letter {
  const origin = {
    elias_dlq_group: 'elias-collector',
    elias_dlq_topic: 'elias.collection.requests.v1',
    elias_dlq_partition: '3',
    elias_dlq_offset: '44',
    elias_dlq_reason: 'bad-request',
    elias_dlq_attempts: '1',
    elias_dlq_key: 'key',
    ce_type: 'collection.requested',
  };
  const record = {
    topic: 'elias.dlq.elias-collector.v1',
    partition: 0,
    offset: '12',
    key: 'x',
    value: Buffer.from('{}'),
    headers: { ...origin, ...headers },
    timestampMs: 0,
  };
  return readLetter(record, settledAs)!;
}

it('sends it back where it came from, for its group, and notes it after', async () => {
  expect(await redrive(letter(), parts, false)).toMatchObject({ settledAs: 'redriven', problem: null });
  expect(done).toEqual(['sent', 'redriven']);
  expect(sent).toEqual([
    {
      topic: 'elias.collection.requests.v1',
      partition: 3,
      key: 'key',
      value: Buffer.from('{}'),
      headers: { ce_type: 'collection.requested', elias_redrive_group: 'elias-collector', elias_redrive_attempts: '1' },
    },
  ]);
});

it('asks for a window again instead of sending its record', async () => {
  const refused = letter({ elias_dlq_topic: 'elias.windows.candles.v1', elias_dlq_key: 'candles/60/BTC-USD/2023-12-01' });
  expect(await redrive(refused, parts, false)).toMatchObject({ settledAs: 'asked_again' });
  expect(done).toEqual(['asked 60 BTC-USD 2023-12-01T00:00:00Z 2023-12-02T00:00:00Z as dead-letter elias-collector/0/12', 'asked_again']);
  const computed = letter({ elias_dlq_topic: 'elias.windows.stats.v1', elias_dlq_key: 'discounts_7d/_all/2023-12-01' });
  expect(await redrive(computed, parts, true)).toMatchObject({
    settledAs: null,
    problem: expect.stringContaining('discounts_7d') as string,
  });
});

it('cannot send a message of the feed back', async () => {
  const message = letter({ elias_dlq_topic: 'coinbase.feed' });
  expect(await redrive(message, parts, true)).toMatchObject({ settledAs: null, problem: expect.stringContaining('feed') as string });
  expect(done).toEqual([]);
});

it('does not go round in a loop', async () => {
  const often = letter({ elias_dlq_attempts: String(ATTEMPTS_MAX) });
  expect(await redrive(often, parts, false)).toMatchObject({ settledAs: null, problem: expect.stringContaining('--insist') as string });
  expect(await redrive(letter({}, 'redriven'), parts, true)).toMatchObject({ problem: 'it is redriven already' });
  expect(done).toEqual([]);
  expect(await redrive(often, parts, true)).toMatchObject({ settledAs: 'redriven' });
});

it('takes a value that was too large from where it stayed, or says that it is gone', async () => {
  const large = letter({ elias_dlq_omitted_value_bytes: '9000000' });
  expect(await redrive(large, parts, false)).toMatchObject({ settledAs: null, problem: expect.stringContaining('no more') as string });
  original = { ...large.record, value: Buffer.from('large') };
  expect(await redrive(large, parts, false)).toMatchObject({ settledAs: 'redriven' });
  expect(sent[0]!.value).toEqual(Buffer.from('large'));
});

it('drops once', async () => {
  expect(await drop(letter(), parts, 'a test')).toMatchObject({ settledAs: 'dropped' });
  expect(await drop(letter({}, 'dropped'), parts, 'a test')).toMatchObject({ settledAs: null });
  expect(done).toEqual(['dropped: a test']);
});
