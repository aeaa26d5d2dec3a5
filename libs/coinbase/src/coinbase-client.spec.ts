import { gzipSync } from 'node:zlib';
import type { AttemptOutcome } from './ask-exchange.js';
import { createCoinbase } from './create-coinbase.js';
import type { Coinbase } from './create-coinbase.js';
import { ScriptedServer, say } from './test-scripted-server.js';
import type { Answer } from './test-scripted-server.js';

const start = Date.UTC(2023, 11, 1);
const page = { startMs: start, endMs: start + 299 * 60_000 };
const rows = [
  [start / 1_000 + 60, 1, 3, 2, 2.5, 7],
  [start / 1_000, 1, 3, 2, 2.5, 7],
];
const ROWS = JSON.stringify(rows);

let server: ScriptedServer;
let coinbase: Coinbase;
let outcomes: AttemptOutcome[];

/** A client of a server that answers so. */
const exchange = (...script: Answer[]): Promise<Coinbase['client']> => patientExchange(5_000, script);

async function patientExchange(timeoutMs: number, script: Answer[]): Promise<Coinbase['client']> {
  server = new ScriptedServer().answers(...script);
  outcomes = [];
  coinbase = createCoinbase({
    config: {
      EXCHANGE_URL: await server.listen(),
      EXCHANGE_REQUESTS_PER_SECOND: 0,
      EXCHANGE_BURST: 15,
      EXCHANGE_ALLOWANCE_SHARE: 1,
      EXCHANGE_TIMEOUT_MS: timeoutMs,
      EXCHANGE_USER_AGENT: 'elias/test',
    },
    underWayMax: 4,
    part: 1,
    onAttempt: (outcome) => outcomes.push(outcome),
    backoffMs: (attempt) => 20 * attempt,
  });
  return coinbase.client;
}
const candles = async (...script: Answer[]): Promise<number> => {
  const client = await exchange(...script);
  return (await client.candles('BTC-USD', 60, page)).candles.length;
};

afterEach(async () => {
  await coinbase.close();
  await server.close();
});

describe('one page of candles', () => {
  it('is asked for by both ends, with a name, over one kept connection', async () => {
    const client = await exchange(say(200, ROWS));
    const answer = await client.candles('BTC-USD', 60, page);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await client.candles('BTC-USD', 60, page);
    expect(answer.candles).toEqual([
      { startedAtMs: start, open: '2', high: '3', low: '1', close: '2.5', volume: '7' },
      { startedAtMs: start + 60_000, open: '2', high: '3', low: '1', close: '2.5', volume: '7' },
    ]);
    expect(answer.answeredAtMs).toBe(answer.dateMs);
    expect(Math.abs(answer.dateMs - Date.now())).toBeLessThan(5_000);
    const [first, second] = server.asked;
    expect(first!.url).toBe('/products/BTC-USD/candles?granularity=60&start=2023-12-01T00:00:00Z&end=2023-12-01T04:59:00Z');
    expect(first!.headers).toMatchObject({ 'user-agent': 'elias/test', 'accept-encoding': 'gzip' });
    expect(second!.connection).toBe(first!.connection);
  });

  it('comes as the exchange wrote its numbers', async () => {
    const client = await exchange(say(200, `[[${start / 1_000}, 0.1000000000, 41835.0, 1e1, 123456789012.3456789, 4.776e-05]]`));
    const answer = await client.candles('BTC-USD', 60, page).catch((error: unknown) => error);
    expect(answer).toMatchObject({ name: 'BadAnswerError' });
    server.answers(say(200, `[[${start / 1_000}, 0.1000000000, 99999999999999.1234567891, 1e1, 12345678901234.1234567891, 4.776e-05]]`));
    expect((await client.candles('BTC-USD', 60, page)).candles).toEqual([
      {
        startedAtMs: start,
        open: '10',
        high: '99999999999999.1234567891',
        low: '0.1',
        close: '12345678901234.1234567891',
        volume: '0.00004776',
      },
    ]);
  });

  it('may come packed', async () => {
    expect(await candles(say(200, gzipSync(ROWS), { 'content-encoding': 'gzip' }))).toBe(2);
  });
});

describe('what passes is asked for again', () => {
  const cutBeforeHeaders: Answer = (response) => response.socket?.destroy();
  const cutInBody: Answer = (response) => {
    response.writeHead(200, { 'content-length': ROWS.length });
    response.write(ROWS.slice(0, 20), () => response.socket?.destroy());
  };
  const cutInChunks: Answer = (response) => {
    response.write(ROWS.slice(0, 20), () => response.socket?.destroy());
  };
  const stall: Answer = () => undefined;
  const stallInBody: Answer = (response) => void response.write(ROWS.slice(0, 20));
  const trickle: Answer = (response) => {
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  const wrongGzip = gzipSync(ROWS);
  wrongGzip[15] = wrongGzip[15]! ^ 0xff;

  it.each<[string, Answer, AttemptOutcome]>([
    ['429 without Retry-After', say(429, { message: 'Public rate limit exceeded' }), 'rate_limited'],
    ['500', say(500, { message: 'Internal server error' }), 'exchange_unavailable'],
    ['503 from a proxy', say(503, '<html>busy</html>'), 'exchange_unavailable'],
    ['403 from a firewall', say(403, '<html>attention required</html>'), 'exchange_unavailable'],
    ['a cut before the headers', cutBeforeHeaders, 'exchange_unavailable'],
    ['a cut in the body', cutInBody, 'exchange_unavailable'],
    ['a cut between chunks', cutInChunks, 'exchange_unavailable'],
    ['a body that cannot be unpacked', say(200, wrongGzip, { 'content-encoding': 'gzip' }), 'exchange_unavailable'],
    ['half an answer, whole by its length', say(200, ROWS.slice(0, 20)), 'bad-answer'],
    ['a page of somebody else', say(200, '<html>log in</html>'), 'bad-answer'],
    [
      'an answer without a Date',
      (response, asked) => {
        response.sendDate = false;
        say(200, ROWS)(response, asked);
      },
      'bad-answer',
    ],
  ])('%s', async (_name, fault, outcome) => {
    expect(await candles(fault, fault, say(200, ROWS))).toBe(2);
    expect(outcomes).toEqual([outcome, outcome, 'ok']);
  });

  it.each([
    ['a stall before the headers', stall],
    ['a stall in the body', stallInBody],
    ['a body that never ends', trickle],
  ])('%s', async (_name, fault) => {
    const client = await patientExchange(200, [fault, fault, say(200, ROWS)]);
    expect((await client.candles('BTC-USD', 60, page)).candles).toHaveLength(2);
    expect(outcomes.slice(0, 2)).toEqual(['exchange_unavailable', 'exchange_unavailable']);
    expect(outcomes.at(-1)).toBe('ok');
  });

  it('no sooner than Retry-After says, by nobody in this process', async () => {
    const client = await exchange(say(429, { message: 'slow down' }, { 'retry-after': '1' }), say(200, ROWS));
    const first = client.candles('BTC-USD', 60, page);
    while (outcomes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([first, client.candles('ETH-USD', 60, page)]);
    expect(server.asked).toHaveLength(3);
    expect(server.asked[1]!.atMs - server.asked[0]!.atMs).toBeGreaterThanOrEqual(999);
  });

  it('until patience ends, and then says what it was', async () => {
    const client = await exchange(say(503, { message: 'down' }));
    const failure: unknown = await client
      .candles('BTC-USD', 60, page, { deadlineAtMs: performance.now() + 1_000 })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ExchangeUnavailableError', disposition: 'retry', reason: 'exchange_unavailable' });
    expect(failure).toHaveProperty('cause.message', 'status 503: down');
    expect(server.asked.length).toBeGreaterThanOrEqual(2);
    expect(server.asked.length).toBeLessThanOrEqual(10);
  });

  it('not when Retry-After is longer than patience', async () => {
    const client = await exchange(say(429, { message: 'slow down' }, { 'retry-after': '30' }));
    const before = performance.now();
    await expect(client.time({ deadlineAtMs: before + 5_000 })).rejects.toMatchObject({ reason: 'rate_limited', attempts: 1 });
    expect(performance.now() - before).toBeLessThan(4_500);
  });

  it('not where nobody listens for longer than patience', async () => {
    const client = await exchange(say(200, ROWS));
    await server.close();
    await expect(client.time({ deadlineAtMs: performance.now() + 300 })).rejects.toMatchObject({
      name: 'ExchangeUnavailableError',
      reason: 'exchange_unavailable',
    });
  });

  it('says that there was no time when there was none', async () => {
    const client = await exchange(say(200, ROWS));
    coinbase.takePart(0);
    await expect(client.time({ deadlineAtMs: performance.now() + 50 })).rejects.toMatchObject({ reason: 'deadline', attempts: 0 });
    expect(server.asked).toEqual([]);
  });

  it('not once it is told to stop', async () => {
    const client = await exchange(stall);
    const stop = new AbortController();
    const asking = client.candles('BTC-USD', 60, page, { signal: stop.signal });
    const stopped = expect(asking).rejects.toThrow('stopping');
    while (server.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new Error('stopping'));
    await stopped;
    await expect(client.time({ signal: stop.signal })).rejects.toThrow('stopping');
    expect(server.asked).toHaveLength(1);
    expect(coinbase.pacer.queued).toBe(0);
  });
});

describe('what does not pass is an error of its own', () => {
  it('404 of a product', async () => {
    const client = await exchange(say(404, { message: 'NotFound' }));
    const unknown = { name: 'UnknownProductError', disposition: 'dead-letter', productId: 'NO-SUCH' };
    await expect(client.candles('NO-SUCH', 60, page)).rejects.toMatchObject(unknown);
    await expect(client.product('NO-SUCH')).rejects.toMatchObject(unknown);
    await expect(client.stats('NO-SUCH')).rejects.toMatchObject(unknown);
    await expect(client.time()).rejects.toMatchObject({ name: 'RequestRefusedError', status: 404 });
    expect(server.asked).toHaveLength(4);
  });

  it('400, in the words of the exchange', async () => {
    await expect(candles(say(400, { message: 'Unsupported granularity' }))).rejects.toMatchObject({
      name: 'RequestRefusedError',
      disposition: 'dead-letter',
      message: expect.stringContaining('status 400: Unsupported granularity') as string,
    });
    expect(outcomes).toEqual(['refused']);
  });

  it('the same wrong answer three times', async () => {
    await expect(candles(say(200, [[1, 2, 3]]))).rejects.toMatchObject({
      name: 'BadAnswerError',
      disposition: 'dead-letter',
      problem: 'row 0 is not six numbers: [1,2,3]',
    });
    expect(server.asked).toHaveLength(3);
  });

  it('but what is not the exchange’s counts as an outage, however often it comes', async () => {
    const client = await exchange(say(200, '<html>log in</html>'));
    await expect(client.candles('BTC-USD', 60, page, { deadlineAtMs: performance.now() + 1_500 })).rejects.toMatchObject({
      name: 'ExchangeUnavailableError',
      reason: 'exchange_unavailable',
      cause: { name: 'ForeignAnswerError' },
    });
    expect(server.asked.length).toBeGreaterThan(3);
  });

  it('a value that cannot be stored, at once', async () => {
    await expect(candles(say(200, [[start / 1_000, 1, 3, 2, 2, 1e-12]]))).rejects.toMatchObject({
      name: 'ValueDoesNotFitError',
      disposition: 'dead-letter',
      column: 'volume',
      at: '2023-12-01T00:00:00.000Z',
    });
    expect(server.asked).toHaveLength(1);
  });
});

describe("a cache's answer", () => {
  /** A page whose last minute was over `overForS` seconds ago, or a little longer. */
  const pageOverFor = (overForS: number): typeof page => {
    const endMs = Math.floor(Date.now() / 60_000) * 60_000 - 60_000 * Math.ceil(overForS / 60);
    return { startMs: endMs - 10 * 60_000, endMs };
  };
  const hit = (age?: number): Answer => say(200, [], { 'cf-cache-status': 'HIT', ...(age === undefined ? {} : { age: String(age) }) });

  it('that is new enough counts', async () => {
    const client = await exchange(hit(250));
    const answer = await client.candles('BTC-USD', 60, pageOverFor(600));
    expect(answer.dateMs - answer.answeredAtMs!).toBe(250_000);
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['too old', 250],
    ['of unknown age', undefined],
  ])('that is %s is asked for again by another end, within the same candle', async (_name, age) => {
    const client = await exchange(hit(age), hit(age), say(200, []));
    const wanted = pageOverFor(180);
    const answer = await client.candles('BTC-USD', 60, wanted);
    expect(answer.answeredAtMs).toBe(answer.dateMs);
    const ends = server.asked.map(({ url }) => Date.parse(new URL(url, 'http://x').searchParams.get('end')!));
    expect(ends[0]).toBe(wanted.endMs);
    for (const end of ends.slice(1)) {
      expect(end).toBeGreaterThan(wanted.endMs);
      expect(end).toBeLessThan(wanted.endMs + 60_000);
    }
    expect(server.asked).toHaveLength(3);
  });

  it('that stays too old counts for what it can tell, the newest of all', async () => {
    const client = await exchange(hit(290), hit(200), hit(280), hit(270), say(200, []));
    const answer = await client.candles('BTC-USD', 60, pageOverFor(180));
    expect(answer.dateMs - answer.answeredAtMs!).toBe(200_000);
    expect(server.asked).toHaveLength(4);
  });

  it('of unknown age tells nothing, whatever rows it has', async () => {
    const client = await exchange(say(200, ROWS, { 'cf-cache-status': 'HIT' }));
    expect(await client.candles('BTC-USD', 60, page)).toMatchObject({ answeredAtMs: null, candles: [] });
    expect(server.asked).toHaveLength(4);
  });

  it('is kept when the exchange fails as it is asked again', async () => {
    const client = await exchange(hit(250), say(500, {}));
    const answer = await client.candles('BTC-USD', 60, pageOverFor(180), { deadlineAtMs: performance.now() + 1_000 });
    expect(answer.dateMs - answer.answeredAtMs!).toBe(250_000);
  });
});

describe('the rest of the exchange', () => {
  const listed = { id: 'BTC-USD', base_currency: 'BTC', quote_currency: 'USD', base_increment: '0.00000001', quote_increment: '0.01' };

  it('products, without the entries that are none', async () => {
    const client = await exchange(say(200, [{ ...listed, status: 'online' }, { id: 7 }, { ...listed, id: 'X-USD', status: 'delisted' }]));
    expect((await client.products()).map(({ id, status }) => [id, status])).toEqual([
      ['BTC-USD', 'online'],
      ['X-USD', 'delisted'],
    ]);
    server.answers(say(200, { message: 'no list' }));
    await expect(client.products()).rejects.toMatchObject({ name: 'BadAnswerError' });
  });

  it('the whole list, as of the moment that it was so', async () => {
    const date = new Date(Date.UTC(2023, 11, 2, 0, 15)).toUTCString();
    const client = await exchange(say(200, [{ ...listed, fx_stablecoin: true }], { date, age: '30', 'cf-cache-status': 'HIT' }));
    expect(await client.listing()).toMatchObject({
      value: [{ product_id: 'BTC-USD', base_increment: '0.00000001', fx_stablecoin: true, status: null }],
      answeredAtMs: Date.UTC(2023, 11, 2, 0, 14, 30),
    });
    server.answers(say(200, [listed, { ...listed, id: 'X-USD', post_only: 'no' }]));
    await expect(client.listing()).rejects.toMatchObject({
      name: 'BadAnswerError',
      problem: 'post_only of X-USD is neither true nor false: "no"',
    });
  });

  it('one product', async () => {
    const client = await exchange(say(200, { ...listed, status: 'online', trading_disabled: true }));
    expect(await client.product('BTC-USD')).toMatchObject({ id: 'BTC-USD', quoteIncrement: '0.01', tradingDisabled: true });
  });

  it('stats, as plain decimals', async () => {
    const said = { open: '1.50', high: '2', low: '1', last: '1.7', volume: '3.0e2', volume_30day: '9000.00' };
    const client = await exchange(say(200, said));
    const value = { open: '1.5', high: '2', low: '1', last: '1.7', volume: '300', volume_30day: '9000' };
    const { answeredAtMs, ...told } = await client.stats('BTC-USD');
    expect(told).toEqual({ value });
    expect(Math.abs(answeredAtMs! - Date.now())).toBeLessThan(10_000);
    server.answers(say(200, said, { 'cf-cache-status': 'HIT' }));
    expect(await client.stats('BTC-USD')).toEqual({ value, answeredAtMs: null });
  });

  it("trades, with the taker's side and the page's cursors", async () => {
    const trade = { time: '2020-02-17T07:23:16.353Z', trade_id: 24_169_717, price: '9042.88000000', size: '0.00846511', side: 'sell' };
    const client = await exchange(say(200, [trade], { 'cb-before': '24169717', 'cb-after': '24169717' }));
    expect(await client.trades('BTC-EUR', { after: 24_169_718, limit: 1 })).toEqual({
      trades: [
        { tradeId: 24_169_717, tradedAtMs: Date.UTC(2020, 1, 17, 7, 23, 16, 353), side: 'buy', price: '9042.88', size: '0.00846511' },
      ],
      before: '24169717',
      after: '24169717',
      answeredAtMs: expect.any(Number),
    });
    expect(server.asked[0]!.url).toBe('/products/BTC-EUR/trades?after=24169718&limit=1');
  });

  it('its clock, which then runs on by ours', async () => {
    const client = await exchange(
      say(200, { iso: '2020-05-12T08:00:51.504Z', epoch: 1_589_270_451.504 }, { date: new Date(0).toUTCString() }),
    );
    expect(await client.time()).toBe(Date.UTC(2020, 4, 12, 8, 0, 51, 504));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const nowMs = await client.now();
    expect(nowMs).toBeGreaterThanOrEqual(49);
    expect(nowMs).toBeLessThan(5_000);
    expect(server.asked).toHaveLength(1);
  });
});
