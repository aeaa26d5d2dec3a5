import { itRecordedEach, recordedDay, recordings } from '../../support/recorded-day.js';
import type { CandleRow } from '../../support/candle-row.js';
import type { StoredRows } from '../../support/stack-readers.js';
import { dayOf } from '../../support/watched-window.js';
import { zipContent } from '../../support/zip-content.js';
import type { E2eScene } from '../e2e-scene.js';
import type { OnceReport, ReportedWindow } from './once-report.js';

const MINUTE_MS = 60_000;

interface Manifest {
  coverage: Record<'unknown_ranges' | 'open_ranges', { from: string; to: string }[]>;
}

/** What `--once` left in the three places, read by strangers' eyes, is what the exchange has. */
export function equalRows(scene: E2eScene, report: () => OnceReport, products: { recorded: string[]; made: string[] }): void {
  const date = scene.today;
  const windowOf = (productId: string): ReportedWindow => {
    const window = report().windows.find((one) => one.product_id === productId);
    if (window === undefined) throw new Error(`the report lacks ${productId}`);
    return window;
  };

  itRecordedEach(products.recorded)(
    'recorded %s: the rows of the recording, the first of doubles, in the archive, Redshift and Postgres',
    async (productId) => {
      const expected = recordedDay(productId, date);
      const window = windowOf(productId);
      expect(window).toMatchObject({ source: 'recording', candles: expected.length });
      const { archive, twin, postgres, redshift } = await scene.everywhere(dayOf(productId, date), window.archive.key);
      expect(archive).toEqual(expected);
      expect(twin).toEqual(expected);
      expect(postgres.rows).toEqual(expected);
      expect(redshift.rows).toEqual(expected);
    },
    300_000,
  );

  it.each(products.made)(
    'made %s: the rows that the exchange tells, in the archive, Redshift and Postgres, as far as each knows them',
    async (productId) => {
      const told = await scene.simulator.candles(dayOf(productId, date));
      const window = windowOf(productId);
      expect(window.source).toBe('made');
      const { archive, postgres, redshift } = await scene.everywhere(dayOf(productId, date), window.archive.key);
      expect(archive).toEqual(before(told, minutesKnown(window)));
      expect(archive).toHaveLength(window.candles);
      for (const stored of [postgres, redshift]) expect(stored.rows).toEqual(before(told, firstMissing(stored)));
    },
    300_000,
  );

  itRecordedEach(products.recorded)(
    'recorded %s: minutes after the last row are open or unknown, the gaps before it had no trade',
    (productId) => {
      const rows = recordedDay(productId, date);
      const minutes = minuteOf(rows.at(-1)!) + 1;
      const { present, no_trade, unknown, open } = windowOf(productId).coverage;
      expect({ present, no_trade, missing: unknown + open }).toEqual({
        present: rows.length,
        no_trade: minutes - rows.length,
        missing: 1_440 - minutes,
      });
    },
  );

  it.each([...(recordings !== null ? products.recorded : []), ...products.made])(
    '%s: the manifest and both ledgers name the same minutes as missing, from the last known one to the end of the day',
    async (productId) => {
      const window = windowOf(productId);
      const files = zipContent(await scene.readers.object(window.archive.key));
      const { coverage } = JSON.parse(String(files.get('manifest.json'))) as Manifest;
      const known = minutesKnown(window);
      const missing = [...coverage.unknown_ranges, ...coverage.open_ranges].map(
        ({ from, to }) => [Date.parse(from), Date.parse(to)] as const,
      );
      const dayMs = Date.parse(date);
      expect(joined(missing)).toEqual([[dayMs + known * MINUTE_MS, dayMs + 1_440 * MINUTE_MS]]);
      const stores = [await scene.readers.inPostgres(dayOf(productId, date)), await scene.readers.inRedshift(dayOf(productId, date))];
      for (const { ledger } of stores) {
        const ranges = `${ledger?.['unknown_ranges']} ${ledger?.['open_ranges']}`.trim().split(' ');
        const periods = ranges.map((range) => range.split('+').map(Number) as [number, number]);
        const [only, ...rest] = joined(periods.map(([first, count]) => [first, first + count]));
        expect(rest).toEqual([]);
        expect(only![1]).toBe(1_440);
        expect(only![0]).toBeGreaterThanOrEqual(known);
      }
    },
    300_000,
  );

  it('each window has its line in the ledger of Redshift, and no row stands twice', async () => {
    const ids = [...products.recorded, ...products.made].map((productId) => dayOf(productId, date).id);
    expect(await scene.rowsTwice()).toEqual([]);
    const ledgers = await scene.readers.query(`SELECT window_id FROM market.load_ledger`);
    expect(ledgers.map((row) => row['window_id'])).toEqual(expect.arrayContaining(ids));
  });
}

const minuteOf = ([at]: CandleRow): number => (Date.parse(at) % 86_400_000) / MINUTE_MS;
const minutesKnown = ({ coverage: { present, no_trade } }: ReportedWindow): number => present + no_trade;
const before = (rows: readonly CandleRow[], minute: number): CandleRow[] => rows.filter((row) => minuteOf(row) < minute);

/** First minute of the day that a store's ledger calls unknown or open. */
function firstMissing({ ledger }: StoredRows): number {
  const ranges = `${ledger?.['unknown_ranges']} ${ledger?.['open_ranges']}`.trim().split(' ');
  return Math.min(...ranges.map((range) => Number(range.split('+')[0])));
}

/** Half-open ranges joined where they touch, in order. */
function joined(ranges: readonly (readonly [number, number])[]): [number, number][] {
  const all: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = all.at(-1);
    if (last !== undefined && last[1] === from) last[1] = to;
    else all.push([from, to]);
  }
  return all;
}
