import { checkWindowCsv, csvSha256 } from '@elias/archive';
import { BadAnswerError, ExchangeUnavailableError } from '@elias/coinbase';
import { ALL_PRODUCTS, dayWindowAt } from '@elias/market-data';
import type { CollectionOutcome } from './collected-window.js';
import { CollectWindow } from './collect-window.js';
import { BTC, InMemoryExchange } from './test-exchange.js';

const day = dayWindowAt('exchange_stats', ALL_PRODUCTS, Date.UTC(2023, 11, 1));
const AFTER_MS = day.toMs + 900_000;
const COLLECTION_ID = '018c0000-0000-7000-8000-00000000000a';
const parts = { deadlineMs: 1_000, windowsAtOnce: 2, newCollectionId: () => COLLECTION_ID, snapshotLateMsMax: 21_600_000, spoolFolder: '' };
const unavailable = new ExchangeUnavailableError('/x', 'rate_limited', 3);

let exchange: InMemoryExchange;
beforeEach(() => {
  exchange = new InMemoryExchange(AFTER_MS);
  exchange.products = new Map(['A-USD', 'B-USD', 'C-USD'].map((id) => [id, BTC]));
});
const collect = (productIds: readonly string[], signal = new AbortController().signal): Promise<CollectionOutcome> =>
  new CollectWindow({ ...parts, exchange }).run({ window: day, productIds }, signal);

/** Rows of what was collected, whole lines. */
async function rows(productIds: readonly string[]): Promise<string[]> {
  const outcome = await collect(productIds);
  if (outcome.kind !== 'collected') throw new Error('not collected', { cause: outcome.cause });
  const { csv, rowCount } = outcome;
  if (!Buffer.isBuffer(csv)) throw new Error('in parts');
  expect(checkWindowCsv(csv, { window: day, rowCount, csvSha256: csvSha256(csv) })).toMatchObject({ kind: 'ok' });
  return csv.toString().split('\n').slice(1, -1);
}

it('is a row per product that was asked for, with the instant of its figures', async () => {
  let second = 0;
  exchange.statsAnswer = (_id, told) => ({ ...told, answeredAtMs: AFTER_MS + 1_000 * (second += 1) });
  expect(await rows(['B-USD', 'A-USD'])).toEqual([
    'A-USD,2023-12-01,2023-12-02T00:15:02Z,100,110,90,105,7,210.5',
    'B-USD,2023-12-01,2023-12-02T00:15:01Z,100,110,90,105,7,210.5',
  ]);
  expect(await collect(['A-USD', 'B-USD'])).toMatchObject({
    coverage: { present: 1, unknown: 0 },
    revision: { unknown: 0, open: 0, collectedAtMs: AFTER_MS + 3_000, collectionId: COLLECTION_ID },
    questions: 2,
  });
});

it('a product that the exchange does not know has a row without figures', async () => {
  expect(await rows(['A-USD', 'NOSUCH-USD'])).toEqual([
    'A-USD,2023-12-01,2023-12-02T00:15:00Z,100,110,90,105,7,210.5',
    'NOSUCH-USD,2023-12-01,,,,,,,',
  ]);
  expect(await collect(['NOSUCH-USD'])).toMatchObject({ kind: 'collected', rowCount: 1, revision: { collectedAtMs: AFTER_MS } });
});

it('where some were not answered, the day is unknown and keeps the others, which cannot be asked for later', async () => {
  exchange.statsAnswer = (id, told) => {
    if (id === 'A-USD') return Promise.reject(unavailable);
    return id === 'B-USD' ? { ...told, answeredAtMs: null } : told;
  };
  expect(await rows(['A-USD', 'B-USD', 'C-USD'])).toEqual(['C-USD,2023-12-01,2023-12-02T00:15:00Z,100,110,90,105,7,210.5']);
  expect(await collect(['A-USD', 'B-USD', 'C-USD'])).toMatchObject({ coverage: { present: 0, unknown: 1 }, revision: { unknown: 1 } });
});

it('where none was answered, there is nothing to tell', async () => {
  exchange.statsAnswer = () => Promise.reject(unavailable);
  expect(await collect(['A-USD', 'B-USD'])).toMatchObject({ kind: 'failed', permanent: false, reason: 'rate_limited' });
  exchange.statsAnswer = (_id, told) => ({ ...told, answeredAtMs: day.toMs - 60_000 });
  expect(await collect(['A-USD', 'B-USD'])).toMatchObject({ kind: 'failed', permanent: false, reason: 'exchange_unavailable' });
});

it('fails for good with one bad answer, and drops the other questions', async () => {
  let dropped = 0;
  exchange.statsAnswer = (id, _told, { signal }) =>
    new Promise((_resolve, reject) => {
      if (id === 'B-USD') return reject(new BadAnswerError('/x', 'open of B-USD is no text: 1'));
      signal!.addEventListener('abort', () => {
        dropped += 1;
        reject(signal!.reason as Error);
      });
    });
  expect(await collect(['A-USD', 'B-USD', 'C-USD'])).toMatchObject({ kind: 'failed', permanent: true, reason: 'bad_record' });
  expect(dropped).toBe(2);
});

it('a day that was over too long ago is not asked for: the figures would be of another day', async () => {
  exchange.nowMs = exchange.knownNowMs = day.toMs + 21_601_000;
  expect(await collect(['A-USD'])).toMatchObject({ kind: 'failed', permanent: true, reason: 'too_late' });
  expect(exchange.asked).toEqual([]);
});

it('gives each question the time that all of them take at the allowed rate', async () => {
  exchange.paceMs = (requests = 0) => requests * 60_000;
  const before = performance.now();
  await collect(['A-USD', 'B-USD']);
  expect(exchange.calls[0]!.deadlineAtMs! - before).toBeGreaterThanOrEqual(241_000);
  expect(exchange.calls[0]!.deadlineAtMs! - before).toBeLessThan(260_000);
});

it('is dropped when it is told so', async () => {
  const stop = new AbortController();
  exchange.statsAnswer = () => {
    stop.abort(new Error('the partition was lost'));
    throw unavailable;
  };
  await expect(collect(['A-USD'], stop.signal)).rejects.toThrow('the partition was lost');
});
