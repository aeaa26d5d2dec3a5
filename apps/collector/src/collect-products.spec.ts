import { checkWindowCsv, csvSha256 } from '@elias/archive';
import { BadAnswerError, ExchangeUnavailableError, ValueDoesNotFitError } from '@elias/coinbase';
import { ALL_PRODUCTS, dayWindowAt } from '@elias/market-data';
import type { CollectionOutcome } from './collected-window.js';
import { CollectWindow } from './collect-window.js';
import { BTC, InMemoryExchange, LISTED } from './test-exchange.js';

const day = dayWindowAt('products', ALL_PRODUCTS, Date.UTC(2023, 11, 1));
const AFTER_MS = day.toMs + 900_000;
const HOUR_MS = 3_600_000;
const COLLECTION_ID = '018c0000-0000-7000-8000-00000000000a';
const parts = {
  deadlineMs: 1_000,
  windowsAtOnce: 2,
  newCollectionId: () => COLLECTION_ID,
  snapshotLateMsMax: 6 * HOUR_MS,
  spoolFolder: '',
};
const collect = (exchange: InMemoryExchange): Promise<CollectionOutcome> =>
  new CollectWindow({ ...parts, exchange }).run({ window: day, productIds: [] }, new AbortController().signal);

it('is every product that the exchange lists, by name, as of the day that ended', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.products = new Map(['ETH-USD', 'BTC-USD', 'GONE-EUR'].map((id) => [id, BTC]));
  const outcome = await collect(exchange);
  if (outcome.kind !== 'collected') throw new Error('not collected', { cause: outcome.cause });
  const { csv, rowCount, coverage, revision } = outcome;
  if (!Buffer.isBuffer(csv)) throw new Error('in parts');
  expect(checkWindowCsv(csv, { window: day, rowCount, csvSha256: csvSha256(csv) })).toEqual({ kind: 'ok', value: { rows: 3 } });
  expect(csv.toString().split('\n').slice(1)).toEqual([
    'BTC-USD,2023-12-01,BTC,USD,online,,0.00000001,0.01,1,false,false,false,false,false,false,false',
    'ETH-USD,2023-12-01,BTC,USD,online,,0.00000001,0.01,1,false,false,false,false,false,false,false',
    'GONE-EUR,2023-12-01,BTC,USD,online,,0.00000001,0.01,1,false,false,false,false,false,false,false',
    '',
  ]);
  expect(coverage).toMatchObject({ present: 1, unknown: 0, open: 0 });
  expect(revision).toEqual({ unknown: 0, open: 0, collectedAtMs: AFTER_MS, collectionId: COLLECTION_ID });
  expect(exchange.asked).toEqual(['listing']);
});

it('the same list is the same CSV, whenever it was asked for', async () => {
  const [first, second] = [await collect(new InMemoryExchange(AFTER_MS)), await collect(new InMemoryExchange(AFTER_MS + HOUR_MS))];
  expect(second).toMatchObject({ csv: (first as { csv: Buffer }).csv, revision: { collectedAtMs: AFTER_MS + HOUR_MS } });
});

it.each([
  ['before the day is over', day.toMs - 1_000, 'bad_request', /is not over: the exchange has 2023-12-01T23:59:59Z/],
  [
    'more than 6 h after it',
    day.toMs + 6 * HOUR_MS + 1_000,
    'too_late',
    /of its present alone.*until 6 h after its day.*2023-12-02T06:00:01Z/,
  ],
])('%s it fails for good, without a question', async (_when, nowMs, reason, message) => {
  const exchange = new InMemoryExchange(nowMs);
  const outcome = await collect(exchange);
  expect(outcome).toMatchObject({ kind: 'failed', permanent: true, reason });
  expect(outcome).toHaveProperty('cause.message', expect.stringMatching(message) as string);
  expect(exchange.asked).not.toContain('listing');
});

it('asks for the time before it calls a day one that is not over', async () => {
  const exchange = new InMemoryExchange(day.toMs + 1_000, day.toMs - 1_000);
  expect(await collect(exchange)).toMatchObject({ kind: 'collected' });
  expect(exchange.asked).toEqual(['time', 'listing']);
});

it.each([day.toMs - 1_000, null])('an answer that a cache gave as of %s is not of the day: it is asked for again', async (answeredAtMs) => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.listingAnswer = (told) => ({ ...told, answeredAtMs });
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: false, reason: 'exchange_unavailable' });
});

it.each([
  [false, 'rate_limited', new ExchangeUnavailableError('/products', 'rate_limited', 3)],
  [true, 'bad_record', new BadAnswerError('/products', 'post_only of X-USD is neither true nor false')],
  [true, 'does_not_fit', new ValueDoesNotFitError('/products', 'base_increment', 'X-USD', '1e-12')],
] as const)('fails (for good: %s) with %s', async (permanent, reason, error) => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.listingAnswer = () => Promise.reject(error);
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent, reason, cause: error });
});

it('words that no store has room for do not fit', async () => {
  const exchange = new InMemoryExchange(AFTER_MS);
  exchange.listingAnswer = (told) => ({ ...told, value: [{ ...LISTED, status_message: 'x'.repeat(513) }] });
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: true, reason: 'does_not_fit' });
});
