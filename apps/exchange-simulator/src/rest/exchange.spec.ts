import { faultOrder, FaultPlan } from '../control/fault-plan.js';
import { RateLimit } from '../control/rate-limit.js';
import { RequestCounts } from '../control/request-counts.js';
import type { CandleSource } from '../candles/candle-source.js';
import { marketOf } from '../load-market.js';
import type { Market } from '../market.js';
import { newProduct } from '../products/listed-product.js';
import { readRecording } from '../recordings/read-recording.js';
import { RecordedCandles } from '../recordings/recorded-candles.js';
import { SimulatorClock } from '../simulator-clock.js';
import type { Answer } from './answer.js';
import { Exchange } from './exchange.js';

const NOW = '2023-12-29T17:57:00.250Z';
/** Recorded until 17:50, i.e. known until 17:52. */
const RECORDED = [
  'time,low,high,open,close,volume',
  ...Array.from({ length: 2_000 }, (_, minute) => `${Date.UTC(2023, 11, 29, 17, 50 - minute) / 1_000},1,3,2,2.5,1.25`),
].join('\n');

interface Bench {
  exchange: Exchange;
  market: Market;
  faults: FaultPlan;
  clock: SimulatorClock;
  counts: RequestCounts;
  get(url: string, request?: { client?: string; userAgent?: string | undefined; method?: string }): Promise<Answer>;
}

function bench({ limited = false }: { limited?: boolean } = {}): Bench {
  const recorded = new RecordedCandles('REC-USD', readRecording(Buffer.from(RECORDED), 'REC-USD'));
  const market = marketOf({
    seed: 'elias',
    recordings: null,
    archives: new Map<string, CandleSource>([['REC-USD', recorded]]),
    furtherProductIds: [],
  });
  const clock = new SimulatorClock(Date.parse(NOW), () => 0);
  const faults = new FaultPlan();
  const counts = new RequestCounts();
  const limit = new RateLimit({ enabled: limited, perSecond: 10, burst: 15 }, () => 0);
  const exchange = new Exchange(market, clock, limit, faults, counts);
  return {
    exchange,
    market,
    faults,
    clock,
    counts,
    get: (url, request = {}) => exchange.answer({ method: 'GET', url, client: '127.0.0.1', userAgent: 'test', ...request }),
  };
}

const json = (answer: Answer): unknown => JSON.parse(answer.body.toString());
const candles = (answer: Answer): number[][] => json(answer) as number[][];
const trades = (answer: Answer): { trade_id: number; time: string; price: string; size: string; side: string }[] => json(answer) as never;
/** The instant that an answer says it is true for, seconds. */
const answerTime = ({ headers }: Answer): number => Date.parse(headers['Date'] ?? '') / 1_000 - Number(headers['Age'] ?? 0);
const range = (productId: string, granularity: number, start: string, end: string): string =>
  `/products/${productId}/candles?granularity=${granularity}&start=${start}&end=${end}`;

describe('candles', () => {
  const { get } = bench();

  it('both ends are included: 168 hours give 169 rows, 24 give 25, newest first', async () => {
    const week = candles(await get(range('BTC-USD', 3_600, '2023-12-01T00:00:00Z', '2023-12-08T00:00:00Z')));
    expect(week).toHaveLength(169);
    expect(week[0]?.[0]).toBe(Date.UTC(2023, 11, 8) / 1_000);
    expect(week.every((row, index) => index === 0 || (row[0] ?? 0) < (week[index - 1]?.[0] ?? 0))).toBe(true);
    expect(candles(await get(range('BTC-USD', 3_600, '2023-12-01', '2023-12-02')))).toHaveLength(25);
  });

  it('rows are six numbers: time, low, high, open, close, volume', async () => {
    for (const [time, low, high, open, close, volume] of candles(await get(range('ETH-USD', 300, '2023-12-01', '2023-12-02')))) {
      expect([time, low, high, open, close, volume].every((value) => typeof value === 'number')).toBe(true);
      expect(low).toBeLessThanOrEqual(Math.min(open ?? 0, close ?? 0));
      expect(high).toBeGreaterThanOrEqual(Math.max(open ?? 0, close ?? 0));
    }
  });

  it('300 intervals give 301 rows, more is refused', async () => {
    const edge = await get(range('BTC-USD', 60, '2023-12-01T00:00:00Z', '2023-12-01T05:00:00Z'));
    expect(candles(edge)).toHaveLength(301);
    const beyond = await get(range('BTC-USD', 60, '2023-12-01T00:00:00Z', '2023-12-01T05:01:00Z'));
    expect(beyond.status).toBe(400);
    expect(json(beyond)).toEqual({
      message: 'granularity too small for the requested time range. Count of aggregations requested exceeds 300',
    });
  });

  it('without a range the newest 350; one bound alone is ignored', async () => {
    const newest = await get('/products/BTC-USD/candles?granularity=60');
    expect(candles(newest)).toHaveLength(350);
    for (const bound of ['start=2023-01-01T00:00:00Z', 'end=2023-01-01T00:00:00Z']) {
      expect(candles(await get(`/products/BTC-USD/candles?granularity=60&${bound}`))).toEqual(candles(newest));
    }
    expect(newest.headers).toMatchObject({ 'Cf-Cache-Status': 'HIT', Age: '120' });
    expect(candles(newest)[0]?.[0]).toBeLessThanOrEqual(answerTime(newest));
  });

  it('refuses in the exchange’s words', async () => {
    const refusals: [string, number, string][] = [
      ['/products/INVALID-PRODUCT/candles?granularity=3600', 404, 'NotFound'],
      ['/products/btc-usd/candles?granularity=3600', 404, 'NotFound'],
      ['/products/BTC-USD/candles?granularity=120', 400, 'Unsupported granularity'],
      ['/products/BTC-USD/nothing', 404, 'NotFound'],
      ['//', 404, 'NotFound'],
    ];
    for (const [url, status, message] of refusals) {
      const answer = await get(url);
      expect([answer.status, json(answer)]).toEqual([status, { message }]);
      expect(answer.headers).toMatchObject({ 'Cache-Control': 'no-store', 'Cf-Cache-Status': 'MISS' });
    }
  });

  it('before the listing 200 and no rows; a delisted product has none either', async () => {
    expect(candles(await get(range('BTC-USD', 86_400, '2010-01-01', '2010-02-01')))).toEqual([]);
    expect(candles(await get(range('REP-USD', 86_400, '2023-11-01', '2023-12-01')))).toEqual([]);
  });

  it('says how long it may be kept, and the exchange’s time', async () => {
    const { headers } = await get(range('BTC-USD', 60, '2023-12-01T00:00:00Z', '2023-12-01T00:10:00Z'));
    expect(headers).toMatchObject({
      Date: 'Fri, 29 Dec 2023 17:57:00 GMT',
      'Cache-Control': 'public, max-age=300, must-revalidate',
      'Cf-Cache-Status': 'REVALIDATED',
      'Content-Type': 'application/json; charset=utf-8',
    });
    expect(headers).not.toHaveProperty('Age');
  });
});

describe('a recorded product', () => {
  it('is answered as of 60 s after the end of its last minute, whenever it is asked', async () => {
    const { get, clock } = bench();
    const url = range('REC-USD', 60, '2023-12-29T17:45:00Z', '2023-12-29T17:59:00Z');
    const first = await get(url);
    expect(candles(first)).toHaveLength(6);
    expect(answerTime(first)).toBe(Date.UTC(2023, 11, 29, 17, 52) / 1_000);
    expect(first.headers['Cf-Cache-Status']).toBe('REVALIDATED');
    clock.advance(3_600_000);
    const later = await get(url);
    expect(later.headers['Age']).toBe('3900');
    expect(answerTime(later)).toBe(answerTime(first));
    expect(later.body).toEqual(first.body);
  });

  it('is refused for a page that begins before its first minute', async () => {
    const { get } = bench();
    const answer = await get(range('REC-USD', 60, '2023-12-28T08:30:00Z', '2023-12-28T08:40:00Z'));
    expect([answer.status, json(answer)]).toEqual([503, { message: 'the recording of REC-USD begins at 2023-12-28T08:31:00.000Z' }]);
    expect((await get(range('REC-USD', 60, '2023-12-28T08:31:00Z', '2023-12-28T08:40:00Z'))).status).toBe(200);
  });

  it('without a range gives what it has, if that is enough', async () => {
    const { get } = bench();
    const answer = await get('/products/REC-USD/candles?granularity=60');
    expect(candles(answer)).toHaveLength(350);
    expect(answer.headers['Cf-Cache-Status']).toBe('REVALIDATED');
    expect((await get('/products/REC-USD/candles?granularity=3600')).status).toBe(503);
  });

  it('has a ticker and trades that fit its candles, and stats as far as it knows', async () => {
    const { get } = bench();
    const ticker = json(await get('/products/REC-USD/ticker')) as Record<string, unknown>;
    const [last] = trades(await get('/products/REC-USD/trades?limit=1'));
    expect(last).toMatchObject({ price: '2.50000000', trade_id: ticker['trade_id'] });
    expect(ticker['price']).toBe('2.5');
    expect((await get('/products/REC-USD/stats')).status).toBe(503);
  });
});

describe('products', () => {
  it('lists what it finds alone', async () => {
    const { get } = bench();
    const list = json(await get('/products')) as { id: string }[];
    expect(list.map(({ id }) => id)).toEqual(expect.arrayContaining(['BTC-USD', 'SHIB-USD', 'REC-USD']));
    expect(json(await get('/products/BTC-USD'))).toEqual(list.find(({ id }) => id === 'BTC-USD'));
    expect((await get('/products/NOPE-USD')).status).toBe(404);
  });

  it('a product that is disabled or delisted trades no more from then on', async () => {
    const { get, market, clock } = bench();
    market.catalogue.edit(
      'BTC-USD',
      { fields: { status: 'delisted', trading_disabled: true } },
      clock.nowMs(),
      newProduct('x', { quote: '1', base: '1' }),
    );
    clock.advance(600_000);
    const newest = async (id: string): Promise<number | undefined> =>
      candles(await get(range(id, 60, '2023-12-29T17:50:00Z', '2023-12-29T18:07:00Z')))[0]?.[0];
    expect(await newest('BTC-USD')).toBe(Date.UTC(2023, 11, 29, 17, 57) / 1_000);
    expect(await newest('ETH-USD')).toBeGreaterThan(Date.UTC(2023, 11, 29, 18, 5) / 1_000);
    expect(json(await get('/products/BTC-USD'))).toMatchObject({ status: 'delisted' });
    market.catalogue.edit('BTC-USD', { unknown: true, fields: {} }, clock.nowMs(), newProduct('x', { quote: '1', base: '1' }));
    expect((await get('/products/BTC-USD/candles?granularity=60')).status).toBe(404);
  });
});

describe('time, ticker, stats', () => {
  const { get } = bench();

  it('tells the time', async () => {
    expect(json(await get('/time'))).toEqual({ iso: NOW, epoch: Date.parse(NOW) / 1_000 });
  });

  it('the ticker is the last trade and the volume of 24 hours, as strings', async () => {
    const ticker = json(await get('/products/BTC-USD/ticker')) as Record<string, string>;
    const [last] = trades(await get('/products/BTC-USD/trades?limit=1'));
    expect(ticker).toMatchObject({ trade_id: last?.trade_id, time: last?.time, rfq_volume: '0' });
    expect(Number(ticker['price'])).toBe(Number(last?.price));
    expect(Number(ticker['ask'])).toBeGreaterThan(Number(ticker['bid']));
    expect(Object.entries(ticker).every(([name, value]) => typeof value === (name === 'trade_id' ? 'number' : 'string'))).toBe(true);
  });

  it('stats are of the last 24 hours and 30 days, as strings', async () => {
    const stats = json(await get('/products/ETH-USD/stats')) as Record<string, string>;
    const rows: number[][] = [];
    for (let hour = 24; hour > 0; hour -= 4) {
      const fromS = Date.parse(NOW) / 1_000 - hour * 3_600;
      rows.unshift(...candles(await get(`/products/ETH-USD/candles?granularity=60&start=${fromS}&end=${fromS + 14_399.9}`)));
    }
    const column = (index: number): number[] => rows.map((row) => row[index] ?? Number.NaN);
    expect(Number(stats['open'])).toBe(rows.at(-1)?.[3]);
    expect(Number(stats['high'])).toBe(Math.max(...column(2)));
    expect(Number(stats['low'])).toBe(Math.min(...column(1)));
    expect(Number(stats['last'])).toBe(rows[0]?.[4]);
    expect(Number(stats['volume'])).toBeCloseTo(
      column(5).reduce((sum, volume) => sum + volume, 0),
      6,
    );
    expect(Number(stats['volume_30day'])).toBeGreaterThan(20 * Number(stats['volume']));
  });
});

describe('trades', () => {
  const { get } = bench();

  it('newest first, without a hole, 1000 at most, with both cursors', async () => {
    for (const query of ['', '?limit=1000', '?limit=5000']) {
      const answer = await get(`/products/ETH-USD/trades${query}`);
      const page = trades(answer);
      const newest = page[0]?.trade_id ?? 0;
      expect(page.map((trade) => trade.trade_id)).toEqual(Array.from({ length: 1_000 }, (_, index) => newest - index));
      expect(answer.headers).toMatchObject({ 'cb-before': String(newest), 'cb-after': String(newest - 999) });
    }
  });

  it('after gives the ids directly below; before gives the newest above, not the next page up', async () => {
    const [newest] = trades(await get('/products/UNI-USD/trades?limit=1'));
    const top = newest?.trade_id ?? 0;
    expect(trades(await get(`/products/UNI-USD/trades?limit=3&after=${top}`)).map((trade) => trade.trade_id)).toEqual([
      top - 1,
      top - 2,
      top - 3,
    ]);
    expect(trades(await get(`/products/UNI-USD/trades?limit=3&before=${top - 50}`)).map((trade) => trade.trade_id)).toEqual([
      top,
      top - 1,
      top - 2,
    ]);
    expect(trades(await get(`/products/UNI-USD/trades?before=${top - 2}`)).map((trade) => trade.trade_id)).toEqual([top, top - 1]);
    const none = await get(`/products/UNI-USD/trades?before=${top}`);
    expect(trades(none)).toEqual([]);
    expect(none.headers).not.toHaveProperty('cb-before');
    expect(trades(await get('/products/UNI-USD/trades?after=4')).map((trade) => trade.trade_id)).toEqual([3, 2, 1]);
  });

  it('milliseconds, padded decimals, the maker’s side', async () => {
    for (const trade of trades(await get('/products/BTC-USD/trades?limit=100'))) {
      expect(trade.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/);
      expect(trade.price).toMatch(/^\d+\.\d{8}$/);
      expect(trade.size).toMatch(/^\d+\.\d{8}$/);
      expect(['buy', 'sell']).toContain(trade.side);
    }
  });

  it.each(['limit=0', 'limit=x', 'before=-1', 'after=1.5'])('refuses %s', async (query) => {
    expect((await get(`/products/BTC-USD/trades?${query}`)).status).toBe(400);
  });
});

describe('limit and user agent', () => {
  it('15 at once, then 429, per client; everything asked of the exchange counts', async () => {
    const { get, counts } = bench({ limited: true });
    const statuses: number[] = [];
    for (let index = 0; index < 17; index += 1) statuses.push((await get(index % 2 === 0 ? '/time' : '/products/NOPE-USD')).status);
    expect(statuses.slice(0, 15)).not.toContain(429);
    expect(statuses.slice(15)).toEqual([429, 429]);
    expect((await get('/time', { client: '127.0.0.2' })).status).toBe(200);
    expect(json(await get('/time'))).toEqual({ message: 'Public rate limit exceeded' });
    expect(counts.report()).toMatchObject({ total: 19, rate_limited: 3, by_status: { 200: 9, 404: 7, 429: 3 } });
  });

  it('a user agent is required', async () => {
    const { get } = bench();
    for (const userAgent of [undefined, '']) {
      const answer = await get('/time', { userAgent });
      expect([answer.status, json(answer)]).toEqual([400, { message: 'User-Agent header is required.' }]);
    }
  });
});

describe('faults on demand', () => {
  const url = range('BTC-USD', 60, '2023-12-29T17:40:00Z', '2023-12-29T17:57:00Z');
  const faulty = async (order: Record<string, unknown>, asked = url): Promise<{ hit: Answer; after: Answer }> => {
    const { get, faults } = bench();
    faults.add(faultOrder.parse(order));
    return { hit: await get(asked), after: await get(asked) };
  };

  it.each([
    [{ kind: '429', retry_after_s: 2 }, 429, '2'],
    [{ kind: '500' }, 500, undefined],
    [{ kind: '503' }, 503, undefined],
  ])('%j', async (order, status, retryAfter) => {
    const { hit, after } = await faulty(order);
    expect(hit.status).toBe(status);
    expect(typeof (json(hit) as { message: unknown }).message).toBe('string');
    expect(hit.headers['Retry-After']).toBe(retryAfter);
    expect(after.status).toBe(200);
  });

  it('a stale cache says its age and knows nothing later', async () => {
    const { hit, after } = await faulty({ kind: 'stale_cache', age_s: 300 });
    expect(hit.headers).toMatchObject({ 'Cf-Cache-Status': 'HIT', Age: '300' });
    expect(candles(hit)[0]?.[0]).toBe(Date.UTC(2023, 11, 29, 17, 52) / 1_000);
    expect(candles(after)[0]?.[0]).toBeGreaterThan(candles(hit)[0]?.[0] ?? 0);
  });

  it('a HIT without an age', async () => {
    const { hit } = await faulty({ kind: 'hit_without_age' });
    expect(hit.headers['Cf-Cache-Status']).toBe('HIT');
    expect(hit.headers).not.toHaveProperty('Age');
  });

  it('rows go missing', async () => {
    const { hit, after } = await faulty({ kind: 'drop_rows', rows: 3 });
    const whole = candles(after);
    const missing = whole.filter(([time]) => !candles(hit).some((row) => row[0] === time));
    expect(missing).toHaveLength(3);
    expect(missing).not.toContainEqual(whole[0]);
    expect(missing).not.toContainEqual(whole.at(-1));
  });

  it('trades go missing, never the first or the last of a page', async () => {
    const { hit, after } = await faulty({ kind: 'drop_rows', rows: 5 }, '/products/ETH-USD/trades?limit=9&after=5000');
    const idsOf = (answer: Answer): number[] => trades(answer).map((trade) => Number(trade.trade_id));
    expect(idsOf(after)).toEqual([4999, 4998, 4997, 4996, 4995, 4994, 4993, 4992, 4991]);
    expect(idsOf(hit)).toEqual([4999, 4998, 4992, 4991]);
    const { hit: single } = await faulty({ kind: 'drop_rows', rows: 5 }, '/products/ETH-USD/trades?limit=1&after=5000');
    expect(idsOf(single)).toEqual([4999]);
  });

  it('a stale cache, of the list of products too', async () => {
    const { hit, after } = await faulty({ kind: 'stale_cache', age_s: 300 }, '/products');
    expect(hit.headers).toMatchObject({ 'Cf-Cache-Status': 'HIT', Age: '300' });
    expect(after.headers).toMatchObject({ 'Cf-Cache-Status': 'MISS' });
    expect(after.headers).not.toHaveProperty('Age');
  });

  it("a proxy's page instead of the answer", async () => {
    const { hit, after } = await faulty({ kind: 'html' }, '/products');
    expect([hit.status, hit.headers['Content-Type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(hit.body.toString()).toMatch(/^<!DOCTYPE html>/);
    expect(Array.isArray(json(after))).toBe(true);
  });

  it('garbage is no JSON', async () => {
    const { hit } = await faulty({ kind: 'garbage' });
    expect(hit.status).toBe(200);
    expect(() => json(hit)).toThrow(SyntaxError);
  });

  it.each([
    [{ kind: 'cut' }, { kind: 'cut' }],
    [
      { kind: 'stall', ms: 5 },
      { kind: 'stall', ms: 5 },
    ],
    [{ kind: 'slow' }, { kind: 'slow', ms: 2_000 }],
  ])('%j disturbs the answer on its way', async (order, disturbance) => {
    expect((await faulty(order)).hit.disturbance).toEqual(disturbance);
  });
});

describe('edits', () => {
  const minuteS = Date.UTC(2023, 11, 1, 10, 30) / 1_000;
  const hour = range('BTC-USD', 3_600, '2023-12-01T10:00:00Z', '2023-12-01T11:00:00Z');
  const minutes = range('BTC-USD', 60, '2023-12-01T10:29:00Z', '2023-12-01T10:31:00Z');
  const row = { time: minuteS, low: '1', high: '999999.5', open: '2', close: '3', volume: '1e-05' };
  const edit = (market: Market, change: Partial<Parameters<Market['edits']['set']>[0]>): void =>
    market.edits.set({ productId: 'BTC-USD', granularity: 60, time: minuteS, row: null, ...change });

  it('a revised minute changes the coarser candles, and can be changed back', async () => {
    const { get, market } = bench();
    const before = [candles(await get(minutes)), candles(await get(hour))];
    edit(market, { row });
    expect((await get(minutes)).body.toString()).toContain(`[${minuteS},1,999999.5,2,3,1e-05]`);
    const [later, revised] = candles(await get(hour));
    expect(later).toEqual(before[1]?.[0]);
    expect(revised?.slice(1, 3)).toEqual([1, 999_999.5]);
    const removed = before[0]?.find(([time]) => time === minuteS)?.[5] ?? 0;
    expect(revised?.[5]).toBeCloseTo((before[1]?.[1]?.[5] ?? 0) - removed + 1e-5, 6);
    market.edits.reset('BTC-USD');
    expect([candles(await get(minutes)), candles(await get(hour))]).toEqual(before);
  });

  it('a minute can vanish, a whole hour too', async () => {
    const { get, market } = bench();
    edit(market, {});
    expect(candles(await get(minutes)).map(([time]) => time)).toEqual([minuteS + 60, minuteS - 60]);
    for (let minute = 0; minute < 60; minute += 1) edit(market, { time: minuteS - 1_800 + minute * 60 });
    expect(candles(await get(hour)).map(([time]) => time)).toEqual([minuteS + 1_800]);
  });

  it('a minute can appear in a recording, and a coarse candle be changed alone', async () => {
    const { get, market } = bench();
    const recordedS = Date.UTC(2023, 11, 29, 17, 51) / 1_000;
    edit(market, { productId: 'REC-USD', time: recordedS, row: { ...row, time: recordedS } });
    const url = range('REC-USD', 60, '2023-12-29T17:50:00Z', '2023-12-29T17:53:00Z');
    expect(candles(await get(url)).map(([time]) => time)).toEqual([recordedS, recordedS - 60]);
    edit(market, { granularity: 3_600, time: minuteS - 1_800, row: { ...row, time: minuteS - 1_800 } });
    expect(candles(await get(hour))[1]).toEqual([minuteS - 1_800, 1, 999_999.5, 2, 3, 1e-5]);
    expect(candles(await get(minutes))).toHaveLength(3);
  });

  it('the newest candles are edited too', async () => {
    const { get, market } = bench();
    const url = '/products/BTC-USD/candles?granularity=60';
    const before = candles(await get(url));
    edit(market, { time: before[10]?.[0] ?? 0 });
    const after = candles(await get(url));
    expect(after).toHaveLength(350);
    expect(after.slice(0, 349)).toEqual(before.filter((_, index) => index !== 10));
  });
});
