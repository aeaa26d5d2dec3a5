import { csvSha256, encodeCandlesCsv } from '@elias/archive';
import { encodeLiveEvent, MARKET_SCHEMA } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { coverageOf } from '@elias/market-data';
import type { Candle } from '@elias/market-data';
import { createLogger, Metrics } from '@elias/telemetry';
import { PostgresLiveStore } from '../../apps/rds-loader/src/live/postgres-live-store.js';
import { takeLiveRecords } from '../../apps/rds-loader/src/live/live-rows.js';
import type { OfferedWindow } from '../../apps/rds-loader/src/offered-window.js';
import { PostgresWindowStore } from '../../apps/rds-loader/src/postgres/postgres-window-store.js';
import { CompareCandles } from '../../apps/rds-loader/src/quality/compare-candles.js';
import { QualityMetrics } from '../../apps/rds-loader/src/quality/quality-metrics.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { madeTrades } from '../support/made-trades.js';
import type { MadeTrades, WantedTrades } from '../support/made-trades.js';
import { madeWindow } from '../support/made-window.js';

const NOW_MS = Date.parse('2023-12-01T15:00:00Z');
const DAY_MS = 86_400_000;
const logger = createLogger({ app: 'test', level: 'silent' });

let database: LoaderDatabase;
let windows: PostgresWindowStore;
let live: PostgresLiveStore;
let candles: CompareCandles;
const metrics = new Metrics();

beforeAll(async () => {
  database = await LoaderDatabase.create();
  const quality = new QualityMetrics(metrics);
  windows = new PostgresWindowStore(database.pool(), '', MARKET_SCHEMA, { keepMs: DAY_MS, metrics: quality, nowMs: () => NOW_MS });
  live = new PostgresLiveStore(database.pool());
  candles = new CompareCandles(database.pool(), quality, logger, Date.now);
});
afterAll(() => database.drop());

const offered = ({ facts, csv }: { facts: OfferedWindow['facts']; csv: Buffer }): OfferedWindow => ({ facts, csv, file: 'by hand' });
const hour = (product: string, wish: Partial<WantedTrades> = {}): MadeTrades =>
  madeTrades({ window: `trades/${product}/2023-12-01T13`, count: 100, ...wish });

let offset = 0;
/** Records of the live topic that tell lines of a window's CSV. */
function tellings(lines: readonly string[], change: Partial<{ price: string; trade_id: number }> = {}): ConsumedRecord[] {
  return lines.map((line) => {
    const [product_id, id, traded_at, side, price, size] = line.split(',') as [string, string, string, 'buy' | 'sell', string, string];
    const data = {
      product_id,
      trade_id: Number(id),
      side,
      price,
      size,
      traded_at,
      told_by: 'feed',
      received_at: traded_at,
      ...change,
    } as const;
    const { topic, key, value, headers } = encodeLiveEvent({ type: 'live.trade', data }, 'test');
    offset += 1;
    const place = { topic: topic.name, partition: 0, offset: String(offset), timestampMs: 0 };
    return { ...place, key, value: Buffer.from(value), headers: { ...headers } };
  });
}

const tell = async (records: readonly ConsumedRecord[]): Promise<void> => {
  expect(await live.save(takeLiveRecords(records, 0).rows)).toEqual([]);
};
const linesOf = ({ csv }: { csv: Buffer }): string[] => csv.toString().trimEnd().split('\n').slice(1);
const qualityOf = async (product: string): Promise<Record<string, unknown>[]> =>
  database.sql(
    `SELECT settled, missed, late, doubled, altered, unsettled, missed_ids::text FROM market.feed_quality WHERE product_id = $1`,
    [product],
  );
const liveRows = async (product: string): Promise<number> =>
  Number((await database.sql('SELECT count(*) AS n FROM live.trades WHERE product_id = $1', [product]))[0]!['n']);

describe('what the live plane told of a window', () => {
  const product = 'QA-USD';
  const made = hour(product);
  const lines = linesOf(made);
  const firstId = Number(lines[0]!.split(',')[1]);

  it('is kept in the transaction that settles it: missed, doubled, altered, unsettled', async () => {
    const told = [...lines.slice(0, 40), ...lines.slice(45, 98)];
    const records = [
      ...tellings(told),
      ...tellings(lines.slice(10, 13)),
      ...tellings(lines.slice(98, 100), { price: '1.5' }),
      ...tellings(lines.slice(50, 51), { trade_id: firstId + 5_000 }),
    ];
    await tell(records);
    // a batch that is read again, and half of it with the next one
    await tell(records);
    await tell(records.slice(60));
    expect(await liveRows(product)).toBe(96);
    await windows.load([offered(made)]);
    expect(await liveRows(product)).toBe(0);
    expect(await qualityOf(product)).toEqual([
      { settled: 100, missed: 5, late: 0, doubled: 3, altered: 2, unsettled: 1, missed_ids: `{[${firstId + 40},${firstId + 45})}` },
    ]);
    const counted = await metrics.text();
    expect(counted).toContain('elias_rds_loader_feed_quality_trades_total{what="missed"} 5');
    expect(counted).toContain('elias_rds_loader_feed_quality_trades_total{what="settled"} 100');
  });

  it('is told late when it comes after the window, unless it was told before', async () => {
    await database.sql(`UPDATE market.load_ledger SET loaded_at = now()`);
    await tell(tellings([...lines.slice(42, 44), lines[0]!]));
    expect(await live.sweep(new Date(0))).toEqual({ settled: 3, late: 2, expired: 0 });
    const ids = `{[${firstId + 40},${firstId + 42}),[${firstId + 44},${firstId + 45})}`;
    expect(await qualityOf(product)).toMatchObject([{ settled: 100, missed: 3, late: 2, missed_ids: ids }]);
  });

  it('is not forgotten when the window is replaced, whose live rows are gone', async () => {
    await tell(tellings([lines[44]!]));
    await windows.load([offered(hour(product, { telling: 'again', collectedAt: '2023-12-01T16:00:00Z' }))]);
    expect(await qualityOf(product)).toMatchObject([{ settled: 100, missed: 2, late: 3, doubled: 3 }]);
    expect(await liveRows(product)).toBe(0);
  });

  it('waits until nothing of the window is missing', async () => {
    const partly = hour('QB-USD');
    const id = Number(linesOf(partly)[0]!.split(',')[1]);
    await tell(tellings(linesOf(partly)));
    await windows.load([offered(hour('QB-USD', { telling: 'partial', missing: [{ first: id, last: id }] }))]);
    expect(await qualityOf('QB-USD')).toEqual([]);
    expect(await liveRows('QB-USD')).toBe(100);
    await windows.load([offered(hour('QB-USD', { telling: 'whole', collectedAt: '2023-12-01T17:00:00Z' }))]);
    expect(await qualityOf('QB-USD')).toMatchObject([{ settled: 100, missed: 0, missed_ids: '{}' }]);
  });

  it('is said of an hour without trades, and of none that is older than live trades are kept', async () => {
    await tell(tellings(linesOf(hour('QC-USD')).slice(0, 1)));
    await windows.load([offered(hour('QC-USD', { count: 0 })), offered(hour('QD-USD', { window: 'trades/QD-USD/2023-11-20T13' }))]);
    expect(await qualityOf('QC-USD')).toMatchObject([{ settled: 0, missed: 0, unsettled: 1 }]);
    expect(await qualityOf('QD-USD')).toEqual([]);
  });
});

describe('candles against their trades', () => {
  const product = 'QE-USD';
  const made = hour(product, { count: 600 });

  /** The hour's minutes as its trades make them, no trade in the others of the day. */
  function rebuilt(change: (minute: number, candle: Candle) => Candle): { facts: OfferedWindow['facts']; csv: Buffer } {
    const { facts } = madeWindow({ productId: product, present: () => false });
    const minutes = new Map<number, string[][]>();
    for (const line of linesOf(made)) {
      const cells = line.split(',');
      const startedAtMs = Math.floor(Date.parse(cells[2]!) / 60_000) * 60_000;
      minutes.set(startedAtMs, [...(minutes.get(startedAtMs) ?? []), cells]);
    }
    const sum = (sizes: readonly string[]): string => {
      const units = sizes.reduce(
        (total, size) => total + BigInt(size.split('.')[1]!.padEnd(10, '0')) + BigInt(size.split('.')[0]!) * 10n ** 10n,
        0n,
      );
      const digits = units.toString().padStart(11, '0');
      return `${digits.slice(0, -10)}.${digits.slice(-10)}`.replace(/\.?0+$/, '');
    };
    const told = [...minutes].map(([startedAtMs, cells], minute) => {
      const prices = cells.map((one) => one[4]!);
      const byValue = [...prices].sort((a, b) => Number(a) - Number(b));
      const ends = { open: prices[0]!, close: prices.at(-1)!, high: byValue.at(-1)!, low: byValue[0]! };
      return change(minute, { startedAtMs, ...ends, volume: sum(cells.map((one) => one[5]!)) });
    });
    const csv = encodeCandlesCsv(facts.window, told);
    const at = new Set(told.map(({ startedAtMs }) => (startedAtMs - facts.window.fromMs) / 60_000));
    const coverage = coverageOf(
      facts.window,
      Array.from({ length: 1_440 }, (_, period) => (at.has(period) ? 'present' : 'no_trade')),
    );
    return { facts: { ...facts, coverage, rowCount: told.length, csvSha256: csvSha256(csv) }, csv };
  }

  const differences = (): Promise<Record<string, unknown>[]> =>
    database.sql(
      `SELECT to_char(started_at AT TIME ZONE 'UTC', 'HH24:MI') AS at, trim_scale(rebuilt_close)::text AS rebuilt, trim_scale(close)::text AS told
       FROM market.candle_differences WHERE product_id = $1 ORDER BY started_at`,
      [product],
    );

  it('are compared once both are there, whichever came first; what differs is kept', async () => {
    await windows.load([offered(made)]);
    expect(await candles.run()).toBe(0);
    const altered = rebuilt((minute, candle) => (minute === 3 ? { ...candle, high: '99999', close: '99998' } : candle));
    await windows.load([offered(altered)]);
    expect(await candles.run()).toBe(1);
    expect(await differences()).toEqual([{ at: '13:03', rebuilt: expect.any(String), told: '99998' }]);
    expect(await database.sql('SELECT minutes, differing FROM market.candle_comparisons')).toEqual([{ minutes: 60, differing: 1 }]);
    expect(await candles.run()).toBe(0);
  });

  it('are compared anew when one of the two is replaced', async () => {
    const { facts, csv } = rebuilt((_, candle) => candle);
    const later = { ...facts.revision, collectedAtMs: facts.revision.collectedAtMs + 1_000 };
    await windows.load([
      offered({ facts: { ...facts, revision: { ...later, collectionId: '018c2402-1f58-7abc-8def-ffffffffffff' } }, csv }),
    ]);
    expect(await candles.run()).toBe(1);
    expect(await differences()).toEqual([]);
    expect(await metrics.text()).toContain('elias_rds_loader_candle_minutes_total{outcome="equal"} 119');
  });
});
