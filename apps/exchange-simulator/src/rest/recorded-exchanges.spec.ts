import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { aggregate, bucketStart, rowText } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import { decimalText, scaledOf } from '../candles/decimal-sum.js';
import { FaultPlan } from '../control/fault-plan.js';
import { RateLimit } from '../control/rate-limit.js';
import { RequestCounts } from '../control/request-counts.js';
import { marketOf } from '../load-market.js';
import type { ListedProduct } from '../products/listed-product.js';
import { readRecording } from '../recordings/read-recording.js';
import { RecordedCandles } from '../recordings/recorded-candles.js';
import { SimulatorClock } from '../simulator-clock.js';
import type { Answer } from './answer.js';
import { Exchange } from './exchange.js';

/** What others recorded of the real Coinbase; it is not part of this repository. The specs beside this one cover the same with made data. */
const directory = resolve(process.env.ELIAS_RECORDINGS_DIR ?? '../shared/market-data');
const there = existsSync(join(directory, 'rest'));
if (!there) console.warn(`skipped: no recordings in ${directory} (ELIAS_RECORDINGS_DIR)`);
const recorded = there ? describe : describe.skip;

interface Recording {
  request: { uri: string };
  response: { status: { code: number }; headers: Record<string, string[]>; body: number[][] };
}
const read = <T>(file: string): T => JSON.parse(readFileSync(join(directory, file), 'utf8')) as T;

/** An exchange that knows these minutes of BTC-USD. */
function exchangeOf(minutes: readonly CandleRow[], nowMs: number, products: ListedProduct[] = []): Exchange {
  const lines = minutes.map(({ time, low, high, open, close, volume }) => [time, low, high, open, close, volume].join(','));
  const csv = Buffer.from(['time,low,high,open,close,volume', ...lines].join('\n'));
  const candles = new Map(minutes.length === 0 ? [] : [['BTC-USD', new RecordedCandles('BTC-USD', readRecording(csv, 'BTC-USD'))]]);
  const market = marketOf({ seed: 'elias', recordings: { candles, products }, archives: new Map(), furtherProductIds: [] });
  const unlimited = new RateLimit({ enabled: false, perSecond: 10, burst: 15 });
  return new Exchange(market, new SimulatorClock(nowMs, () => 0), unlimited, new FaultPlan(), new RequestCounts());
}

function ask(exchange: Exchange, uri: string): Promise<Answer> {
  const { pathname, search } = new URL(uri, 'https://api.exchange.coinbase.com');
  return exchange.answer({ method: 'GET', url: `${pathname}${search}`, client: '127.0.0.1', userAgent: 'Faraday v2.13.4' });
}

const asRow = ([time = 0, low, high, open, close, volume]: number[]): CandleRow => {
  const text = (value: number | undefined): string => String(value);
  return { time, low: text(low), high: text(high), open: text(open), close: text(close), volume: text(volume) };
};

/** Four minutes that make a coarse candle: its open, its high, its low, and its close with nearly all of the volume. */
function minutesOf(row: CandleRow): CandleRow[] {
  const { units, scale } = scaledOf(row.volume);
  const rest = decimalText({ units: units * 10n ** BigInt(12 - scale) - 3n, scale: 12 });
  return [row.close, row.low, row.high, row.open].map((price, index) => {
    const volume = index === 0 ? rest : '1e-12';
    return { time: row.time + (3 - index) * 60, low: price, high: price, open: price, close: price, volume };
  });
}

recorded('each recorded exchange is answered as Coinbase answered it', () => {
  it.each(['fetch_candles_array_response.0.json', 'fetch_candles_with_parameters.0.json', 'upsert_15m_candles_integration.0.json'])(
    '%s',
    async (file) => {
      const { request, response } = read<Recording>(`rest/${file}`);
      const nowMs = Date.parse(response.headers['Date']?.[0] ?? '');
      const answer = await ask(exchangeOf(response.body.map(asRow).flatMap(minutesOf), nowMs), request.uri);
      expect(answer.status).toBe(response.status.code);
      expect(JSON.parse(answer.body.toString())).toEqual(response.body);
      /** Of the bytes on the wire, or set by whoever speaks HTTP. */
      const apart = ['Content-Length', 'Transfer-Encoding', 'Connection', 'Accept-Ranges', 'Etag'];
      for (const [name, [value]] of Object.entries(response.headers))
        if (!apart.includes(name)) expect([name, answer.headers[name]]).toEqual([name, value]);
      expect(answer.headers['Etag']).toMatch(/^W\/"[0-9a-f]+-.{27}"$/);
    },
  );

  it('the unknown product', async () => {
    const { request, response } = read<Recording>('rest/fetch_candles_error_response.0.json');
    const answer = await ask(exchangeOf([], Date.parse('2025-08-27T17:11:28Z')), request.uri);
    expect(answer.status).toBe(response.status.code);
    expect(JSON.parse(answer.body.toString())).toEqual(response.body);
    for (const name of ['Cache-Control', 'Cf-Cache-Status', 'Content-Type']) expect(answer.headers[name]).toBe(response.headers[name]?.[0]);
  });

  it('169 rows for 168 hours', async () => {
    const body = read<number[][]>('pages/GET-200.json');
    const minutes = body.map(asRow).flatMap(minutesOf);
    const [newest, oldest] = [body[0]?.[0] ?? 0, body.at(-1)?.[0] ?? 0];
    expect(newest - oldest).toBe(168 * 3_600);
    const answer = await ask(
      exchangeOf(minutes, (newest + 3_600) * 1_000),
      `/products/BTC-USD/candles?granularity=3600&start=${oldest}&end=${newest}`,
    );
    expect(JSON.parse(answer.body.toString())).toEqual(body);
    expect(body).toHaveLength(169);
  });

  it('a page of 300 minutes, number for number', async () => {
    const body = read<number[][]>('pages/2020-03-20-00-00.json');
    const [newest, oldest] = [body[0]?.[0] ?? 0, body.at(-1)?.[0] ?? 0];
    const exchange = exchangeOf(body.map(asRow), (newest + 120) * 1_000);
    const range = `granularity=60&start=${new Date(oldest * 1_000).toISOString()}&end=${new Date(newest * 1_000).toISOString()}`;
    expect(JSON.parse((await ask(exchange, `/products/BTC-USD/candles?${range}`)).body.toString())).toEqual(body);
  });

  it('the list of products, and each by itself', async () => {
    const body = read<ListedProduct[]>('rest/products_2025-08-27.json');
    const exchange = exchangeOf([], Date.parse('2025-08-27T17:11:28Z'), body);
    expect(JSON.parse((await ask(exchange, '/products')).body.toString())).toEqual(body);
    for (const product of body.slice(0, 50))
      expect((await ask(exchange, `/products/${product.id}`)).body.toString()).toBe(JSON.stringify(product));
  });

  it('a page of trades has the same form', async () => {
    const body = read<Record<string, string | number>[]>('rest/BTC-EUR_trades_GET-200.json');
    const answer = await ask(exchangeOf([], Date.parse('2020-02-17T07:23:17Z'), []), '/products/BTC-USD/trades?limit=100');
    const page = JSON.parse(answer.body.toString()) as typeof body;
    const form = (trade: Record<string, string | number>): unknown[] =>
      Object.entries(trade).map(([name, value]) => [
        name,
        name === 'side' ? ['buy', 'sell'].includes(String(value)) : String(value).replace(/\d+/, '0').replace(/\d/g, '0'),
      ]);
    const forms = (trades: typeof body): Set<string> => new Set(trades.map((trade) => JSON.stringify(form({ ...trade, trade_id: 0 }))));
    /** The recorded page happens to have no trade at a whole second. */
    const known = new Set([...forms(body), ...[...forms(body)].map((one) => one.replace(/\.0+Z/, 'Z'))]);
    expect([...forms(page)].filter((one) => !known.has(one))).toEqual([]);
    expect(forms(page).size).toBeGreaterThan(1);
    const falling = (trades: typeof body): number[] =>
      trades.slice(1).map((trade, index) => Number(trades[index]?.['trade_id']) - Number(trade['trade_id']));
    expect(new Set(falling(page))).toEqual(new Set(falling(body)));
  });

  it('coarse candles are what the fine ones make', () => {
    const rows = (file: string): CandleRow[] => read<Recording>(`rest/${file}`).response.body.map(asRow);
    const [fine, quarters, hours] = [
      rows('fetch_candles_with_parameters.0.json'),
      rows('upsert_15m_candles_integration.0.json'),
      rows('fetch_candles_array_response.0.json'),
    ];
    const whole = (coarse: CandleRow[], granularity: Granularity): CandleRow[] =>
      coarse.filter(({ time }) => bucketStart(fine[0]?.time ?? 0, granularity) !== time);
    expect(whole(aggregate(fine, 900), 900).map(rowText)).toEqual(whole(quarters, 900).map(rowText));
    expect(whole(aggregate(quarters, 3_600), 3_600).map(rowText)).toEqual(whole(hours, 3_600).map(rowText));
  });
});
