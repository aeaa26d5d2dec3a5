import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { encodeWindowPart } from '@elias/contracts';
import { windowId } from '@elias/market-data';
import { compareWindows } from '../../apps/cli/src/compare-windows.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand } from '../support/loader-sources.js';
import type { MadeTelling } from '../support/made-telling.js';
import { madeTrades } from '../support/made-trades.js';
import type { MadeTrades, WantedTrades } from '../support/made-trades.js';
import { partRecords } from '../support/published-trades.js';
import { RdsLoaderScene } from '../support/rds-loader-scene.js';
import { WarehouseScene } from '../support/warehouse-scene.js';

const PART_BYTES = 20_000;

/** What a telling is to whoever loads it by hand. */
const telling = (made: MadeTrades): MadeTelling => ({
  ...made,
  candles: [],
  record: encodeWindowPart(made.facts, { part: 0, parts: 1 }, made.csv, 'test'),
});

/** The lines that a product's rows in Postgres would have in a CSV. */
async function storedLines(database: LoaderDatabase, product: string): Promise<string[]> {
  const rows = await database.sql(
    `SELECT concat_ws(',', product_id, trade_id, to_char(traded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), side,
       trim_scale(price), trim_scale(size)) AS line FROM market.trades WHERE product_id = $1 ORDER BY trade_id`,
    [product],
  );
  return rows.map(({ line }) => String(line));
}

const linesOf = ({ csv }: MadeTrades): string[] => csv.toString().split('\n').slice(1, -1);

describe('from the topic', () => {
  let scene: RdsLoaderScene;
  beforeAll(async () => {
    scene = await RdsLoaderScene.open(2);
    await scene.begin();
  });
  afterAll(() => scene.close());

  it('killed in the middle: windows replaced whole, the better telling stands, an empty one too', async () => {
    const hour = (at: number, wish: Partial<WantedTrades> = {}): MadeTrades =>
      madeTrades({ window: `trades/${scene.product}/2023-12-01T1${at}`, count: 2_000, ...wish });
    const partial = hour(1, { telling: `${scene.product} partial`, missing: [{ first: 47262100007, last: 47262100506 }] });
    const [first, second, empty] = [hour(1), hour(2), hour(3, { count: 0 })];
    const answered = (...made: MadeTrades[]): Promise<void> => scene.answered(made.map(telling), 'any answer', 60_000);
    const loader = scene.start();
    await loader.ready();
    await scene.publish([...partRecords(first, PART_BYTES).slice(1).reverse(), ...partRecords(partial, PART_BYTES)]);
    await answered(partial);
    expect(await storedLines(scene.database, scene.product)).toEqual(linesOf(partial));
    loader.kill('SIGKILL');
    await loader.exited;

    await scene.goOn();
    await scene.publish([
      ...partRecords(first, PART_BYTES).slice(0, 2),
      ...partRecords(second, PART_BYTES),
      ...partRecords(empty, PART_BYTES),
    ]);
    const again = scene.start();
    await answered(first, second, empty);
    expect(await storedLines(scene.database, scene.product)).toEqual([...linesOf(first), ...linesOf(second)]);
    const ledger = await scene.database.sql(
      `SELECT window_id, row_count, unknown_periods, unknown_ranges, state FROM market.load_ledger WHERE window_id LIKE $1 ORDER BY window_id`,
      [`trades/${scene.product}/%`],
    );
    expect(ledger).toEqual(
      [first, second, empty].map(({ facts: { window, rowCount } }) => ({
        ...{ window_id: windowId(window), row_count: rowCount, unknown_periods: 0, unknown_ranges: '', state: 'loaded' },
      })),
    );
    // a telling of the second hour in which nobody traded: no row of it stays
    const vanished = madeTrades({
      window: windowId(second.facts.window),
      count: 0,
      telling: 'vanished',
      collectedAt: '2024-01-01T00:00:00Z',
    });
    await scene.publish(partRecords(vanished, PART_BYTES));
    await answered(vanished);
    expect(await storedLines(scene.database, scene.product)).toEqual(linesOf(first));
    expect(scene.deadLetters).toEqual([]);
    expect(again.output).not.toContain('"level":50');
  }, 120_000);
});

it('from archives into Postgres, Redshift and the twin: equal, replaced whole, ranges of missing ids in both ledgers', async () => {
  const [warehouse, database] = await Promise.all([WarehouseScene.create(), LoaderDatabase.create()]);
  try {
    const rds = new LoaderByHand('archive', database.pool(1), warehouse.objects, warehouse.prefix);
    const loader = warehouse.loader();
    const load = async (...made: MadeTrades[]): Promise<void> => {
      const deliveries = made.map((one) => ({ telling: telling(one) }));
      await loader.deliver(...deliveries);
      await rds.deliver(...deliveries);
    };
    const [hour, day] = ['trades/BTC-USD/2023-12-01T13', 'trades/ETH-USD/2023-12-01'];
    const missing = [{ first: 47262100007, last: 47262100506 }];
    const partial = madeTrades({ window: hour!, count: 3_000, telling: 'partial', missing });
    const whole = madeTrades({ window: hour!, count: 3_000, telling: 'whole' });
    const others = [madeTrades({ window: day!, count: 500 }), madeTrades({ window: 'trades/BTC-USD/2023-12-01T14', count: 0 })];
    const expectEqual = async (...standing: MadeTrades[]): Promise<void> => {
      const stores = {
        ...{ bucket: warehouse.objects, prefix: warehouse.prefix },
        ...{ redshift: redshiftStore(warehouse.data), rds: postgresStore(database.pool(1)) },
      };
      const ids = standing.map(({ facts }) => windowId(facts.window));
      const compared = await compareWindows(ids, stores);
      expect(compared.map(({ error, rds_rows, redshift_rows }) => [error, rds_rows, redshift_rows])).toEqual(
        standing.map(({ facts }) => [null, facts.rowCount, facts.rowCount]),
      );
      for (const { facts, csv } of standing) {
        expect(gunzipSync(await warehouse.objects.get(twinKey(warehouse.prefix, facts.window))).equals(csv)).toBe(true);
      }
    };
    await load(partial, ...others);
    expect(await warehouse.ledgerRow(hour!)).toMatchObject({ unknown_periods: 500, unknown_ranges: '47262100007+500' });
    await expectEqual(partial, ...others);
    await load(whole);
    await load(partial);
    await expectEqual(whole, ...others);
    expect(await storedLines(database, 'BTC-USD')).toEqual(linesOf(whole));
    expect([rds.deadLetters, loader.putAside]).toEqual([[], []]);
    await loader.deliver({ withdraw: telling(whole) });
    expect(await warehouse.rows(`SELECT COUNT(*) AS n FROM market.trades WHERE product_id = 'BTC-USD'`)).toEqual([{ n: 0 }]);
  } finally {
    await warehouse.close();
    await database.drop();
  }
}, 120_000);
