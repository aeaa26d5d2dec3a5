import type { Call, CandlePageAnswer, Product } from '@elias/coinbase';
import {
  BadAnswerError,
  ExchangeUnavailableError,
  isTrading,
  RequestRefusedError,
  UnknownProductError,
  ValueDoesNotFitError,
} from '@elias/coinbase';
import type { COLLECTION_FAILURES } from '@elias/contracts';
import type { Candle, CandlePage, Coverage, GranularitySeconds, Revision, Window } from '@elias/market-data';
import { formatInstant, planCandlePages, windowId } from '@elias/market-data';
import type { CollectionRequest } from './collection-request.js';
import { settleWindow } from './settle-window.js';
import type { AskedPage } from './settle-window.js';

export type TransientReason = (typeof COLLECTION_FAILURES.transient)[number];
export type PermanentReason = (typeof COLLECTION_FAILURES.permanent)[number];

/** What a collection came to. A failure is an outcome: it is told to whoever asked, and the partition goes on. */
export type CollectionOutcome =
  | { kind: 'collected'; candles: readonly Candle[]; coverage: Coverage; revision: Revision; pages: number }
  | { kind: 'failed'; permanent: false; reason: TransientReason; cause: unknown }
  | { kind: 'failed'; permanent: true; reason: PermanentReason; cause: unknown };

/** What is asked of the exchange. Every method keeps to the allowance and repeats what may pass, until the call's deadline. */
export interface Exchange {
  /** the exchange's clock, as well as it is known without asking */
  now(call: Call): Promise<number>;
  /** the exchange's clock, asked for now */
  time(call: Call): Promise<number>;
  /** @throws UnknownProductError */
  product(productId: string, call: Call): Promise<Product>;
  candles(productId: string, granularity: GranularitySeconds, page: CandlePage, call: Call): Promise<CandlePageAnswer>;
  /** how long so many requests take at the allowed rate, milliseconds */
  paceMs(requests: number): number;
}

export interface CollectWindowParts {
  exchange: Exchange;
  /** for one window with all repeats, beyond what its pages and those of the windows beside it take at the allowed rate */
  deadlineMs: number;
  windowsAtOnce: number;
  /** a UUIDv7 in lower case */
  newCollectionId: () => string;
}

/** A window from the exchange: its product, its pages, all of them several at once, and what they tell of each period. */
export class CollectWindow {
  constructor(private readonly parts: CollectWindowParts) {}

  /**
   * Pages that the exchange did not answer before the deadline leave their periods unknown; only when it answered none at all, there is
   * nothing to tell and the collection failed.
   * @throws the signal's reason when the work is to be dropped
   */
  async run({ window }: Pick<CollectionRequest, 'window'>, signal: AbortSignal): Promise<CollectionOutcome> {
    try {
      return await this.collect(window, signal);
    } catch (cause) {
      signal.throwIfAborted();
      return failureOf(cause);
    }
  }

  private async collect(window: Window, signal: AbortSignal): Promise<CollectionOutcome> {
    const { exchange, deadlineMs, windowsAtOnce, newCollectionId } = this.parts;
    const beganAtMs = performance.now();
    const call: Call = { priority: 'request', signal, deadlineAtMs: beganAtMs + deadlineMs };
    const product = await exchange.product(window.productId, call);
    const plannedAtMs = await this.nowFor(window, call);
    const pages = planCandlePages(window, plannedAtMs);
    const deadlineAtMs = beganAtMs + deadlineMs + exchange.paceMs(pages.length * windowsAtOnce);
    const { asked, unavailable } = await this.ask(window, pages, { ...call, deadlineAtMs });
    const { candles, coverage, collectedAtMs } = settleWindow(window, { plannedAtMs, pages: asked, trading: isTrading(product) });
    if (collectedAtMs === null) throw unavailable ?? new OnlyCachedAnswers(window);
    const revision = { unknown: coverage.unknown, open: coverage.open, collectedAtMs, collectionId: newCollectionId() };
    return { kind: 'collected', candles, coverage, revision, pages: pages.length };
  }

  /** The exchange's now. What it would make a window of the future is asked for anew: the clock that is known runs a little late. */
  private async nowFor(window: Window, call: Call): Promise<number> {
    const { exchange } = this.parts;
    const knownMs = await exchange.now(call);
    if (window.fromMs <= knownMs) return knownMs;
    const nowMs = await exchange.time(call);
    if (window.fromMs <= nowMs) return nowMs;
    const now = formatInstant(Math.floor(nowMs / 1_000) * 1_000);
    throw new FutureWindow(`the window ${windowId(window)} begins in the future: the exchange has ${now}`);
  }

  private async ask(
    window: Window,
    pages: readonly CandlePage[],
    call: Call,
  ): Promise<{ asked: AskedPage[]; unavailable: ExchangeUnavailableError | undefined }> {
    const rest = new AbortController();
    const signal = call.signal === undefined ? rest.signal : AbortSignal.any([call.signal, rest.signal]);
    let unavailable: ExchangeUnavailableError | undefined;
    const askPage = async (page: CandlePage): Promise<AskedPage> => {
      try {
        return { page, answer: await this.parts.exchange.candles(window.productId, window.granularity, page, { ...call, signal }) };
      } catch (error) {
        if (!(error instanceof ExchangeUnavailableError)) {
          rest.abort(error);
          throw error;
        }
        unavailable ??= error;
        return { page, answer: null };
      }
    };
    return { asked: await Promise.all(pages.map(askPage)), unavailable };
  }
}

class FutureWindow extends RangeError {}

class OnlyCachedAnswers extends Error {
  constructor(window: Window) {
    super(`the exchange's cache answered for ${windowId(window)}, and does not say how old its answers are`);
  }
}

function failureOf(cause: unknown): CollectionOutcome {
  const permanent = (reason: PermanentReason): CollectionOutcome => ({ kind: 'failed', permanent: true, reason, cause });
  const transient = (reason: TransientReason): CollectionOutcome => ({ kind: 'failed', permanent: false, reason, cause });
  if (cause instanceof ExchangeUnavailableError) return transient(cause.reason);
  if (cause instanceof OnlyCachedAnswers) return transient('exchange_unavailable');
  if (cause instanceof UnknownProductError) return permanent('unknown_product');
  if (cause instanceof BadAnswerError) return permanent('bad_record');
  if (cause instanceof ValueDoesNotFitError) return permanent('does_not_fit');
  if (cause instanceof RequestRefusedError || cause instanceof FutureWindow) return permanent('bad_request');
  throw cause;
}
