import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { archiveKey, sealArchive, sealStream } from '@elias/archive';
import { ObjectStore } from '@elias/object-store';
import { madeWindow } from '../support/made-window.js';
import type { MadeWindow } from '../support/made-window.js';
import { madeTrades } from '../support/made-trades.js';
import { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

const MATCHES_WITHIN_MS = 30_000;

interface Match {
  trade_id: number;
  time: string;
  side: string;
  price: string;
  size: string;
}

/** The next matches of a product. */
async function matchesOf(url: string, productId: string, count: number): Promise<Match[]> {
  const socket = new WebSocket(url.replace('http', 'ws'));
  const matches: Match[] = [];
  const all = new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`${matches.length} of ${count} matches were told`)), MATCHES_WITHIN_MS).unref();
    socket.on('error', reject);
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Match & { type: string };
      if (message.type === 'match') matches.push(message);
      if (matches.length === count) resolve();
    });
  });
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', product_ids: [productId], channels: ['matches'] })));
  try {
    await all;
    return matches;
  } finally {
    socket.terminate();
  }
}

describe('the simulator on archives in S3', () => {
  const { s3 } = testStack();
  const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
  const store = new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
  const prefix = `test/simulator-${randomBytes(5).toString('hex')}`;
  const settings = {
    SIMULATOR_ARCHIVES: `s3://${s3.bucket}/${prefix}`,
    S3_ENDPOINT: s3.endpoint,
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    SIMULATOR_RATE_LIMIT: 'off',
  };
  const keys: string[] = [];
  let simulator: ServiceProcess;

  const seal = async ({ facts, csv }: MadeWindow): Promise<void> => {
    const { zip } = await sealArchive(facts, csv);
    const key = archiveKey(prefix, facts.window, facts.revision, facts.csvSha256);
    await store.put(key, zip);
    keys.push(key);
  };
  const whole = madeWindow({ telling: 0, seed: 7 });
  const partial = madeWindow({ telling: 9, seed: 8, unknownTail: 5 });
  const next = madeWindow({ at: '2023-12-02T00:00:00Z', seed: 9 });

  beforeAll(async () => {
    await store.ensureBucket();
    for (const window of [whole, partial, next]) await seal(window);
    simulator = new ServiceProcess('exchange-simulator', settings);
    await simulator.ready();
  });
  afterAll(async () => {
    await simulator.end();
    await store.delete(keys);
    store.close();
  });

  const candles = async (query: string): Promise<{ status: number; rows: (number | string)[][] }> => {
    const { status, text } = await simulator.get(`/products/BTC-USD/candles?${query}`);
    return { status, rows: status === 200 ? (JSON.parse(text) as number[][]) : [] };
  };

  it('serves the archived product from its best revision, value by value, over the end of the day', async () => {
    const { rows } = await candles('granularity=60&start=2023-12-01T22:00:00Z&end=2023-12-02T02:00:00Z');
    const fromMs = Date.parse('2023-12-01T22:00:00Z');
    const wanted = [...whole.candles, ...next.candles].filter(
      ({ startedAtMs: ms }) => ms >= fromMs && ms <= Date.parse('2023-12-02T02:00:00Z'),
    );
    expect(rows.length).toBeGreaterThan(200);
    expect(rows).toEqual(
      wanted
        .reverse()
        .map(({ startedAtMs, low, high, open, close, volume }) => [startedAtMs / 1_000, ...[low, high, open, close, volume].map(Number)]),
    );
  });

  it('aggregates coarser candles from the archived minutes', async () => {
    const { rows } = await candles('granularity=86400&start=2023-12-01&end=2023-12-02');
    const [day] = rows.slice(-1);
    expect(day?.slice(0, 5)).toEqual([
      Date.parse('2023-12-01') / 1_000,
      Math.min(...whole.candles.map(({ low }) => Number(low))),
      Math.max(...whole.candles.map(({ high }) => Number(high))),
      Number(whole.candles[0]?.open),
      Number(whole.candles.at(-1)?.close),
    ]);
  });

  it('tells archived trades at a multiple of their pace, over the feed as over REST', async () => {
    const { facts, csv } = madeTrades({ window: 'trades/ETH-USD/2023-12-01T13', count: 2_000 });
    const sealed = await sealStream(facts, { bytes: csv.length, chunks: () => Readable.from([csv]) });
    if (sealed.kind !== 'ok') throw new Error(sealed.reason);
    const key = archiveKey(prefix, facts.window, facts.revision, facts.csvSha256);
    await store.put(key, sealed.value.zip);
    keys.push(key);
    const hour = new ServiceProcess('exchange-simulator', {
      ...settings,
      SIMULATOR_NOW: '2023-12-01T09:00:00Z',
      SIMULATOR_CLOCK_SPEED: '1800',
    });
    try {
      const told = await matchesOf(await hour.url(), 'ETH-USD', 2_000);
      const rest: { trade_id: number }[] = [];
      for (let after = ''; ; after = `&after=${rest.at(-1)!.trade_id}`) {
        const page = JSON.parse((await hour.get(`/products/ETH-USD/trades?limit=1000${after}`)).text) as { trade_id: number }[];
        if (page.length === 0) break;
        rest.push(...page);
      }
      const archived = csv.toString().trimEnd().split('\n').slice(1);
      const taker = (side: string): string => (side === 'buy' ? 'sell' : 'buy');
      const lines = told.map(({ trade_id, time, side, price, size }) => {
        const at = `${new Date(time).toISOString().slice(0, 23)}Z`;
        return `ETH-USD,${trade_id},${at},${taker(side)},${price},${size}`;
      });
      expect(lines).toEqual(archived.map((line) => line.replace(/,(\d{4}-[^,]+),/, (_, at: string) => `,${new Date(at).toISOString()},`)));
      expect(rest.map(({ trade_id }) => trade_id)).toEqual(told.map(({ trade_id }) => trade_id).reverse());
    } finally {
      await hour.end();
    }
  });

  it('names its sources, and makes nothing up for an archived product', async () => {
    expect(JSON.parse((await simulator.get('/_simulator/sources')).text)).toMatchObject({ 'BTC-USD': 'archive', 'ETH-USD': 'made' });
    expect((await candles('granularity=60&start=2023-11-30T23:00:00Z&end=2023-12-01T01:00:00Z')).status).toBe(503);
    expect((await simulator.get('/products/BTC-USD/trades')).status).toBe(503);
    expect((await simulator.get('/products/ETH-USD/candles?granularity=60')).status).toBe(200);
  });

  it('ends with one line where there are no archives', async () => {
    const lost = new ServiceProcess('exchange-simulator', { ...settings, SIMULATOR_ARCHIVES: `s3://${s3.bucket}/${prefix}/nowhere` });
    expect(await lost.exited).toEqual({ code: 1, signal: null });
    expect(lost.output).toContain('no archives of candles or trades below');
  });
});
