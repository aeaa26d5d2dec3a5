import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { loadConfig } from '@elias/config';
import { createLogger, Metrics, Readiness, startService } from '@elias/telemetry';
import type { RunningService } from '@elias/telemetry';
import { RateLimit } from './control/rate-limit.js';
import { exchangeSimulatorConfig } from './exchange-simulator.config.js';
import { ExchangeSimulatorModule } from './exchange-simulator.module.js';
import { marketOf } from './load-market.js';
import { readRecording } from './recordings/read-recording.js';
import { RecordedCandles } from './recordings/recorded-candles.js';
import { SimulatorClock } from './simulator-clock.js';
import { startOfClock } from './start-of-clock.js';

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const agent = new Agent({ keepAlive: true });
let service: RunningService;

const recording = new RecordedCandles(
  'REC-USD',
  readRecording(Buffer.from('time,low,high,open,close,volume\n1703872500,41822.14,41835.0,41833.79,41834.73,4.776e-05\n'), 'REC-USD'),
);

beforeAll(async () => {
  const recordings = { candles: new Map([['REC-USD', recording]]), products: [] };
  const clock = new SimulatorClock(startOfClock(recordings.candles.values(), undefined, Date.now()));
  const market = marketOf({ seed: 'elias', recordings, archives: new Map(), furtherProductIds: [] });
  const parts = {
    market,
    clock,
    limit: new RateLimit(),
    recordings: recordings.candles,
    metrics: new Metrics(),
    readiness: new Readiness(),
  };
  const logger = createLogger({ app: 'exchange-simulator', level: 'silent' });
  const config = { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 };
  service = await startService({ app: 'exchange-simulator', config, module: ExchangeSimulatorModule.forRoot(parts), logger });
});
afterAll(async () => {
  agent.destroy();
  await service.close();
});
beforeEach(async () => {
  await control('POST', 'limit', { enabled: false, per_second: 10, burst: 15 });
});
afterEach(async () => {
  for (const what of ['faults', 'edits', 'products', 'requests']) await control('DELETE', what);
});

/** Node's own client sends no User-Agent by itself. */
function send(path: string, options: { method?: string; userAgent?: string; body?: unknown } = {}): Promise<Reply> {
  const { method = 'GET', userAgent = 'test', body } = options;
  const headers = {
    ...(userAgent === '' ? {} : { 'user-agent': userAgent }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: service.port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }),
      );
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const reply = await send(`/_simulator/${path}`, { method, body });
  expect([200, 201]).toContain(reply.status);
  return JSON.parse(reply.text) as Record<string, unknown>;
}

it('serves the recording as it stands, with the exchange’s clock in the headers', async () => {
  const { status, headers, text } = await send(
    '/products/REC-USD/candles?granularity=60&start=2023-12-29T17:55:00Z&end=2023-12-29T18:00:00Z',
  );
  expect(status).toBe(200);
  expect(text).toBe('[[1703872500,41822.14,41835.0,41833.79,41834.73,4.776e-05]]');
  expect(Date.parse(headers.date ?? '') / 1_000 - Number(headers.age)).toBe(1_703_872_500 + 120);
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'public, max-age=300, must-revalidate',
    'cf-cache-status': 'REVALIDATED',
    'content-length': String(text.length),
  });
  expect(headers.etag).toMatch(/^W\/"[0-9a-f]+-[\w+/]{27}"$/);
});

it('the clock starts 60 s after the recorded minute’s end and runs on', async () => {
  const epoch = async (): Promise<number> => (JSON.parse((await send('/time')).text) as { epoch: number }).epoch;
  const first = await epoch();
  expect(first).toBeGreaterThanOrEqual(1_703_872_620);
  expect(first).toBeLessThan(1_703_872_620 + 60);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const second = await epoch();
  expect(second).toBeGreaterThan(first);
  await control('POST', 'clock', { advance_ms: 3_600_000 });
  expect(await epoch()).toBeGreaterThanOrEqual(second + 3_600);
});

it('made products follow the same clock', async () => {
  const { headers, text } = await send('/products/BTC-USD/candles?granularity=86400&start=2023-12-28&end=2023-12-28');
  expect(headers.date).toMatch(/ Dec 2023 /);
  expect(headers).not.toHaveProperty('age');
  expect(JSON.parse(text)).toHaveLength(1);
});

it('answers unknown paths and methods as the exchange does', async () => {
  for (const [path, method] of [
    ['/', 'GET'],
    ['/products/NOPE-USD/candles', 'GET'],
    ['/products/', 'GET'],
    ['/products', 'DELETE'],
  ] as const) {
    const { status, text } = await send(path, { method });
    expect([path, status, text]).toEqual([path, 404, '{"message":"NotFound"}']);
  }
});

it('wants a User-Agent of exchange requests only', async () => {
  const refused = await send('/time', { userAgent: '' });
  expect([refused.status, refused.text]).toEqual([400, '{"message":"User-Agent header is required."}']);
  for (const path of ['/health/live', '/health/ready', '/metrics', '/_simulator/requests']) {
    expect((await send(path, { userAgent: '' })).status).toBe(200);
  }
});

it('limits a client and tells what became of its requests', async () => {
  await control('POST', 'limit', { enabled: true });
  const replies = await Promise.all(Array.from({ length: 30 }, () => send('/time')));
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  expect(refused.length).toBeLessThanOrEqual(15);
  expect(refused[0]?.text).toBe('{"message":"Public rate limit exceeded"}');
  expect(refused[0]?.headers).not.toHaveProperty('retry-after');
  const report = await control('GET', 'requests');
  expect(report).toMatchObject({ total: 30, rate_limited: refused.length, by_endpoint: { time: 30 } });
  expect(Date.parse(report['last_at'] as string)).toBeGreaterThanOrEqual(Date.parse(report['first_at'] as string));
  expect((await send('/metrics')).text).toContain('elias_exchange_simulator_requests_total{outcome="429"}');
});

it('cuts an answer half way', async () => {
  await control('POST', 'faults', { kind: 'cut', match: '^/time$' });
  await expect(send('/time')).rejects.toThrow(/aborted|ECONNRESET|socket hang up/);
  expect((await send('/time')).status).toBe(200);
  expect(await control('GET', 'requests')).toMatchObject({ by_status: { cut: 1, 200: 1 } });
});

it('stalls, then closes', async () => {
  await control('POST', 'faults', { kind: 'stall', ms: 150 });
  const began = performance.now();
  await expect(send('/time')).rejects.toThrow(/ECONNRESET|socket hang up/);
  expect(performance.now() - began).toBeGreaterThanOrEqual(140);
});

it('is slow when asked to be', async () => {
  await control('POST', 'faults', { kind: 'slow', ms: 150 });
  const began = performance.now();
  expect((await send('/time')).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThanOrEqual(140);
});

it('tells its sources and recordings', async () => {
  expect(await control('GET', 'sources')).toMatchObject({
    'REC-USD': 'recording',
    'BTC-USD': 'made',
    _recorded: { 'REC-USD': { from: '2023-12-29T17:55:00Z', to: '2023-12-29T17:56:00Z', minutes: 1 } },
  });
  expect(await control('GET', 'recordings')).toMatchObject({ last_whole_day: null, products: { 'REC-USD': { minutes: 1 } } });
});

it('edits minutes and products on demand', async () => {
  const url = '/products/REC-USD/candles?granularity=60&start=1703872500&end=1703872560';
  const time = 1_703_872_500;
  await control('POST', 'edits', { product_id: 'REC-USD', granularity: 60, time, row: [time, 1, 2.5, 1, '2.0', '1e-06'] });
  expect((await send(url)).text).toBe('[[1703872500,1,2.5,1,2.0,1e-06]]');
  await control('POST', 'edits', { product_id: 'REC-USD', time, row: null });
  expect((await send(url)).text).toBe('[]');
  expect(await control('GET', 'edits')).toHaveLength(1);
  await control('DELETE', 'edits');
  expect(JSON.parse((await send(url)).text)).toHaveLength(1);

  await control('POST', 'products', { product_id: 'BTC-USD', status: 'delisted', trading_disabled: true });
  expect(JSON.parse((await send('/products/BTC-USD')).text)).toMatchObject({ id: 'BTC-USD', status: 'delisted', trading_disabled: true });
  await control('POST', 'products', { product_id: 'ETH-USD', unknown: true });
  expect((await send('/products/ETH-USD')).status).toBe(404);
  await control('DELETE', 'products');
  expect(JSON.parse((await send('/products/ETH-USD')).text)).toMatchObject({ status: 'online' });
});

it.each([
  ['faults', { kind: 'flood' }],
  ['faults', undefined],
  ['edits', { product_id: 'BTC-USD', granularity: 61, time: 0, row: null }],
  ['edits', { product_id: 'BTC-USD', granularity: 300, time: 60, row: null }],
  ['edits', { product_id: 'BTC-USD', time: 60, row: [120, 1, 1, 1, 1, 1] }],
  ['edits', { product_id: 'BTC-USD', time: 60, row: [60, 1, 1, 1, 1, 'x'] }],
  ['edits', { product_id: 'NOPE-USD', time: 60, row: null }],
  ['products', { product_id: 'btc' }],
  ['limit', { burst: 0 }],
  ['clock', { advance_ms: -1 }],
  ['feed-faults', { kind: 'flood' }],
  ['feed-faults', { kind: 'drop', match: '(' }],
  ['feed-load', { product_id: 'NOPE-USD', per_second: 1 }],
  ['feed-load', { product_id: 'BTC-USD', per_second: -1 }],
])('refuses a wrong order to %s: %j', async (path, body) => {
  const { status, text } = await send(`/_simulator/${path}`, { method: 'POST', body });
  expect(status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ message: expect.any(String) as string });
});

describe('settings', () => {
  it('have defaults', () => {
    expect(loadConfig(exchangeSimulatorConfig, {})).toMatchObject({
      HTTP_HOST: '127.0.0.1',
      SIMULATOR_SEED: 'elias',
      SIMULATOR_RATE_LIMIT: 'on',
      SIMULATOR_PRODUCTS: [],
      SIMULATOR_FEED_CAPTURE_SPEED: 1,
    });
  });

  it('are read', () => {
    const env = {
      SIMULATOR_ARCHIVES: 's3://elias/market/data',
      SIMULATOR_NOW: '2023-12-29T18:57:00+01:00',
      SIMULATOR_PRODUCTS: 'FOO-USD,BAR-USD',
      SIMULATOR_FEED_CAPTURE_SPEED: '2.5',
    };
    expect(loadConfig(exchangeSimulatorConfig, env)).toMatchObject({
      SIMULATOR_ARCHIVES: { bucket: 'elias', prefix: 'market/data/' },
      SIMULATOR_NOW: Date.UTC(2023, 11, 29, 17, 57),
      SIMULATOR_PRODUCTS: ['FOO-USD', 'BAR-USD'],
      SIMULATOR_FEED_CAPTURE_SPEED: 2.5,
    });
    expect(loadConfig(exchangeSimulatorConfig, { SIMULATOR_FEED_CAPTURE_SPEED: 'max' }).SIMULATOR_FEED_CAPTURE_SPEED).toBe('max');
    expect(loadConfig(exchangeSimulatorConfig, { SIMULATOR_ARCHIVES: 's3://elias' }).SIMULATOR_ARCHIVES).toEqual({
      bucket: 'elias',
      prefix: '',
    });
  });

  it.each([
    ['SIMULATOR_ARCHIVES', '/tmp/archives'],
    ['SIMULATOR_NOW', '2023-12-29'],
    ['SIMULATOR_PRODUCTS', 'foo'],
    ['SIMULATOR_RATE_LIMIT', 'maybe'],
    ['SIMULATOR_FEED_CAPTURE_SPEED', '0'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => loadConfig(exchangeSimulatorConfig, { [name]: value })).toThrow(name);
  });
});
