import type { Call, CandlePageAnswer, ListedProduct, Product, ProductStats, Told, TradesCursor, TradesPage } from '@elias/coinbase';
import type { CandlePage, GranularitySeconds } from '@elias/market-data';

/** What is asked of the exchange. Every method keeps to the allowance and repeats what may pass, until the call's deadline. */
export interface Exchange {
  /** the exchange's clock, as well as it is known without asking */
  now(call: Call): Promise<number>;
  /** the exchange's clock, asked for now */
  time(call: Call): Promise<number>;
  /** @throws UnknownProductError */
  product(productId: string, call: Call): Promise<Product>;
  candles(productId: string, granularity: GranularitySeconds, page: CandlePage, call: Call): Promise<CandlePageAnswer>;
  /** every product that it lists now */
  listing(call: Call): Promise<Told<ListedProduct[]>>;
  /**
   * the 24 hours up to now
   * @throws UnknownProductError
   */
  stats(productId: string, call: Call): Promise<Told<ProductStats>>;
  /** trades, newest first */
  trades(productId: string, cursor: TradesCursor, call: Call): Promise<TradesPage>;
  /** how long so many requests take at the allowed rate, milliseconds */
  paceMs(requests: number): number;
}

/** What the collection of any window needs. */
export interface CollectParts {
  readonly exchange: Exchange;
  /** for one window with all repeats, beyond what its requests and those of the windows beside it take at the allowed rate */
  readonly deadlineMs: number;
  readonly windowsAtOnce: number;
  /** a UUIDv7 in lower case */
  readonly newCollectionId: () => string;
  /** what the exchange tells of its present alone is asked for until so long after the day's end, milliseconds */
  readonly snapshotLateMsMax: number;
  /** a folder of this process's own, for windows that are too large for memory */
  readonly spoolFolder: string;
}
