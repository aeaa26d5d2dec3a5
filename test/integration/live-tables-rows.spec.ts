import { randomBytes } from 'node:crypto';
import { jest } from '@jest/globals';
import { deadLetterTopic, encodeLiveEvent } from '@elias/contracts';
import type { LiveEvent } from '@elias/contracts';
import { ensureTopics } from '@elias/kafka';
import { PostgresLiveStore } from '../../apps/rds-loader/src/live/postgres-live-store.js';
import { takeLiveRecords } from '../../apps/rds-loader/src/live/live-rows.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LoaderByHand, testBucket } from '../support/loader-sources.js';
import { LiveFeed, madeLiveCandle, madeTicker, madeTrade } from '../support/made-live-events.js';
import { madeTelling } from '../support/made-telling.js';
import { ServiceProcess, until } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { TcpGate } from '../support/tcp-gate.js';
import { skipToEnd, TopicTail } from '../support/topic-tail.js';

jest.setTimeout(120_000);

const { brokers } = testStack().kafka;
const TOPICS = ['elias.live.trades.v1', 'elias.live.tickers.v1', 'elias.live.candles.v1'];
/** Made events are of 2024; the tables keep them. */
const KEEP_MS = String(20 * 365 * 86_400_000);

const feed = new LiveFeed(brokers);
let database: LoaderDatabase;
let product = '';
const processes: ServiceProcess[] = [];
let tail: TopicTail | undefined;

beforeAll(async () => {
  [database] = await Promise.all([LoaderDatabase.create(), feed.open()]);
});
beforeEach(() => {
  product = `V${randomBytes(4).toString('hex').toUpperCase()}-USD`;
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((one) => one.end()));
  await tail?.close();
  tail = undefined;
});
afterAll(async () => {
  await Promise.all([feed.close(), database.drop()]);
});

/** A group whose live side begins at the end of the topics as they are. */
async function freshGroup(): Promise<string> {
  const group = `test-live-${randomBytes(5).toString('hex')}`;
  await skipToEnd(brokers, `${group}-live`, TOPICS);
  return group;
}

function start(group: string, settings: Record<string, string> = {}): ServiceProcess {
  const loader = new ServiceProcess('rds-loader', {
    KAFKA_BROKERS: brokers.join(','),
    POSTGRES_URL: database.url,
    RDS_LOADER_GROUP: group,
    RDS_LOADER_LIVE_KEEP_MS: KEEP_MS,
    ...settings,
  });
  processes.push(loader);
  return loader;
}

const tradeIds = async (): Promise<number[]> =>
  (await database.sql('SELECT trade_id::int AS id FROM live.trades WHERE product_id = $1 ORDER BY 1', [product])).map(({ id }) =>
    Number(id),
  );

const shown = (): Promise<Record<string, unknown>[]> =>
  database.sql(
    `SELECT to_char(started_at AT TIME ZONE 'UTC', 'HH24:MI') AS at, trim_scale(close)::text AS close, settled
     FROM market.candles_with_live WHERE product_id = $1 ORDER BY started_at`,
    [product],
  );

it('fills the three tables, once each, the last telling, and puts aside what is no event', async () => {
  const group = await freshGroup();
  const letters = deadLetterTopic(`${group}-live`);
  await ensureTopics(feed.client, [letters]);
  tail = await TopicTail.of(brokers, [letters.name]);
  const loader = start(group);
  await feed.publishBroken(madeTrade(product, 99), '{"trade_id":');
  await feed.publish([
    ...[1, 2, 3].map((id) => madeTrade(product, id)),
    madeTrade(product, 2, { told_by: 'rest' }),
    madeTrade(product, 4, { price: '123456789012345678901234' }),
    madeTrade(product, 5),
    madeTicker(product, 3),
    madeTicker(product, 2, { price: '1' }),
    madeLiveCandle(product, '2024-01-01T00:00:00Z', '2024-01-01T00:00:20Z', '42000'),
    madeLiveCandle(product, '2024-01-01T00:00:00Z', '2024-01-01T00:00:10Z', '41000'),
  ]);
  await until(
    async () => (await tradeIds()).length === 4 && tail?.records.length === 2,
    60_000,
    () => `not all rows are there\n${loader.output}`,
  );
  expect(await tradeIds()).toEqual([1, 2, 3, 5]);
  const reasons = tail.records.map(({ headers }) => headers['elias_dlq_reason']).sort();
  expect(reasons).toEqual(['not-json', 'refused-by-store']);
  expect(await database.sql(`SELECT told_by FROM live.trades WHERE product_id = $1 AND trade_id = 2`, [product])).toEqual([
    { told_by: 'feed' },
  ]);
  const tickers = await database.sql(
    `SELECT trade_id::int, price::int, best_ask::int, volume_30d FROM live.tickers WHERE product_id = $1`,
    [product],
  );
  expect(tickers).toEqual([{ trade_id: 3, price: 40_004, best_ask: 40_001, volume_30d: null }]);
  expect(await shown()).toEqual([{ at: '00:00', close: '42000', settled: false }]);
  expect(await loader.metric('elias_rds_loader_live_passed_over_total{reason="refused"}')).toBe(2);
});

it('kill -9 and Postgres away in the middle of the stream: every trade is there, once', async () => {
  const { hostname, port } = new URL(database.url);
  const gate = await TcpGate.before(hostname, Number(port));
  const url = new URL(database.url);
  url.port = String(gate.port);
  const group = await freshGroup();
  const first = start(group, { POSTGRES_URL: url.href });
  await first.ready();
  const ids = Array.from({ length: 6_000 }, (_, i) => i + 1);
  const publish = async (from: number, to: number): Promise<void> => {
    for (let at = from; at < to; at += 250) await feed.publish(ids.slice(at, at + 250).map((id) => madeTrade(product, id)));
  };
  await publish(0, 2_000);
  await until(
    async () => (await tradeIds()).length >= 1_000,
    30_000,
    () => `too few trades\n${first.output}`,
  );
  gate.shut();
  await publish(2_000, 4_000);
  gate.reopen();
  await until(
    async () => (await tradeIds()).length >= 3_000,
    30_000,
    () => `it does not go on\n${first.output}`,
  );
  first.kill('SIGKILL');
  await publish(4_000, 6_000);
  // the killed member's session is waited for otherwise; whoever reads all again finds it done
  const again = start(`${group}-again`, { POSTGRES_URL: url.href });
  await until(
    async () => (await tradeIds()).length === ids.length,
    60_000,
    () => `not all trades\n${again.output}`,
  );
  expect(await tradeIds()).toEqual(ids);
  await gate.close();
});

describe('beside settled windows', () => {
  // one of its own: the loaders above bring in what other tests published, live rows of windows that settled among it
  let shared: LoaderDatabase;
  beforeAll(async () => {
    shared = database;
    database = await LoaderDatabase.create();
  });
  afterAll(async () => {
    await database.drop();
    database = shared;
  });

  const save = async (events: readonly LiveEvent[]): Promise<void> => {
    const records = events.map((event, i) => {
      const { topic, key, value, headers } = encodeLiveEvent(event, 'test');
      return {
        topic: topic.name,
        partition: 0,
        offset: String(i),
        timestampMs: 0,
        key,
        value: Buffer.from(value),
        headers: { ...headers },
      };
    });
    expect(await new PostgresLiveStore(database.pool()).save(takeLiveRecords(records, 0).rows)).toEqual([]);
  };
  const minutes = (...numbers: number[]): LiveEvent[] =>
    numbers.map((minute) => madeLiveCandle(product, `2023-12-01T00:0${minute}:00Z`, `2023-12-01T00:0${minute}:30Z`));
  const load = async (telling: string, unknown: number[], collectedAt: string): Promise<void> => {
    const made = madeTelling({
      productId: product,
      telling: `${product} ${telling}`,
      content: product,
      minutes: [0, 1, 3],
      unknown,
      collectedAt,
    });
    await new LoaderByHand('topic', database.pool(), testBucket(), '').deliver({ telling: made });
  };
  const live = async (): Promise<string[]> =>
    (
      await database.sql(
        `SELECT to_char(started_at AT TIME ZONE 'UTC', 'HH24:MI') AS at FROM live.candles WHERE product_id = $1 ORDER BY 1`,
        [product],
      )
    ).map(({ at }) => String(at));

  it('a partial window hides what it tells, a whole one takes the rest away, late rows are hidden and swept', async () => {
    await save([...minutes(0, 2, 4), madeLiveCandle(product, '2023-12-02T00:00:00Z', '2023-12-02T00:00:09Z')]);
    await load('partial', [2, 4], '2023-12-02T00:15:00Z');
    expect((await shown()).map(({ at, settled }) => [at, settled])).toEqual([
      ['00:00', true],
      ['00:01', true],
      ['00:02', false],
      ['00:03', true],
      ['00:04', false],
      ['00:00', false],
    ]);
    await load('whole', [], '2023-12-02T00:20:00Z');
    expect(await live()).toEqual(['00:00']);
    await save(minutes(2));
    expect((await shown()).map(({ at, settled }) => [at, settled])).toEqual([
      ['00:00', true],
      ['00:01', true],
      ['00:03', true],
      ['00:00', false],
    ]);
    const store = new PostgresLiveStore(database.pool());
    expect(await store.sweep(new Date(0))).toEqual({ settled: 1, late: 0, expired: 0 });
    expect(await live()).toEqual(['00:00']);
    await save([madeTrade(product, 1)]);
    // a bounded number at once; there are those of the other tests too
    let purged = 0;
    for (let expired = 1; expired > 0; purged += expired) ({ expired } = await store.sweep(new Date('2024-06-01T00:00:00Z')));
    expect(purged).toBeGreaterThanOrEqual(2);
    expect([await live(), await tradeIds()]).toEqual([[], []]);
  });

  it('a whole window of trades hides its live trades, and the sweep removes such as came later', async () => {
    const at = (tradedAt: string) => ({ traded_at: tradedAt, received_at: tradedAt });
    const late = madeTrade(product, 1, at('2024-01-01T09:59:59.999Z'));
    await save([late, madeTrade(product, 2, at('2024-01-01T10:00:00.000Z')), madeTrade(product, 3, at('2024-01-02T10:00:00.000Z'))]);
    await database.sql(`INSERT INTO market.trades VALUES ($1, 9, '2024-01-01T09:30:00Z', 'buy', 1, 1)`, [product]);
    const ledger = [`trades/${product}/2024-01-01T09`, `trades/${product}/2024-01-02`];
    for (const id of ledger) {
      await database.sql(`INSERT INTO market.load_ledger VALUES ($1, 0, 0, now(), 'c', 0, 'x', 1, '', '', 'k', 'loaded', now())`, [id]);
    }
    const both = await database.sql('SELECT trade_id::int AS id, settled FROM market.trades_with_live WHERE product_id = $1 ORDER BY 1', [
      product,
    ]);
    expect(both).toEqual([
      { id: 2, settled: false },
      { id: 9, settled: true },
    ]);
    expect(await new PostgresLiveStore(database.pool()).sweep(new Date(0))).toEqual({ settled: 2, late: 0, expired: 0 });
    expect(await tradeIds()).toEqual([2]);
  });

  it('a whole revision of equal bytes, which moves the ledger alone, takes live rows away too', async () => {
    await load('first', [2], '2023-12-02T00:15:00Z');
    await save(minutes(2));
    await load('second', [], '2023-12-02T00:20:00Z');
    expect(await live()).toEqual([]);
  });
});
