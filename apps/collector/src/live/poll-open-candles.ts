import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Told } from '@elias/coinbase';
import type { LiveEvent } from '@elias/contracts';
import { EliasError } from '@elias/errors';
import type { Candle, GranularitySeconds } from '@elias/market-data';
import type { Logger } from '@elias/telemetry';
import { openCandleEvent } from './live-records.js';

export interface PollParts {
  /** products that are polled now */
  products(): readonly string[];
  openCandle(productId: string, granularity: GranularitySeconds, call: Call): Promise<Told<Candle | null>>;
  /** durable once it resolves */
  publish(event: LiveEvent, signal: AbortSignal): Promise<void>;
  onBug(error: unknown): void;
  /** between two polls of a product, milliseconds */
  intervalMs: number;
  logger: Logger;
}

const GRANULARITY = 60;

/** Asks for the open minute of each product in turn, the polls spread over the interval, and tells it where it changed. */
export class PollOpenCandles {
  private readonly told = new Map<string, string>();
  private readonly stopping = new AbortController();
  private working: Promise<void> | null = null;

  constructor(private readonly parts: PollParts) {}

  start(): void {
    this.working ??= this.work().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.parts.onBug(error);
    });
  }

  async close(): Promise<void> {
    this.stopping.abort(new Error('the app stops'));
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.stopping;
    for (let at = 0; ; at += 1) {
      const products = this.parts.products();
      const beganAtMs = performance.now();
      const shareMs = this.parts.intervalMs / Math.max(1, products.length);
      const productId = products[at % Math.max(1, products.length)];
      if (productId !== undefined) await this.poll(productId, signal);
      await sleep(Math.max(0, shareMs - (performance.now() - beganAtMs)), undefined, { signal });
    }
  }

  private async poll(productId: string, signal: AbortSignal): Promise<void> {
    const { openCandle, publish, intervalMs, logger } = this.parts;
    try {
      // one that has to wait for its turn that long is not worth asking any more
      const call: Call = { priority: 'live-poll', signal, deadlineAtMs: performance.now() + intervalMs };
      const { value: candle, answeredAtMs } = await openCandle(productId, GRANULARITY, call);
      if (candle === null || answeredAtMs === null) return;
      const known = Object.values(candle).join(' ');
      if (this.told.get(productId) === known) return;
      await publish(openCandleEvent(productId, GRANULARITY, candle, answeredAtMs), signal);
      this.told.set(productId, known);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EliasError)) throw error;
      logger.debug({ productId, error }, 'the open candle was not told');
    }
  }
}
