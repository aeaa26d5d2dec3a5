import { instantText, paddedText } from '../candles/number-text.js';
import type { MarketProduct } from '../market.js';
import type { Trade } from '../trades/lay-out-trades.js';
import type { Tape } from '../trades/trade-tape.js';
import { tradesBetween, lastTradeId } from '../trades/trade-pages.js';
import { jsonBody, refusal, uncacheable } from './answer.js';
import type { Answer } from './answer.js';
import { tradesKnowledgeOf } from './moment.js';
import type { Moment } from './moment.js';

const TRADES_MAX = 1_000;
/** Places of prices and sizes in REST trades, whatever the increments. */
const PLACES = 8;

/** `GET /products/{id}/trades`: newest first; `before=X` gives the newest ids above X, `after=X` those directly below X. */
export function answerTrades(product: MarketProduct, parameters: URLSearchParams, moment: Moment): Answer {
  const limit = wholeNumber(parameters.get('limit') ?? String(TRADES_MAX));
  if (limit === null || limit === 0) return refusal(400, 'Invalid limit');
  const before = wholeNumber(parameters.get('before') ?? '0');
  if (before === null) return refusal(400, 'Invalid before');
  const after = wholeNumber(parameters.get('after') ?? String(Number.MAX_SAFE_INTEGER));
  if (after === null) return refusal(400, 'Invalid after');

  const tape = product.trades;
  if (tape === null) return refusal(503, `no trades are held for ${product.listed.id}`);
  const { asOfMs, freshness } = tradesKnowledgeOf(product, moment);
  const newest = Math.min(lastTradeId(tape, asOfMs), after - 1);
  const oldest = Math.max(newest - Math.min(limit, TRADES_MAX) + 1, before + 1, tape.firstTradeId);
  const trades = tradesBetween(tape, oldest, newest);
  const told = withoutMiddle(trades, moment.droppedRows);
  const body = jsonBody(told.map((trade) => restTrade(trade, tape)));
  const cursors: Record<string, string> = trades.length === 0 ? {} : { 'cb-before': String(newest), 'cb-after': String(oldest) };
  return uncacheable(body, freshness, cursors);
}

/** `GET /products/{id}/ticker`: the last trade, a spread of one increment about it, the volume of 24 hours. */
export function tickerOf(tape: Tape, asOfMs: number, volume: string): Record<string, unknown> | null {
  const [last] = tradesBetween(tape, lastTradeId(tape, asOfMs), lastTradeId(tape, asOfMs));
  if (last === undefined) return null;
  const price = (increments: number): string => paddedText(increments, tape.decimals.price, tape.decimals.price);
  return {
    ask: price(last.side === 'sell' ? last.price : last.price + 1),
    bid: price(last.side === 'sell' ? last.price - 1 : last.price),
    volume,
    trade_id: last.tradeId,
    price: price(last.price),
    size: paddedText(last.size, tape.decimals.size, tape.decimals.size),
    time: instantText(last.timeMs),
    rfq_volume: '0',
  };
}

function restTrade(trade: Trade, { decimals }: Tape): Record<string, unknown> {
  return {
    time: instantText(trade.timeMs),
    trade_id: trade.tradeId,
    price: paddedText(trade.price, decimals.price, PLACES),
    size: paddedText(trade.size, decimals.size, PLACES),
    side: trade.side,
  };
}

/** A fault: some of the page's trades are not told; its first and its last always are. */
function withoutMiddle(trades: Trade[], dropped: number): Trade[] {
  const count = Math.min(dropped, Math.max(0, trades.length - 2));
  const from = 1 + Math.floor((trades.length - 2 - count) / 2);
  return count === 0 ? trades : [...trades.slice(0, from), ...trades.slice(from + count)];
}

function wholeNumber(text: string): number | null {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}
