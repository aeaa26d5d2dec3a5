import type { Call, CandlePageAnswer, ListedProduct, Product, ProductStats, Told, TradesCursor, TradesPage } from '@elias/coinbase';
import { UnknownProductError } from '@elias/coinbase';
import type { CandlePage, GranularitySeconds, Trade } from '@elias/market-data';
import type { Exchange } from './exchange.js';

export const BTC: Product = {
  id: 'BTC-USD',
  baseCurrency: 'BTC',
  quoteCurrency: 'USD',
  baseIncrement: '0.00000001',
  quoteIncrement: '0.01',
  status: 'online',
  tradingDisabled: false,
};

/** What it lists of a product. */
export const LISTED: ListedProduct = {
  ...{ product_id: BTC.id, base_currency: 'BTC', quote_currency: 'USD', status: 'online', status_message: null },
  ...{ base_increment: '0.00000001', quote_increment: '0.01', min_market_funds: '1', trading_disabled: false, post_only: false },
  ...{ limit_only: false, cancel_only: false, auction_mode: false, fx_stablecoin: false, margin_enabled: false },
};
export const STATS: ProductStats = { open: '100', high: '110', low: '90', last: '105', volume: '7', volume_30day: '210.5' };

/** An exchange in memory that has a candle for every period, until a test says otherwise. */
export class InMemoryExchange implements Exchange {
  readonly asked: string[] = [];
  readonly calls: Call[] = [];
  products = new Map([[BTC.id, BTC]]);
  /** price of every candle */
  price = '100';
  pageAnswer: (page: CandlePage, answer: CandlePageAnswer, call: Call) => CandlePageAnswer | Promise<CandlePageAnswer> = (_page, answer) =>
    answer;

  listingAnswer: (told: Told<ListedProduct[]>) => Told<ListedProduct[]> | Promise<Told<ListedProduct[]>> = (told) => told;
  statsAnswer: (productId: string, told: Told<ProductStats>, call: Call) => Told<ProductStats> | Promise<Told<ProductStats>> = (
    _id,
    told,
  ) => told;

  /** every trade, by rising id; what a test hides is not answered */
  tape: Trade[] = [];
  readonly hidden = new Set<number>();
  tradesAnswer: (cursor: TradesCursor, page: TradesPage) => TradesPage | Promise<TradesPage> = (_cursor, page) => page;

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

  async listing(call: Call): Promise<Told<ListedProduct[]>> {
    this.asked.push('listing');
    this.calls.push(call);
    const value = [...this.products.keys()].map((product_id) => ({ ...LISTED, product_id }));
    return this.listingAnswer({ value, answeredAtMs: Math.floor(this.nowMs / 1_000) * 1_000 });
  }

  async stats(productId: string, call: Call): Promise<Told<ProductStats>> {
    this.asked.push(`stats ${productId}`);
    this.calls.push(call);
    if (!this.products.has(productId)) throw new UnknownProductError(productId);
    return this.statsAnswer(productId, { value: STATS, answeredAtMs: Math.floor(this.nowMs / 1_000) * 1_000 }, call);
  }

  async trades(productId: string, cursor: TradesCursor, call: Call): Promise<TradesPage> {
    const { after = Number.POSITIVE_INFINITY, limit = 1_000 } = cursor;
    this.asked.push(`trades ${productId} ${after} ${limit}`);
    this.calls.push(call);
    const end = this.tape.findIndex(({ tradeId }) => tradeId >= after);
    const below = this.tape.slice(0, end === -1 ? this.tape.length : end).filter(({ tradeId }) => !this.hidden.has(tradeId));
    const answeredAtMs = Math.floor(this.nowMs / 1_000) * 1_000;
    return this.tradesAnswer(cursor, { trades: below.slice(-limit).reverse(), before: null, after: null, answeredAtMs });
  }

  paceMs(): number {
    return 0;
  }
}
