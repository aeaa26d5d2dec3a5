import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Candle, GranularitySeconds } from '@elias/market-data';
import { canonicalDecimal } from '@elias/market-data';
import { createCoinbase } from './create-coinbase.js';
import type { Coinbase } from './create-coinbase.js';
import { ScriptedServer, say } from './test-scripted-server.js';

/** Exchanges that others recorded of the real Coinbase; they are not part of this repository. */
const directory = resolve(process.env.ELIAS_RECORDINGS_DIR ?? '../shared/market-data');
const there = existsSync(join(directory, 'rest'));
if (!there) console.warn(`skipped: no recordings in ${directory} (ELIAS_RECORDINGS_DIR)`);
const recorded = there ? describe : describe.skip;

interface Recording {
  request: { uri: string };
  response: { status: { code: number }; headers: Record<string, string[]>; body: unknown };
}

const textOf = (file: string): string => readFileSync(join(directory, file), 'utf8');
const recordingOf = (file: string): Recording => JSON.parse(textOf(file)) as Recording;
/** Headers that speak of the bytes as they were on the recorder's wire. */
const OF_THE_WIRE = new Set(['content-length', 'transfer-encoding', 'content-encoding', 'connection', 'keep-alive']);

let server: ScriptedServer;
let coinbase: Coinbase;

/** A client of an exchange that answers everything so. */
async function answering(status: number, body: unknown, headers: Record<string, string> = {}): Promise<Coinbase['client']> {
  server = new ScriptedServer().answers(say(status, body, headers));
  const config = {
    EXCHANGE_URL: await server.listen(),
    EXCHANGE_REQUESTS_PER_SECOND: 0,
    EXCHANGE_BURST: 15,
    EXCHANGE_ALLOWANCE_SHARE: 1,
    EXCHANGE_TIMEOUT_MS: 5_000,
    EXCHANGE_USER_AGENT: 'elias/test',
  };
  coinbase = createCoinbase({ config, underWayMax: 2, part: 1 });
  return coinbase.client;
}

const replaying = ({ response }: Recording): Promise<Coinbase['client']> => {
  const headers = Object.entries(response.headers).filter(([name]) => !OF_THE_WIRE.has(name.toLowerCase()));
  return answering(response.status.code, response.body, Object.fromEntries(headers.map(([name, values]) => [name, values.join(', ')])));
};

recorded('the client against what the exchange said', () => {
  afterEach(async () => {
    await coinbase.close();
    await server.close();
  });

  it.each([
    ['rest/fetch_candles_array_response.0.json', 3_600, 25, '2025-08-27T17:11:28Z'],
    ['rest/fetch_candles_with_parameters.0.json', 300, 289, '2025-08-27T17:11:28Z'],
    ['rest/upsert_15m_candles_integration.0.json', 900, 97, '2025-08-27T17:11:32Z'],
  ] as const)('%s: both ends of the range are inside', async (file, granularity, rows, date) => {
    const recording = recordingOf(file);
    const client = await replaying(recording);
    const asked = new URL(recording.request.uri).searchParams;
    const page = { startMs: Date.parse(asked.get('start')!), endMs: Date.parse(asked.get('end')!) };
    const answer = await client.candles('BTC-USD', granularity, page);
    expect(answer.candles).toHaveLength(rows);
    expect(answer.answeredAtMs).toBe(Date.parse(date));
    expect(answer.candles[0]!.startedAtMs).toBe(page.startMs);
    expect(answer.candles.at(-1)!.startedAtMs).toBe(page.endMs);
    expectRows(answer.candles, (recording.response.body as number[][]).toReversed());
    const sent = new URL(server.asked[0]!.url, 'http://x').searchParams;
    expect([...sent].sort()).toEqual([...asked].sort());
  });

  it('rest/fetch_candles_error_response.0.json: a product that it does not know', async () => {
    const client = await replaying(recordingOf('rest/fetch_candles_error_response.0.json'));
    const page = { startMs: Date.UTC(2025, 7, 26), endMs: Date.UTC(2025, 7, 27) };
    await expect(client.candles('INVALID-PRODUCT', 3_600, page)).rejects.toMatchObject({
      name: 'UnknownProductError',
      productId: 'INVALID-PRODUCT',
    });
    expect(server.asked).toHaveLength(1);
  });

  it.each([
    ['pages/2020-03-20-00-00.json', 60, 300],
    ['pages/GET-200.json', 3_600, 169],
  ] as const)('%s: a page as it was sent', async (file, granularity, count) => {
    const body = textOf(file);
    const rows = (JSON.parse(body) as number[][]).toReversed();
    const client = await answering(200, body);
    const page = { startMs: rows[0]![0]! * 1_000, endMs: rows.at(-1)![0]! * 1_000 };
    const { candles } = await client.candles('BTC-USD', granularity as GranularitySeconds, page);
    expect(candles).toHaveLength(count);
    expectRows(candles, rows);
  });

  it('rest/products_2025-08-27.json: every product, delisted ones too', async () => {
    const client = await answering(200, textOf('rest/products_2025-08-27.json'));
    const products = await client.products();
    expect(products).toHaveLength(720);
    expect(products.filter(({ status }) => status === 'online')).toHaveLength(458);
    expect(products.filter(({ status }) => status === 'delisted')).toHaveLength(262);
    expect(products.find(({ id }) => id === 'ATOM-EUR')).toMatchObject({ quoteIncrement: '0.001', tradingDisabled: false });
  });

  it('rest/products_2025-08-27.json: all that is said of each product', async () => {
    const client = await answering(200, textOf('rest/products_2025-08-27.json'));
    const { value } = await client.listing();
    expect(value).toHaveLength(720);
    expect(value.filter(({ fx_stablecoin }) => fx_stablecoin)).toHaveLength(24);
    expect(value.filter(({ limit_only }) => limit_only)).toHaveLength(19);
    const pair = { base_currency: 'ATOM', quote_currency: 'EUR', quote_increment: '0.001', min_market_funds: '0.84', status_message: null };
    expect(value.find(({ product_id }) => product_id === 'ATOM-EUR')).toMatchObject(pair);
  });

  it('rest/BTC-EUR_trades_GET-200.json: ids without holes, values without padding', async () => {
    const client = await answering(200, textOf('rest/BTC-EUR_trades_GET-200.json'));
    const { trades } = await client.trades('BTC-EUR');
    expect(trades).toHaveLength(100);
    expect(trades.map(({ tradeId }) => tradeId)).toEqual(Array.from({ length: 100 }, (_, i) => 24_169_717 - i));
    expect(trades[3]).toMatchObject({ size: '0.0899', price: '9041.22', side: 'buy' });
  });
});

/** Rows as JSON.parse reads them: the values are short enough here for a float to hold them exactly. */
function expectRows(candles: readonly Candle[], rows: number[][]): void {
  const expected = rows.map(([time, low, high, open, close, volume]) => ({
    startedAtMs: time! * 1_000,
    open: canonicalDecimal(String(open)),
    high: canonicalDecimal(String(high)),
    low: canonicalDecimal(String(low)),
    close: canonicalDecimal(String(close)),
    volume: canonicalDecimal(String(volume)),
  }));
  expect(candles).toEqual(expected);
}
