import { decodeEvent, encodeEvent, EVENTS } from './control-events.js';
import type { EventData } from './control-events.js';

const ids = { request_id: '018c2a00-0000-7000-8000-000000000001', run_id: '018c2a00-0000-7000-8000-000000000002' };
const window = {
  id: 'candles/60/BTC-USD/2023-12-01',
  dataset: 'candles',
  product_id: 'BTC-USD',
  granularity: 60,
  from: '2023-12-01T00:00:00Z',
  to: '2023-12-02T00:00:00Z',
};
const revision = { unknown: 0, open: 0, collected_at: '2023-12-02T00:15:03Z', collection_id: '018c2a00-0000-7000-8000-00000000000a' };
const requested: EventData<'collection.requested'> = {
  ...ids,
  origin: 'scheduled',
  window,
  attempt: 1,
  best_known: null,
  requested_at: '2023-12-02T00:15:00Z',
};
const superseded: EventData<'rds.superseded'> = {
  ...ids,
  origin: 'backfill',
  window,
  revision,
  by: { ...revision, collected_at: '2023-12-03T00:00:00Z' },
  source: 'topic',
};

it('carries an event through Kafka unchanged', () => {
  const { key, value, headers, topic } = encodeEvent('collection.requested', requested, 'orchestrator');
  expect({ key, topic: topic.name }).toEqual({ key: window.id, topic: 'elias.collection.requests.v1' });
  expect(decodeEvent({ value: Buffer.from(value), headers })).toEqual({
    kind: 'ok',
    value: { type: 'collection.requested', data: requested },
  });
});

it('gives equal events equal ids, and a new attempt or collection a new one', () => {
  const idOf = (data: EventData<'collection.requested'>): string | undefined =>
    encodeEvent('collection.requested', data, 'x').headers['ce_id'];
  expect(idOf(requested)).toBe(idOf({ ...requested, requested_at: '2023-12-02T00:16:00Z' }));
  expect(idOf(requested)).not.toBe(idOf({ ...requested, attempt: 2 }));
  const other = { ...superseded, revision: { ...revision, collection_id: '018c2a00-0000-7000-8000-00000000000b' } };
  expect(encodeEvent('rds.superseded', superseded, 'x').headers['ce_id']).not.toBe(
    encodeEvent('rds.superseded', other, 'x').headers['ce_id'],
  );
});

it('ignores fields that a newer writer added', () => {
  const { headers } = encodeEvent('collection.requested', requested, 'x');
  const value = Buffer.from(JSON.stringify({ ...requested, later: 1 }));
  expect(decodeEvent({ value, headers })).toEqual({ kind: 'ok', value: { type: 'collection.requested', data: requested } });
});

it.each([
  { what: 'no JSON', type: 'collection.requested', value: '{', reason: 'not-json' },
  { what: 'broken UTF-8', type: 'collection.requested', value: Buffer.from([0x22, 0xff, 0x22]), reason: 'not-json' },
  {
    what: 'a missing field',
    type: 'collection.requested',
    value: JSON.stringify({ ...requested, window: undefined }),
    reason: 'wrong-shape',
  },
  { what: 'a type nobody knows', type: 'collection.sung', value: '{}', reason: 'unknown-type' },
  { what: 'a name from the prototype', type: 'constructor', value: '{}', reason: 'unknown-type' },
  { what: 'a null value', type: 'collection.requested', value: null, reason: 'not-json' },
])('$what is a dead letter: $reason', ({ type, value, reason }) => {
  const bytes = value === null ? null : Buffer.from(value);
  expect(decodeEvent({ value: bytes, headers: { ce_type: type } })).toMatchObject({ kind: 'dead-letter', reason });
});

it('takes a badly named window in a request, where the collector answers it, and nowhere else', () => {
  const wrong = { ...window, granularity: 61 };
  const request = encodeEvent('collection.requested', { ...requested, window: wrong }, 'x');
  expect(decodeEvent({ value: Buffer.from(request.value), headers: request.headers }).kind).toBe('ok');
  expect(() => encodeEvent('rds.superseded', { ...superseded, window: wrong }, 'x')).toThrow(/does not exist/);
});

it('has each event on a topic of the table, with no type twice', () => {
  const names = Object.values(EVENTS).map(({ topic }) => topic.name);
  expect(names.every((name) => /^elias\.[a-z.]+\.v1$/.test(name))).toBe(true);
});
