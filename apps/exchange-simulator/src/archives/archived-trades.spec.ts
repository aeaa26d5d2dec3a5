import { archiveKey, sealStream } from '@elias/archive';
import { createLogger } from '@elias/telemetry';
import { firstIdOf, madeTrades } from '../../../../test/support/made-trades.js';
import type { WantedTrades } from '../../../../test/support/made-trades.js';
import type { ArchivedTrades } from './archived-trades.js';
import { loadArchives } from './load-archives.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const HOUR_MS = 3_600_000;
const AT_13_MS = Date.UTC(2023, 11, 1, 13);
const hour = (number: number): string => `trades/BTC-USD/2023-12-01T${number}`;

/** The in-memory twin of the bucket. */
async function archivesOf(...wanted: WantedTrades[]): Promise<ArchivedTrades> {
  const objects = new Map<string, Buffer>();
  for (const want of wanted) {
    const { facts, csv } = madeTrades(want);
    const chunks = (): AsyncGenerator<Uint8Array> => piecesOf(csv);
    const sealed = await sealStream(facts, { bytes: csv.length, chunks });
    if (sealed.kind !== 'ok') throw new Error(sealed.reason);
    objects.set(archiveKey('', facts.window, facts.revision, facts.csvSha256), sealed.value.zip);
  }
  const store = {
    async *list(prefix: string) {
      for (const key of objects.keys()) if (key.startsWith(prefix)) yield await Promise.resolve({ key });
    },
    get: (key: string) => Promise.resolve(objects.get(key)!),
  };
  const { trades } = await loadArchives(store, '', logger);
  return trades.get('BTC-USD')!;
}

async function* piecesOf(csv: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < csv.length; at += 1_000) yield await Promise.resolve(csv.subarray(at, at + 1_000));
}

it('tells each trade as it was archived, the side as the exchange names it: the maker’s', async () => {
  const { csv } = madeTrades({ window: hour(13), count: 100 });
  const tape = await archivesOf({ window: hour(13), count: 100 });
  const told = tape.tradesBetween(0, Number.MAX_SAFE_INTEGER).reverse();
  const text = (units: number, scale: number): string => (units / 10 ** scale).toFixed(scale).replace(/\.?0+$/, '');
  const lines = told.map(({ tradeId, timeMs, price, size, side }) => {
    const taker = side === 'buy' ? 'sell' : 'buy';
    return [tradeId, new Date(timeMs).toISOString(), taker, text(price, tape.decimals.price), text(size, tape.decimals.size)].join();
  });
  const archived = csv.toString().trimEnd().split('\n').slice(1);
  expect(lines).toEqual(
    archived.map((line) => {
      const [, id, at, side, price, size] = line.split(',');
      return [id, new Date(at!).toISOString(), side, price, size].join();
    }),
  );
});

it('finds the last trade of an instant', async () => {
  const tape = await archivesOf({ window: hour(13), count: 10 });
  const first = firstIdOf({ fromMs: AT_13_MS });
  expect(tape.lastTradeId(AT_13_MS - 1)).toBe(first - 1);
  expect(tape.lastTradeId(AT_13_MS)).toBe(first);
  expect(tape.lastTradeId(AT_13_MS + HOUR_MS / 2)).toBe(first + 5);
  expect(tape.lastTradeId(AT_13_MS + 2 * HOUR_MS)).toBe(first + 9);
  expect(tape.knownUntilMs).toBe(AT_13_MS + HOUR_MS + 60_000);
});

it('begins after the last hole in the ids', async () => {
  const first = firstIdOf({ fromMs: AT_13_MS });
  const hole = await archivesOf({ window: hour(13), count: 10, missing: [{ first: first + 3, last: first + 4 }] });
  expect(hole.firstTradeId).toBe(first + 5);
  expect(hole.tradesBetween(first, first + 9)).toHaveLength(5);
  // ids of two hours do not follow each other unless the first is full
  const hours = await archivesOf({ window: hour(12), count: 10 }, { window: hour(13), count: 10 });
  expect(hours.firstTradeId).toBe(first);
});

it('goes on from hour to hour, and from a day to its hours', async () => {
  const whole = { window: hour(12), count: 100_000 };
  const hours = await archivesOf(whole, { window: hour(13), count: 10 });
  expect(hours.firstTradeId).toBe(firstIdOf({ fromMs: AT_13_MS - HOUR_MS }));
  expect(hours.lastTradeId(AT_13_MS)).toBe(firstIdOf({ fromMs: AT_13_MS }));
  const beside = await archivesOf({ window: 'trades/BTC-USD/2023-12-01', count: 10 }, { window: 'trades/BTC-USD/2023-12-01T00', count: 5 });
  expect(beside.tradesBetween(0, Number.MAX_SAFE_INTEGER)).toHaveLength(10);
});

it('takes the best revision', async () => {
  const first = firstIdOf({ fromMs: AT_13_MS });
  const better = await archivesOf(
    { window: hour(13), count: 10, telling: 'a', missing: [{ first: first + 8, last: first + 8 }], collectedAt: '2023-12-03T00:00:00Z' },
    { window: hour(13), count: 10, telling: 'b' },
  );
  expect(better.firstTradeId).toBe(first);
});
