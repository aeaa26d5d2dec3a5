import type { Coinbase } from '@elias/coinbase';
import { isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import type { ProductCatalog } from './start-run.js';

/** How long a list of products is good for: new listings are rare, and each list costs a request of the allowance. */
const KEPT_FOR_MS = 300_000;
/** A run waits no longer than this for the list; without it the collector decides. */
const WAIT_MS_MAX = 3_000;

/** The exchange's own list of products, kept for a while. */
export class ExchangeCatalog implements ProductCatalog {
  private kept: { ids: ReadonlySet<string>; untilMs: number } | undefined;

  constructor(
    private readonly coinbase: Pick<Coinbase, 'client'>,
    private readonly clock: () => number,
    private readonly logger: Logger,
  ) {}

  async productIds(): Promise<ReadonlySet<string> | null> {
    if (this.kept !== undefined && this.clock() < this.kept.untilMs) return this.kept.ids;
    const signal = AbortSignal.timeout(WAIT_MS_MAX);
    try {
      const products = await this.coinbase.client.products({ signal });
      const ids = new Set(products.map(({ id }) => id));
      this.kept = { ids, untilMs: this.clock() + KEPT_FOR_MS };
      return ids;
    } catch (error) {
      if (!signal.aborted && !isRetryable(error)) throw error;
      this.logger.warn({ error }, 'the exchange did not list its products, runs are taken as they come');
      return null;
    }
  }
}
