import { encodeCandlesCsv } from '@elias/archive';
import type { Call, Priority } from '@elias/coinbase';
import { isTrading } from '@elias/coinbase';
import type { CandleWindow } from '@elias/market-data';
import { formatInstant, planCandlePages, windowId } from '@elias/market-data';
import { askTogether } from './ask-together.js';
import { OnlyCachedAnswers, WindowNotServable } from './collection-errors.js';
import type { CollectedWindow } from './collected-window.js';
import type { CollectParts } from './exchange.js';
import { settleWindow } from './settle-window.js';

/** A window of candles from the exchange: its product, its pages, all of them several at once, and what they tell of each period. */
export class CollectCandles {
  constructor(private readonly parts: CollectParts) {}

  /**
   * Pages that the exchange did not answer before the deadline leave their periods unknown; only when it answered none at all, there is
   * nothing to tell and the collection failed.
   * @throws ExchangeUnavailableError, OnlyCachedAnswers, WindowNotServable, and what the exchange's answers throw
   */
  async run(window: CandleWindow, signal: AbortSignal, priority: Priority = 'request'): Promise<CollectedWindow> {
    const { exchange, deadlineMs, windowsAtOnce, newCollectionId } = this.parts;
    const beganAtMs = performance.now();
    const call: Call = { priority, signal, deadlineAtMs: beganAtMs + deadlineMs };
    // whoever is more urgent may wait for the same list
    const product = await exchange.product(window.productId, { ...call, priority: 'request' });
    const plannedAtMs = await this.nowFor(window, call);
    const pages = planCandlePages(window, plannedAtMs);
    const deadlineAtMs = beganAtMs + deadlineMs + exchange.paceMs(pages.length * windowsAtOnce);
    const { answers, unavailable } = await askTogether(pages, { ...call, deadlineAtMs }, (page, one) =>
      exchange.candles(window.productId, window.granularity, page, one),
    );
    const asked = pages.map((page, at) => ({ page, answer: answers[at] ?? null }));
    const { candles, coverage, collectedAtMs } = settleWindow(window, { plannedAtMs, pages: asked, trading: isTrading(product) });
    if (collectedAtMs === null) throw unavailable ?? new OnlyCachedAnswers(window);
    const revision = { unknown: coverage.unknown, open: coverage.open, collectedAtMs, collectionId: newCollectionId() };
    return { csv: encodeCandlesCsv(window, candles), rowCount: candles.length, coverage, revision, questions: pages.length };
  }

  /** The exchange's now. What it would make a window of the future is asked for anew: the clock that is known runs a little late. */
  private async nowFor(window: CandleWindow, call: Call): Promise<number> {
    const { exchange } = this.parts;
    const knownMs = await exchange.now(call);
    if (window.fromMs <= knownMs) return knownMs;
    const nowMs = await exchange.time(call);
    if (window.fromMs <= nowMs) return nowMs;
    const now = formatInstant(Math.floor(nowMs / 1_000) * 1_000);
    throw new WindowNotServable('bad_request', `the window ${windowId(window)} begins in the future: the exchange has ${now}`);
  }
}
