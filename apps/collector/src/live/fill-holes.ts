import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, IdRange, Trade, TradesCursor, TradesPage } from '@elias/coinbase';
import { EliasError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { MissingTrades, PAGE_TRADES } from './missing-trades.js';

export interface FillParts {
  trades(productId: string, cursor: TradesCursor, call: Call): Promise<TradesPage>;
  fill(productId: string, trades: readonly Trade[]): void;
  /** trades that are not asked for any more */
  gaveUp(trades: number): void;
  onBug(error: unknown): void;
  logger: Logger;
}

/** The feed may tell a late one by itself, and the exchange's REST side is a moment behind it. */
const SETTLE_MS = 250;
/** What REST does not have yet is asked for so often, each time after a longer wait. */
const ATTEMPTS_MAX = 4;
const AGAIN_AFTER_MS = 1_000;
const CALL_MS = 30_000;

/**
 * Asks by REST for trades that the feed did not tell, while that is cheap: one request at a time, behind all others. What cannot be had is
 * counted; the settled window will have it.
 */
export class FillHoles {
  private readonly missing = new Map<string, MissingTrades>();
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(private readonly parts: FillParts) {}

  /** @param ids of one product, told by the feed as missing */
  add(productId: string, ids: IdRange): void {
    if (this.stopping.signal.aborted) return;
    const missing = this.missing.get(productId) ?? new MissingTrades();
    this.missing.set(productId, missing);
    const givenUp = missing.add(ids);
    if (givenUp > 0) this.parts.gaveUp(givenUp);
    this.working ??= this.work().finally(() => (this.working = null));
  }

  /** Nothing is asked for any more. */
  async close(): Promise<void> {
    this.stopping.abort(new Error('the app stops'));
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    try {
      await sleep(SETTLE_MS, undefined, { signal });
      for (let next = this.next(); next !== null; next = this.next()) await this.ask(next.productId, next.ids, signal);
    } catch (error) {
      if (!signal.aborted) this.parts.onBug(error);
    }
  }

  private next(): { productId: string; ids: IdRange } | null {
    for (const [productId, missing] of this.missing) {
      const ids = missing.take();
      this.missing.delete(productId);
      if (ids === null) continue;
      // to the end, so that no product waits for another one's many pages
      this.missing.set(productId, missing);
      return { productId, ids };
    }
    return null;
  }

  private async ask(productId: string, ids: IdRange, signal: AbortSignal): Promise<void> {
    const { trades, fill, gaveUp, logger } = this.parts;
    const found = new Set<number>();
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      if (attempt > 1) await sleep(AGAIN_AFTER_MS * 2 ** (attempt - 2), undefined, { signal });
      try {
        const call: Call = { priority: 'repair', signal, deadlineAtMs: performance.now() + CALL_MS };
        const page = await trades(productId, { after: ids.toId + 1, limit: PAGE_TRADES }, call);
        const wanted = page.trades.filter(({ tradeId }) => tradeId >= ids.fromId && tradeId <= ids.toId);
        for (const { tradeId } of wanted) found.add(tradeId);
        fill(productId, [...wanted].reverse());
        if (found.size === ids.toId - ids.fromId + 1) return;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EliasError)) throw error;
        if (!isRetryable(error)) {
          logger.warn({ productId, ...ids, error }, 'trades that the feed did not tell cannot be asked for');
          break;
        }
      }
    }
    gaveUp(ids.toId - ids.fromId + 1 - found.size);
  }
}
