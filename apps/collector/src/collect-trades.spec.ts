import { checkWindowCsv } from '@elias/archive';
import { ExchangeUnavailableError, UnknownProductError } from '@elias/coinbase';
import type { IdRange, Trade, TradeWindow } from '@elias/market-data';
import { tradeWindowAt } from '@elias/market-data';
import fc from 'fast-check';
import type { CollectionOutcome } from './collected-window.js';
import { CollectWindow } from './collect-window.js';
import { InMemoryExchange } from './test-exchange.js';
import { scratchFolder } from './test-requests.js';

const hour = tradeWindowAt('BTC-USD', 3_600, Date.UTC(2023, 11, 1, 13));
const AFTER_MS = hour.toMs + 900_000;
const COLLECTION_ID = '018c0000-0000-7000-8000-00000000000a';
const scratch = scratchFolder();
afterAll(() => scratch.remove());

/** Trades of times, seconds from the window's beginning; ids go on by one. */
function tape(seconds: readonly number[], firstId = 1): Trade[] {
  return seconds.map((second, i) => ({
    ...{ tradeId: firstId + i, tradedAtMs: hour.fromMs + Math.round(second * 1_000) },
    ...{ side: i % 2 === 0 ? 'buy' : 'sell', price: '100.5', size: '0.25' },
  }));
}

/** Evenly from an hour before the window to an hour after it. */
const spread = (count: number): number[] => Array.from({ length: count }, (_, i) => -3_600 + (10_800 / count) * i);

function exchangeWith(trades: Trade[], nowMs = AFTER_MS): InMemoryExchange {
  const exchange = new InMemoryExchange(nowMs);
  exchange.tape = trades;
  return exchange;
}

const collect = (exchange: InMemoryExchange, window: TradeWindow = hour): Promise<CollectionOutcome> =>
  new CollectWindow({
    ...{ exchange, deadlineMs: 1_000, windowsAtOnce: 2, newCollectionId: () => COLLECTION_ID },
    ...{ snapshotLateMsMax: 0, spoolFolder: scratch.folder },
  }).run({ window, productIds: [] }, new AbortController().signal);

interface Told {
  ids: number[];
  missing: readonly IdRange[];
  questions: number;
  collectedAtMs: number;
}

async function told(exchange: InMemoryExchange, window: TradeWindow = hour): Promise<Told> {
  const outcome = await collect(exchange, window);
  if (outcome.kind !== 'collected') throw new Error('not collected', { cause: outcome.cause });
  const { csv, rowCount, coverage, revision, questions } = outcome;
  if (Buffer.isBuffer(csv)) throw new Error('not in parts');
  const parts: Buffer[] = [];
  for await (const part of csv.read()) parts.push(part);
  const bytes = Buffer.concat(parts);
  expect(checkWindowCsv(bytes, { window, rowCount, csvSha256: csv.sha256 })).toEqual({ kind: 'ok', value: { rows: rowCount } });
  expect([revision.unknown, revision.open, coverage.present]).toEqual([coverage.unknown, 0, rowCount]);
  await csv.remove();
  const ids = bytes.toString().split('\n').slice(1, -1).map((line) => Number(line.split(',')[1])); // prettier-ignore
  return { ids, missing: coverage.missingIds!, questions, collectedAtMs: revision.collectedAtMs };
}

const idsWithin = (trades: readonly Trade[], { fromMs, toMs }: TradeWindow = hour): number[] =>
  trades.filter(({ tradedAtMs }) => tradedAtMs >= fromMs && tradedAtMs < toMs).map(({ tradeId }) => tradeId);

it('is exactly the trades of the hour, found by their ids, in about as many questions as it has pages', async () => {
  const trades = tape(spread(90_000));
  const exchange = exchangeWith(trades);
  const { ids, missing, questions, collectedAtMs } = await told(exchange);
  expect(ids).toEqual(idsWithin(trades));
  expect([missing, collectedAtMs]).toEqual([[], AFTER_MS]);
  expect(questions).toBeLessThan(30_000 / 1_000 + 12);
});

it('a few questions find the ends among hundreds of millions, however uneven the pace', async () => {
  for (const power of [1, 3, 0.3]) {
    const last = 800_000_000;
    const atMs = (id: number): number => hour.toMs + 600_000 - Math.round((1 - (id / last) ** power) * 3e11);
    const exchange = exchangeWith([]);
    exchange.tradesAnswer = ({ after = last + 1, limit = 1_000 }) => {
      const first = Math.max(1, after - limit);
      const ids = Array.from({ length: Math.max(0, Math.min(after, last + 1) - first) }, (_, i) => first + i);
      const trades = ids.map((tradeId): Trade => ({ tradeId, tradedAtMs: atMs(tradeId), side: 'buy', price: '1', size: '1' })).reverse();
      return { trades, before: null, after: null, answeredAtMs: AFTER_MS };
    };
    const { ids, missing, questions } = await told(exchange);
    expect([missing, atMs(ids[0]! - 1) < hour.fromMs, atMs(ids.at(-1)! + 1) >= hour.toMs]).toEqual([[], true, true]);
    expect(ids.at(-1)! - ids[0]! + 1).toBe(ids.length);
    expect(questions - Math.ceil(ids.length / 1_000)).toBeLessThan(30);
  }
});

it.each<[string, number[], number]>([
  ['no trade at all', [], 0],
  ['none in the hour', [-2, -1, 3_600, 3_700], 0],
  ['all before it', [-5, -4], 0],
  ['all after it', [3_600, 3_601], 0],
  ['the first of all in it', [5, 10, 3_700], 2],
  ['the last of all in it', [-5, 10, 20], 2],
  ['its bounds', [-0.001, 0, 3_599.999, 3_600], 2],
  ['several at one instant', [0, 0, 0, 3_600, 3_600], 3],
  ['times that step back', [-1, 0, -0.5, 1, 3_600, 3_599.9, 3_601], 3],
])('%s', async (_, seconds, rows) => {
  for (const firstId of [1, 700_000]) {
    const trades = tape(seconds, firstId);
    const { ids, missing } = await told(exchangeWith(trades));
    expect([ids, ids.length, missing]).toEqual([idsWithin(trades), rows, []]);
  }
});

it('whatever is hidden inside is missing, and nothing else', async () => {
  const trades = tape(spread(7_000));
  const within = idsWithin(trades);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...within), { maxLength: 20 }), async (hidden) => {
      const exchange = exchangeWith(trades);
      for (const id of hidden) exchange.hidden.add(id);
      const { ids, missing } = await told(exchange);
      expect(ids).toEqual(within.filter((id) => !hidden.includes(id)));
      const unknown = missing.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
      expect(unknown).toEqual(hidden.toSorted((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});

it('a page that is not answered in time is missing; the next telling is whole', async () => {
  const trades = tape(spread(20_000));
  const within = idsWithin(trades);
  const exchange = exchangeWith(trades);
  let failing = 0;
  exchange.tradesAnswer = ({ limit }, page) => {
    if (limit !== 1_000 || (failing += 1) !== 3) return page;
    throw new ExchangeUnavailableError('/trades', 'deadline', 3);
  };
  const { ids, missing } = await told(exchange);
  expect(missing).toHaveLength(1);
  expect(missing[0]!.last - missing[0]!.first).toBe(999);
  expect(ids).toEqual(within.filter((id) => id < missing[0]!.first || id > missing[0]!.last));
  expect((await told(exchange)).ids).toEqual(within);
});

it('a day is collected as an hour is', async () => {
  const day = tradeWindowAt('BTC-USD', 86_400, hour.fromMs);
  const trades = tape(Array.from({ length: 5_000 }, (_, i) => -60_000 + i * 40));
  const exchange = exchangeWith(trades, day.toMs + 60_000);
  expect((await told(exchange, day)).ids).toEqual(idsWithin(trades, day));
});

it.each([
  ['before its end', hour.toMs - 1, { permanent: true, reason: 'bad_request' }],
  ['before it is settled', hour.toMs + 59_999, { permanent: false, reason: 'exchange_unavailable' }],
])('%s it is not collected', async (_, nowMs, failure) => {
  expect(await collect(exchangeWith(tape(spread(100)), nowMs))).toMatchObject({ kind: 'failed', ...failure });
});

it('the end of a product’s trades is taken from no answer of before the window was settled', async () => {
  const exchange = exchangeWith(tape([-5, 10]));
  for (const answeredAtMs of [hour.toMs + 59_000, null]) {
    exchange.tradesAnswer = (_, page) => ({ ...page, answeredAtMs });
    expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: false, reason: 'exchange_unavailable' });
  }
});

it('says why there is nothing', async () => {
  const exchange = exchangeWith(tape(spread(100)));
  exchange.tradesAnswer = () => Promise.reject(new ExchangeUnavailableError('/trades', 'rate_limited', 3));
  expect(await collect(exchange)).toMatchObject({ kind: 'failed', permanent: false, reason: 'rate_limited' });
  exchange.products = new Map();
  expect(await collect(exchange)).toMatchObject({ permanent: true, reason: 'unknown_product', cause: expect.any(UnknownProductError) });
  const holes = exchangeWith(tape(spread(30_000)));
  for (let id = 10_002; id < 19_000; id += 2) holes.hidden.add(id);
  expect(await collect(holes)).toMatchObject({ permanent: true, reason: 'bad_record' });
});
