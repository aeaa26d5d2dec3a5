import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, IdRange, Trade, TradesCursor, TradesPage } from '@elias/coinbase';
import { EliasError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { MissingTrades, PAGE_TRADES } from './missing-trades.js';

export interface FillParts {
  trades(productId: string, cursor: TradesCursor, call: Call): Promise<TradesPage>;
  fill(productId: string, trades: readonly Trade[]): void;
  /** trades that are missing and not asked for any more */
  gaveUp(trades: number): void;
  onBug(error: unknown): void;
  /** of one product that wait to be asked for; more are given up, the oldest first; 0: nothing is asked for */
  tradesMax: number;
  /** the first wait for what REST does not have yet, milliseconds; each further one is twice as long */
  againAfterMs?: number;
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
  /** what the request under way is for */
  private asking: { productId: string; open: Set<number> } | null = null;
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(private readonly parts: FillParts) {}

  /** @param ids of one product, told by the feed as missing */
  add(productId: string, ids: IdRange): void {
    if (this.stopping.signal.aborted) return;
    const missing = this.missing.get(productId) ?? new MissingTrades(this.parts.tradesMax);
    this.missing.set(productId, missing);
    const givenUp = missing.add(ids);
    if (givenUp > 0) this.parts.gaveUp(givenUp);
    this.working ??= this.work();
  }

  /** A missing trade came, by the feed or by REST. */
  came(productId: string, tradeId: number): void {
    this.missing.get(productId)?.remove(tradeId);
    if (this.asking?.productId === productId) this.asking.open.delete(tradeId);
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
      for (let next = this.next(); next !== null; next = this.next()) await this.ask(next.productId, next.page, signal);
    } catch (error) {
      if (!signal.aborted) this.parts.onBug(error);
    } finally {
      // in the same turn as the last look, so that no hole is added in between and left lying
      this.working = null;
    }
  }

  private next(): { productId: string; page: IdRange[] } | null {
    for (const [productId, missing] of this.missing) {
      const page = missing.take();
      this.missing.delete(productId);
      if (page.length === 0) continue;
      // to the end, so that no product waits for another one's many pages
      this.missing.set(productId, missing);
      return { productId, page };
    }
    return null;
  }

  private async ask(productId: string, page: readonly IdRange[], signal: AbortSignal): Promise<void> {
    const open = idsOf(page);
    this.asking = { productId, open };
    const { againAfterMs = AGAIN_AFTER_MS } = this.parts;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX && open.size > 0; attempt += 1) {
      if (attempt > 1) await sleep(againAfterMs * 2 ** (attempt - 2), undefined, { signal });
      try {
        await this.askOnce(productId, page, open, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof EliasError)) throw error;
        if (!isRetryable(error)) {
          this.parts.logger.warn({ productId, trades: open.size, error }, 'trades that the feed did not tell cannot be asked for');
          break;
        }
      }
    }
    this.asking = null;
    if (open.size > 0) this.parts.gaveUp(open.size);
  }

  /** @param open loses what was found */
  private async askOnce(productId: string, page: readonly IdRange[], open: Set<number>, signal: AbortSignal): Promise<void> {
    const call: Call = { priority: 'repair', signal, deadlineAtMs: performance.now() + CALL_MS };
    const { trades } = await this.parts.trades(productId, { after: page.at(-1)!.toId + 1, limit: PAGE_TRADES }, call);
    const found = trades.filter(({ tradeId }) => open.delete(tradeId));
    if (found.length > 0) this.parts.fill(productId, found.reverse());
  }
}

function idsOf(page: readonly IdRange[]): Set<number> {
  return new Set(page.flatMap(({ fromId, toId }) => Array.from({ length: toId - fromId + 1 }, (_, at) => fromId + at)));
}
