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
  logger: Pick<Logger, 'warn'>;
}

/** A product that the exchange does not list, or its feed refuses, is looked for again after this time. */
export const LOOK_AGAIN_MS = 600_000;
/** So long the list is waited for; a product that another collector leaves is not to be missed for it. */
export const PATIENCE_MS = 1_500;
const CALL_MS = 15_000;

/**
 * Has the feed follow products that the exchange lists, since one bad name spoils a whole subscription. One that it does not list, or that
 * the feed refuses all the same, is told once and looked for again; while there is no answer, all are taken.
 */
export class KnownProducts implements Follower {
  private readonly wanted = new Set<string>();
  private readonly looking = new Map<string, () => void>();
  private readonly told = new Set<string>();

  constructor(private readonly parts: KnownProductsParts) {}

  /** Products that are wanted and not to be had. */
  get leftOut(): readonly string[] {
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

  /** The feed does not take this one. @param named it was named in the refusal; else the feed asks for it again by itself */
  refused(productId: string, reason: string, named: boolean): void {
    if (!this.wanted.has(productId)) return;
    this.tell(productId, 'the feed refused a product, it is not streamed', { reason });
    if (named) this.leaveOut(productId);
  }

  close(): void {
    this.wanted.clear();
    for (const cancel of this.looking.values()) cancel();
    this.looking.clear();
  }

  private async check(productIds: readonly string[]): Promise<void> {
    const wanted = (): string[] => productIds.filter((id) => this.wanted.has(id));
    const listed = new Set(productIds);
    let taken = false;
    const cancel = this.parts.after(PATIENCE_MS, () => {
      taken = true;
      this.parts.feed.add(wanted().filter((id) => listed.has(id)));
    });
    await Promise.all(productIds.map(async (id) => void ((await this.isUnknown(id)) && listed.delete(id))));
    cancel();
    this.parts.feed.add(wanted().filter((id) => listed.has(id)));
    for (const productId of wanted().filter((id) => !listed.has(id))) {
      if (taken) this.parts.feed.remove([productId]);
      this.tell(productId, 'the exchange has no such product, it is not streamed');
      this.leaveOut(productId);
    }
  }

  /** Once. */
  private tell(productId: string, why: string, fields: object = {}): void {
    if (!this.told.has(productId)) this.parts.logger.warn({ productId, ...fields }, why);
    this.told.add(productId);
  }

  private leaveOut(productId: string): void {
    this.looking.get(productId)?.();
    const again = this.parts.after(LOOK_AGAIN_MS, () => {
      this.looking.delete(productId);
      this.add([productId]);
    });
    this.looking.set(productId, again);
  }

  private async isUnknown(productId: string): Promise<boolean> {
    try {
      await this.parts.product(productId, { priority: 'request', deadlineAtMs: performance.now() + CALL_MS });
      return false;
    } catch (error) {
      if (!(error instanceof EliasError)) throw error;
      return error instanceof UnknownProductError;
    }
  }
}
