import { randomBytes } from 'node:crypto';
import { archiveKey, sealArchive } from '@elias/archive';
import { ObjectStore } from '@elias/object-store';
import { madeWindow } from '../support/made-window.js';
import type { MadeWindow } from '../support/made-window.js';
import { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

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

  it('names its sources, and makes nothing up for an archived product', async () => {
    expect(JSON.parse((await simulator.get('/_simulator/sources')).text)).toMatchObject({ 'BTC-USD': 'archive', 'ETH-USD': 'made' });
    expect((await candles('granularity=60&start=2023-11-30T23:00:00Z&end=2023-12-01T01:00:00Z')).status).toBe(503);
    expect((await simulator.get('/products/BTC-USD/trades')).status).toBe(503);
    expect((await simulator.get('/products/ETH-USD/candles?granularity=60')).status).toBe(200);
  });

  it('ends with one line where there are no archives', async () => {
    const lost = new ServiceProcess('exchange-simulator', { ...settings, SIMULATOR_ARCHIVES: `s3://${s3.bucket}/${prefix}/nowhere` });
    expect(await lost.exited).toEqual({ code: 1, signal: null });
    expect(lost.output).toContain('no candle archives below');
  });
});
