import { NotHeldError } from '../candles/candle-source.js';
import { tradesAsOfMs } from '../market.js';
import type { Market, MarketProduct } from '../market.js';
import { fieldOf } from '../random.js';
import { rollingStats } from '../rest/answer-stats.js';
import type { RollingStats } from '../rest/answer-stats.js';
import { layOutTrades } from '../trades/lay-out-trades.js';
import type { Trade } from '../trades/lay-out-trades.js';
import { lastTradeId, tradesBetween } from '../trades/trade-pages.js';
import type { Tape } from '../trades/trade-tape.js';
import type { FeedEvent, FeedProduct } from './feed-event.js';
import { heartbeatText, matchText, SEQUENCE_AFTER_TRADE, sequenceOf, tickerText } from './feed-messages.js';
import type { TradeTeller } from './feed-messages.js';

/** Trades of a product that wait to be told, at most; when the clock jumps further, the older ones are not told. */
export const WAITING_TRADES_MAX = 20_000;

const UNKNOWN_STATS: RollingStats = { open: '0', high: '0', low: '0', last: '0', volume: '0', volume_30day: '0' };

/** The trades that REST has, told as the clock passes them. */
export class TradeStream implements FeedProduct {
  private skipped = 0;
  private nextId: number;
  private tape: Tape | null;
  private teller: TradeTeller;
  /** laid out ahead, oldest first; trade `nextId` is at `index` */
  private ahead: Trade[] = [];
  private index = 0;
  private behind = true;
  private askedAtMs: number;
  private stats = UNKNOWN_STATS;
  private statsOf = { minute: -1, refreshed: Promise.resolve() };

  constructor(
    readonly productId: string,
    private readonly market: Market,
    nowMs: number,
  ) {
    const { trades, asOfMs } = this.knowledge(nowMs);
    this.tape = trades;
    this.teller = this.tellerOf(trades);
    this.askedAtMs = asOfMs;
    this.nextId = trades === null ? 1 : lastTradeId(trades, asOfMs) + 1;
  }

  /** Trades that have happened and are not told yet, oldest first, at most `max`. */
  due(nowMs: number, max: number): FeedEvent[] {
    const { trades, asOfMs } = this.knowledge(nowMs);
    if (trades !== this.tape) this.changeTape(trades);
    if (trades === null) return [];
    if (this.behind || asOfMs - this.askedAtMs > 1_000) this.passOver(trades, asOfMs);
    this.askedAtMs = asOfMs;
    const events: FeedEvent[] = [];
    while (events.length < max) {
      const trade = this.upcoming(trades, asOfMs, max);
      if (trade === null || trade.timeMs > asOfMs) break;
      this.index += 1;
      this.nextId += 1;
      events.push(this.eventOf(trade));
    }
    this.behind = events.length === max;
    return events;
  }

  /** Trades that were passed over in a jump of the clock since the last call. */
  takeSkipped(): number {
    const skipped = this.skipped;
    this.skipped = 0;
    return skipped;
  }

  lastMatch(): string | null {
    const last = this.lastTrade();
    return last === null ? null : matchText('last_match', last, this.teller);
  }

  lastTicker(): string | null {
    const last = this.lastTrade();
    return last === null ? null : tickerText(last, this.teller, this.stats);
  }

  heartbeat(nowMs: number): string {
    const last = this.nextId - 1;
    const sequence = last === 0 ? 0 : sequenceOf(this.teller.field, last) + SEQUENCE_AFTER_TRADE;
    return heartbeatText({ productId: this.productId, lastTradeId: last, sequence, timeMs: nowMs });
  }

  /** The ticker's 24 hours and 30 days, to the minute; zeros where the source does not hold them. */
  refreshStats(nowMs: number): Promise<void> {
    const minute = Math.floor(nowMs / 60_000);
    if (minute !== this.statsOf.minute) this.statsOf = { minute, refreshed: this.readStats(nowMs) };
    return this.statsOf.refreshed;
  }

  private async readStats(nowMs: number): Promise<void> {
    const product = this.market.find(this.productId);
    if (product === null || product.trades === null) return;
    try {
      this.stats = await rollingStats(this.market, product, asOf(product, nowMs));
    } catch (error) {
      if (!(error instanceof NotHeldError)) throw error;
    }
  }

  private eventOf(trade: Trade): FeedEvent {
    return {
      productId: this.productId,
      tradeId: trade.tradeId,
      match: () => matchText('match', trade, this.teller),
      ticker: () => tickerText(trade, this.teller, this.stats),
    };
  }

  private lastTrade(): Trade | null {
    return this.tape === null ? null : (tradesBetween(this.tape, this.nextId - 1, this.nextId - 1)[0] ?? null);
  }

  private upcoming(tape: Tape, asOfMs: number, max: number): Trade | null {
    if (this.index >= this.ahead.length) {
      this.ahead = this.layOut(tape, asOfMs, max);
      this.index = 0;
    }
    return this.ahead[this.index] ?? null;
  }

  private layOut(tape: Tape, asOfMs: number, max: number): Trade[] {
    if ('tradesBetween' in tape) {
      return tape.tradesBetween(this.nextId, Math.min(tape.lastTradeId(asOfMs), this.nextId + max - 1)).reverse();
    }
    const minute = tape.minuteOfTrade(this.nextId);
    return minute === null ? [] : layOutTrades(minute, tape.seed).slice(this.nextId - minute.firstTradeId);
  }

  private passOver(tape: Tape, asOfMs: number): void {
    if ('tellsAll' in tape && tape.tellsAll) return;
    const first = lastTradeId(tape, asOfMs) - WAITING_TRADES_MAX + 1;
    if (first <= this.nextId) return;
    this.skipped += first - this.nextId;
    this.nextId = first;
    this.ahead = [];
  }

  private changeTape(tape: Tape | null): void {
    this.tape = tape;
    this.teller = this.tellerOf(tape);
    this.ahead = [];
  }

  private tellerOf(tape: Tape | null): TradeTeller {
    const decimals = tape?.decimals ?? { price: 0, size: 0 };
    return { productId: this.productId, decimals, field: fieldOf(tape?.seed ?? this.productId, 'feed') };
  }

  private knowledge(nowMs: number): { trades: Tape | null; asOfMs: number } {
    const product = this.market.find(this.productId);
    return product === null ? { trades: null, asOfMs: nowMs } : { trades: product.trades, asOfMs: asOf(product, nowMs) };
  }
}

/** The instant that REST's answers know the product up to. */
function asOf(product: MarketProduct, nowMs: number): number {
  return Math.min(tradesAsOfMs(product, nowMs), product.stoppedAtMs ?? Number.POSITIVE_INFINITY);
}
