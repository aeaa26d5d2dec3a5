import fc from 'fast-check';
import { madeWindow } from '../../../test/support/made-window.js';
import { decodeEvent, encodeEvent } from './control-events.js';
import { decodeLiveEvent, encodeLiveEvent } from './live-events.js';
import type { LiveEvent } from './live-events.js';
import { decodeWindowFacts, decodeWindowPart, encodeWindowPart, encodeWindowRecord, WINDOW_HEADER } from './window-record.js';

const decimal = fc
  .tuple(fc.nat(99_999), fc.nat(999))
  .map(([whole, part]) => (part === 0 ? `${whole}` : `${whole}.${String(part).padStart(3, '0').replace(/0+$/, '')}`));
const millisecond = fc.integer({ min: 0, max: Date.UTC(2100, 0) }).map((ms) => new Date(ms).toISOString());
const second = fc.integer({ min: 0, max: 4_000_000_000 }).map((s) => new Date(s * 1_000).toISOString().replace('.000', ''));
const product = fc.stringMatching(/^[A-Z0-9]{1,8}-[A-Z0-9]{1,5}$/);
const match = { product_id: product, trade_id: fc.nat(), side: fc.constantFrom('buy' as const, 'sell' as const), price: decimal };
const times = { traded_at: millisecond, received_at: millisecond };
const orNull = fc.option(decimal);
const liveEvent: fc.Arbitrary<LiveEvent> = fc.oneof(
  fc
    .record({ ...match, ...times, size: decimal, told_by: fc.constantFrom('feed' as const, 'rest' as const) })
    .map((data) => ({ type: 'live.trade' as const, data })),
  fc
    .record({
      ...{ ...match, ...times, last_size: decimal, best_bid: orNull, best_bid_size: orNull, best_ask: orNull, best_ask_size: orNull },
      ...{ open_24h: orNull, low_24h: orNull, high_24h: orNull, volume_24h: orNull, volume_30d: orNull },
    })
    .map((data) => ({ type: 'live.ticker' as const, data })),
  fc
    .record({
      ...{ product_id: product, granularity: fc.constantFrom(60, 300, 3_600), started_at: second, answered_at: second },
      ...{ open: decimal, high: decimal, low: decimal, close: decimal, volume: decimal },
    })
    .map((data) => ({ type: 'live.candle' as const, data })),
);

it('a live event comes out as it went in', () => {
  fc.assert(
    fc.property(liveEvent, (event) => {
      const { value, headers } = encodeLiveEvent(event, 'collector');
      expect(decodeLiveEvent({ value: Buffer.from(value), headers })).toEqual({ kind: 'ok', value: event });
    }),
  );
});

const madeFacts = fc
  .record({ telling: fc.nat(500), unknownTail: fc.nat(300), granularity: fc.constantFrom(60 as const, 3_600 as const, 86_400 as const) })
  .map((wish) => madeWindow({ ...wish, seed: wish.telling }));

it('a window record comes out as it went in, and so does each part', () => {
  fc.assert(
    fc.property(madeFacts, fc.nat(4), ({ facts, csv }, part) => {
      const { key, headers, value } = encodeWindowRecord(facts, csv, 'collector');
      expect(decodeWindowFacts({ key, headers })).toEqual({ kind: 'ok', value: facts });
      expect(value).toBe(csv);
      const piece = encodeWindowPart(facts, { part, parts: 5 }, csv, 'collector');
      expect(decodeWindowPart(piece)).toEqual({ kind: 'ok', value: { ...facts, part, parts: 5 } });
      expect([decodeWindowFacts(piece).kind, decodeWindowPart({ key, headers }).kind]).toEqual(['dead-letter', 'dead-letter']);
    }),
    { numRuns: 25 },
  );
});

/** Bytes cut, put in, flipped. */
const mutations = fc.array(fc.record({ at: fc.nat(2_000), dropped: fc.nat(12), put: fc.uint8Array({ maxLength: 12 }) }), {
  minLength: 1,
  maxLength: 4,
});
const mutated = (bytes: Buffer, changes: readonly { at: number; dropped: number; put: Uint8Array }[]): Buffer =>
  changes.reduce((now, { at, dropped, put }) => {
    const place = at % (now.length + 1);
    return Buffer.concat([now.subarray(0, place), put, now.subarray(place + dropped)]);
  }, bytes);
const isOutcome = (kind: string): void => expect(['ok', 'dead-letter']).toContain(kind);

const real = madeWindow({ unknownTail: 40 });
const sealedHeader = encodeWindowRecord(real.facts, real.csv, 'collector');
const failed = encodeEvent(
  'collection.failed',
  {
    ...{ request_id: real.facts.requestId, run_id: real.facts.runId, origin: 'backfill', attempt: 1, permanent: false },
    ...{ reason: 'exchange_unavailable', detail: 'status 503' },
    window: {
      id: 'candles/60/BTC-USD/2023-12-01',
      dataset: 'candles',
      product_id: 'BTC-USD',
      granularity: 60,
      from: '2023-12-01T00:00:00Z',
      to: '2023-12-02T00:00:00Z',
    },
  },
  'collector',
);

it('a record of altered bytes is an outcome, never an exception, and what is taken still agrees with itself', () => {
  fc.assert(
    fc.property(mutations, (changes) => {
      const header = mutated(Buffer.from(sealedHeader.headers[WINDOW_HEADER]!), changes).toString();
      const decoded = decodeWindowFacts({ key: sealedHeader.key, headers: { ...sealedHeader.headers, [WINDOW_HEADER]: header } });
      isOutcome(decoded.kind);
      if (decoded.kind === 'ok') expect(decoded.value.coverage.present).toBe(decoded.value.rowCount);
      isOutcome(decodeEvent({ value: mutated(Buffer.from(failed.value), changes), headers: failed.headers }).kind);
    }),
    { numRuns: 600 },
  );
});

it('a live event of altered or foreign bytes is an outcome', () => {
  fc.assert(
    fc.property(liveEvent, mutations, fc.option(fc.uint8Array({ maxLength: 300 })), (event, changes, foreign) => {
      const { value, headers } = encodeLiveEvent(event, 'collector');
      isOutcome(decodeLiveEvent({ value: mutated(Buffer.from(value), changes), headers }).kind);
      isOutcome(decodeLiveEvent({ value: foreign, headers }).kind);
    }),
    { numRuns: 400 },
  );
});

it('headers of any JSON at all are an outcome', () => {
  fc.assert(
    fc.property(fc.json(), fc.dictionary(fc.constantFrom('ce_type', WINDOW_HEADER), fc.string()), (json, headers) => {
      isOutcome(decodeWindowFacts({ headers: { ...headers, [WINDOW_HEADER]: json } }).kind);
      isOutcome(decodeWindowPart({ headers }).kind);
      isOutcome(decodeEvent({ value: Buffer.from(json), headers }).kind);
      isOutcome(decodeLiveEvent({ value: Buffer.from(json), headers }).kind);
    }),
    { numRuns: 300 },
  );
});
