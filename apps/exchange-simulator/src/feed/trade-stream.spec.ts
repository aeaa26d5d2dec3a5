import type { CandleSource } from '../candles/candle-source.js';
import { marketOf } from '../load-market.js';
import type { Market } from '../market.js';
import { newProduct } from '../products/listed-product.js';
import { readRecording } from '../recordings/read-recording.js';
import { RecordedCandles } from '../recordings/recorded-candles.js';
import { lastTradeId, tradesBetween } from '../trades/trade-pages.js';
import { TradeStream } from './trade-stream.js';

const LAST_MS = Date.UTC(2023, 11, 29, 17, 50);
const RECORDED = [
  'time,low,high,open,close,volume',
  ...Array.from({ length: 60 }, (_, minute) => `${LAST_MS / 1_000 - minute * 60},1,3,2,2.5,1.25`),
].join('\n');

function market(): Market {
  const recorded = new RecordedCandles('REC-USD', readRecording(Buffer.from(RECORDED), 'REC-USD'));
  const archived: CandleSource = { kind: 'archive', trades: null, asOfMs: (nowMs) => nowMs, range: () => [], newest: () => [] };
  return marketOf({
    seed: 'elias',
    recordings: null,
    archives: new Map<string, CandleSource>([
      ['REC-USD', recorded],
      ['ARC-USD', archived],
    ]),
    furtherProductIds: [],
  });
}

/** Ids that a stream tells while time passes in steps. */
function passed(stream: TradeStream, fromMs: number, toMs: number, stepMs: number): number[] {
  const ids: number[] = [];
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += stepMs) ids.push(...stream.due(nowMs, 100).map(({ tradeId }) => tradeId));
  return ids;
}

it('tells a recording’s laid-out trades while the clock stands within it, and nothing after its end', () => {
  const exchange = market();
  const tape = exchange.find('REC-USD')?.trades;
  if (!tape) throw new Error('no trades');
  const fromMs = LAST_MS - 600_000;
  const stream = new TradeStream('REC-USD', exchange, fromMs);
  const ids = passed(stream, fromMs, LAST_MS + 60_000, 500);
  expect(ids.length).toBeGreaterThan(10);
  const inRest = tradesBetween(tape, lastTradeId(tape, fromMs) + 1, lastTradeId(tape, LAST_MS + 60_000)).reverse();
  expect(ids).toEqual(inRest.map(({ tradeId }) => tradeId));
  expect(passed(stream, LAST_MS + 60_000, LAST_MS + 600_000, 10_000)).toEqual([]);
  expect(JSON.parse(stream.heartbeat(LAST_MS))).toMatchObject({ last_trade_id: ids.at(-1) });
});

it('a product without trades has heartbeats only', async () => {
  const stream = new TradeStream('ARC-USD', market(), LAST_MS);
  await stream.refreshStats(LAST_MS);
  expect([stream.due(LAST_MS + 60_000, 100), stream.lastMatch(), stream.lastTicker()]).toEqual([[], null, null]);
  expect(JSON.parse(stream.heartbeat(LAST_MS))).toMatchObject({ type: 'heartbeat', last_trade_id: 0, sequence: 0 });
});

it('a product that stops trading is told no further', () => {
  const exchange = market();
  const stream = new TradeStream('BTC-USD', exchange, LAST_MS);
  expect(passed(stream, LAST_MS, LAST_MS + 60_000, 1_000).length).toBeGreaterThan(5);
  exchange.catalogue.edit(
    'BTC-USD',
    { fields: { status: 'delisted' } },
    LAST_MS + 60_000,
    newProduct('BTC-USD', { quote: '1', base: '1' }),
  );
  expect(passed(stream, LAST_MS + 60_000, LAST_MS + 180_000, 1_000)).toEqual([]);
});

it('what is asked for in small pieces is all told', () => {
  const exchange = market();
  const [small, large] = [1, 2].map(() => new TradeStream('BTC-USD', exchange, LAST_MS));
  const all = large?.due(LAST_MS + 60_000, 10_000).map(({ tradeId }) => tradeId) ?? [];
  const pieces: number[] = [];
  for (let piece = small?.due(LAST_MS + 60_000, 7) ?? []; piece.length > 0; piece = small?.due(LAST_MS + 60_000, 7) ?? []) {
    expect(piece.length).toBeLessThanOrEqual(7);
    pieces.push(...piece.map(({ tradeId }) => tradeId));
  }
  expect(all.length).toBeGreaterThan(20);
  expect(pieces).toEqual(all);
});
