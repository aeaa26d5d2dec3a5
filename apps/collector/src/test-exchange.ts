import type { Call, CandlePageAnswer, Product } from '@elias/coinbase';
import { UnknownProductError } from '@elias/coinbase';
import type { CandlePage, GranularitySeconds } from '@elias/market-data';
import type { Exchange } from './collect-window.js';

export const BTC: Product = {
  id: 'BTC-USD',
  baseCurrency: 'BTC',
  quoteCurrency: 'USD',
  baseIncrement: '0.00000001',
  quoteIncrement: '0.01',
  status: 'online',
  tradingDisabled: false,
};

/** An exchange in memory that has a candle for every period, until a test says otherwise. */
export class InMemoryExchange implements Exchange {
  readonly asked: string[] = [];
  readonly calls: Call[] = [];
  products = new Map([[BTC.id, BTC]]);
  /** price of every candle */
  price = '100';
  pageAnswer: (page: CandlePage, answer: CandlePageAnswer, call: Call) => CandlePageAnswer | Promise<CandlePageAnswer> = (_page, answer) =>
    answer;

  constructor(
    public nowMs: number,
    /** what its clock is thought to be before it is asked */
    public knownNowMs = nowMs,
  ) {}

  now(): Promise<number> {
    return Promise.resolve(this.knownNowMs);
  }

  time(): Promise<number> {
    this.asked.push('time');
    return Promise.resolve(this.nowMs);
  }

  product(productId: string): Promise<Product> {
    const product = this.products.get(productId);
    return product === undefined ? Promise.reject(new UnknownProductError(productId)) : Promise.resolve(product);
  }

  async candles(productId: string, granularity: GranularitySeconds, page: CandlePage, call: Call): Promise<CandlePageAnswer> {
    const widthMs = granularity * 1_000;
    this.asked.push(`${productId}/${granularity} ${new Date(page.startMs).toISOString()} ${(page.endMs - page.startMs) / widthMs + 1}`);
    this.calls.push(call);
    const dateMs = Math.floor(this.nowMs / 1_000) * 1_000;
    const candles = [];
    for (let startedAtMs = page.startMs; startedAtMs <= page.endMs && startedAtMs + widthMs + 60_000 <= dateMs; startedAtMs += widthMs) {
      candles.push({ startedAtMs, open: this.price, high: this.price, low: this.price, close: this.price, volume: '1' });
    }
    return this.pageAnswer(page, { page, dateMs, answeredAtMs: dateMs, candles }, call);
  }

  paceMs(): number {
    return 0;
  }
}
