import type { Priority } from '@elias/coinbase';
import { BadAnswerError, ExchangeUnavailableError, RequestRefusedError, UnknownProductError, ValueDoesNotFitError } from '@elias/coinbase';
import { CollectCandles } from './collect-candles.js';
import { CollectExchangeStats } from './collect-exchange-stats.js';
import { CollectProducts } from './collect-products.js';
import { CollectTrades } from './collect-trades.js';
import type { CollectedWindow, CollectionOutcome, PermanentReason, TransientReason } from './collected-window.js';
import { NotOfTheDay, NotSettledYet, OnlyCachedAnswers, WindowNotServable } from './collection-errors.js';
import type { CollectionRequest } from './collection-request.js';
import type { CollectParts } from './exchange.js';

/** A window from the exchange, each dataset in its own way. */
export class CollectWindow {
  private readonly candles: CollectCandles;
  private readonly exchangeStats: CollectExchangeStats;
  private readonly products: CollectProducts;
  private readonly trades: CollectTrades;

  constructor(parts: CollectParts) {
    this.candles = new CollectCandles(parts);
    this.exchangeStats = new CollectExchangeStats(parts);
    this.products = new CollectProducts(parts);
    this.trades = new CollectTrades(parts);
  }

  /**
   * @param priority when its requests go; of snapshots, of which nobody asks but for a request, it means nothing
   * @throws the signal's reason when the work is to be dropped
   */
  async run(
    request: Pick<CollectionRequest, 'window' | 'productIds'>,
    signal: AbortSignal,
    priority: Priority = 'request',
  ): Promise<CollectionOutcome> {
    try {
      return { kind: 'collected', ...(await this.collect(request, signal, priority)) };
    } catch (cause) {
      signal.throwIfAborted();
      return failureOf(cause);
    }
  }

  private collect(
    { window, productIds }: Pick<CollectionRequest, 'window' | 'productIds'>,
    signal: AbortSignal,
    priority: Priority,
  ): Promise<CollectedWindow> {
    if (window.dataset === 'candles') return this.candles.run(window, signal, priority);
    if (window.dataset === 'trades') return this.trades.run(window, signal, priority);
    return window.dataset === 'products' ? this.products.run(window, signal) : this.exchangeStats.run(window, productIds, signal);
  }
}

function failureOf(cause: unknown): CollectionOutcome {
  const permanent = (reason: PermanentReason): CollectionOutcome => ({ kind: 'failed', permanent: true, reason, cause });
  const transient = (reason: TransientReason): CollectionOutcome => ({ kind: 'failed', permanent: false, reason, cause });
  if (cause instanceof ExchangeUnavailableError) return transient(cause.reason);
  if (cause instanceof OnlyCachedAnswers || cause instanceof NotOfTheDay || cause instanceof NotSettledYet)
    return transient('exchange_unavailable');
  if (cause instanceof UnknownProductError) return permanent('unknown_product');
  if (cause instanceof BadAnswerError) return permanent('bad_record');
  if (cause instanceof ValueDoesNotFitError) return permanent('does_not_fit');
  if (cause instanceof RequestRefusedError) return permanent('bad_request');
  if (cause instanceof WindowNotServable) return permanent(cause.reason);
  throw cause;
}
