import type { Call } from '@elias/coinbase';
import { UnknownProductError } from '@elias/coinbase';
import { EliasError } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import type { Follower } from './hand-over.js';

export interface KnownProductsParts {
  feed: Follower;
  /** @throws UnknownProductError, ExchangeUnavailableError */
  product(productId: string, call: Call): Promise<unknown>;
  /** calls later; gives what cancels the call */
  after(delayMs: number, call: () => void): () => void;
  onBug(error: unknown): void;
  logger: Logger;
}

/** A product that the exchange does not list is looked for again after this time. */
export const LOOK_AGAIN_MS = 600_000;
const CALL_MS = 15_000;

/**
 * Has the feed follow products that the exchange lists, since one bad name spoils a whole subscription. One that it does not list is told
 * and looked for again; while it does not answer, all are taken.
 */
export class KnownProducts implements Follower {
  private readonly wanted = new Set<string>();
  private readonly looking = new Map<string, () => void>();

  constructor(private readonly parts: KnownProductsParts) {}

  /** Products that are wanted and not listed. */
  get unknown(): readonly string[] {
    return [...this.looking.keys()];
  }

  add(productIds: Iterable<string>): void {
    const ids = [...productIds];
    for (const id of ids) this.wanted.add(id);
    if (ids.length > 0) this.check(ids).catch((error: unknown) => this.parts.onBug(error));
  }

  remove(productIds: Iterable<string>): void {
    const ids = [...productIds];
    for (const id of ids) {
      this.wanted.delete(id);
      this.looking.get(id)?.();
      this.looking.delete(id);
    }
    this.parts.feed.remove(ids);
  }

  close(): void {
    this.wanted.clear();
    for (const cancel of this.looking.values()) cancel();
    this.looking.clear();
  }

  private async check(productIds: readonly string[]): Promise<void> {
    const unknown = await Promise.all(productIds.map((id) => this.isUnknown(id)));
    const still = productIds.filter((id) => this.wanted.has(id));
    this.parts.feed.add(still.filter((id) => unknown[productIds.indexOf(id)] !== true));
    for (const id of still.filter((one) => unknown[productIds.indexOf(one)] === true)) {
      this.parts.logger.warn({ productId: id }, 'the exchange has no such product, it is not streamed');
      this.looking.set(
        id,
        this.parts.after(LOOK_AGAIN_MS, () => {
          this.looking.delete(id);
          this.add([id]);
        }),
      );
    }
  }

  private async isUnknown(productId: string): Promise<boolean> {
    try {
      await this.parts.product(productId, { priority: 'live-poll', deadlineAtMs: performance.now() + CALL_MS });
      return false;
    } catch (error) {
      if (!(error instanceof EliasError)) throw error;
      return error instanceof UnknownProductError;
    }
  }
}
