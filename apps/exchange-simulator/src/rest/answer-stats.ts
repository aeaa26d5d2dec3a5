import { decimalSum, decimalText, scaledOf } from '../candles/decimal-sum.js';
import { aggregate, rowsOf } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import type { Market, MarketProduct } from '../market.js';
import { jsonBody, refusal, uncacheable } from './answer.js';
import type { Answer } from './answer.js';
import { tickerOf } from './answer-trades.js';
import { knowledgeOf } from './moment.js';
import type { Moment } from './moment.js';

const DAY_S = 86_400;

/** `GET /products/{id}/stats`: 24 hours up to now, to the minute, and 30 days, to the hour. */
export async function answerStats(market: Market, product: MarketProduct, moment: Moment): Promise<Answer> {
  const { asOfMs, freshness } = knowledgeOf(product, moment);
  return uncacheable(jsonBody(await rollingStats(market, product, asOfMs)), freshness);
}

/** What was traded in the 24 hours and 30 days up to an instant; plain decimals. */
export interface RollingStats {
  open: string;
  high: string;
  low: string;
  last: string;
  volume: string;
  volume_30day: string;
}

/** @throws NotHeldError when the product's source does not hold the 30 days */
export async function rollingStats(market: Market, product: MarketProduct, asOfMs: number): Promise<RollingStats> {
  const day = await lastRows(market, product, 60, DAY_S, asOfMs);
  const month = await lastRows(market, product, 3_600, 30 * DAY_S, asOfMs);
  return {
    open: plain(day.at(-1)?.open),
    high: plain(extreme(day, 'high')),
    low: plain(extreme(day, 'low')),
    last: plain(day[0]?.close),
    volume: volumeOf(day),
    volume_30day: volumeOf(month),
  };
}

/** `GET /products/{id}/ticker` */
export async function answerTicker(market: Market, product: MarketProduct, moment: Moment): Promise<Answer> {
  const tape = product.trades;
  if (tape === null) return refusal(503, `no trades are held for ${product.listed.id}`);
  const { asOfMs, freshness } = knowledgeOf(product, moment);
  const ticker = tickerOf(tape, asOfMs, volumeOf(await lastRows(market, product, 60, DAY_S, asOfMs)));
  return ticker === null ? refusal(404, 'NotFound') : uncacheable(jsonBody(ticker), freshness);
}

/** Rows of the buckets that begin within the last seconds, newest first. */
async function lastRows(
  market: Market,
  product: MarketProduct,
  granularity: Granularity,
  seconds: number,
  asOfMs: number,
): Promise<CandleRow[]> {
  const range = { granularity, fromS: asOfMs / 1_000 - seconds, toS: asOfMs / 1_000, asOfMs };
  return rowsOf(await market.edits.range(product.listed.id, product.source, range));
}

function extreme(rows: readonly CandleRow[], column: 'high' | 'low'): string | undefined {
  const [whole] = aggregate(
    rows.map((row) => ({ ...row, time: 0 })),
    86_400,
  );
  return whole?.[column];
}

function volumeOf(rows: readonly CandleRow[]): string {
  return rows.length === 0 ? '0' : plain(decimalSum(rows.map((row) => row.volume)));
}

function plain(number: string | undefined): string {
  return number === undefined ? '0' : decimalText(scaledOf(number));
}
