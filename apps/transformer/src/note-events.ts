import type { ControlEvent } from '@elias/contracts';
import type { CandleWindow, DayWindow, Window } from '@elias/market-data';
import { isComputedDataset, parseWindowId, windowId, DAY_MS } from '@elias/market-data';
import type { PoolClient, Postgres } from '@elias/postgres';
import { durableStep } from '@elias/telemetry';
import { candleDays, changedDays, daysResting } from './daily-digests.js';
import type { CandleStore } from './postgres/candle-store.js';
import type { ProductStore } from './postgres/product-store.js';
import type { TransformStore } from './postgres/transform-store.js';
import { choicesOfDay, windowsOfDay } from './windows-of-day.js';

/** A day that stays refused is published again this often under new revisions, then waits for other data. */
export const REFUSALS_MAX = 3;

export interface NoteEventsParts {
  readonly postgres: Pick<Postgres, 'transaction'>;
  readonly candles: CandleStore;
  readonly products: ProductStore;
  readonly transforms: TransformStore;
  /** days back that any figure looks, the longest span and what volatility needs */
  readonly reachDays: number;
}

/** What has to be computed again, from what the stores tell. */
export class NoteEvents {
  constructor(private readonly parts: NoteEventsParts) {}

  /**
   * Marks the days that rest on candles or lists of products that were loaded, and windows of ours that were refused. A second delivery marks them again,
   * and the computation then finds nothing new.
   * @throws PostgresUnavailableError nothing was marked; the events are read again
   */
  async run(events: readonly ControlEvent[]): Promise<void> {
    const loaded = new Map<string, CandleWindow | DayWindow<'products'>>();
    const refused = new Map<string, string>();
    for (const { type, data } of events) {
      if (type === 'rds.loaded') {
        const window = parseWindowId(data.window.id);
        if (window.dataset === 'candles' || isListing(window)) loaded.set(windowId(window), window);
      } else if (type === 'archive.failed' || type === 'warehouse.failed' || type === 'rds.failed') {
        const dataset = data.window_id.split('/')[0]!;
        if (isComputedDataset(dataset) && data.revision !== null) refused.set(data.window_id, data.revision.collection_id);
      }
    }
    if (loaded.size + refused.size === 0) return;
    await durableStep('transformer.note-events', () => this.mark(loaded, refused));
  }

  private async mark(
    loaded: ReadonlyMap<string, CandleWindow | DayWindow<'products'>>,
    refused: ReadonlyMap<string, string>,
  ): Promise<void> {
    await this.parts.postgres.transaction(async (client) => {
      const marked = new Map<string, number>();
      for (const window of loaded.values()) for (const [id, dayMs] of await this.restingOn(client, window)) marked.set(id, dayMs);
      for (const id of await this.parts.transforms.refuse(client, refused, REFUSALS_MAX)) marked.set(id, parseWindowId(id).fromMs);
      await this.parts.transforms.mark(client, marked);
    });
  }

  /** Windows that rest on this one, by id, with the first instant of their day. */
  private async restingOn(client: PoolClient, window: CandleWindow | DayWindow<'products'>): Promise<Map<string, number>> {
    if (isListing(window)) return choicesOfDay(await this.parts.products.daysGoingBy(client, window.fromMs));
    const { productId, granularity } = window;
    if (granularity === 60) return windowsOfDay([productId], [window.fromMs, window.fromMs + DAY_MS]);
    if (granularity !== 86_400) return new Map();
    const stored = await this.parts.candles.storedWindow(client, window);
    if (stored === null) return new Map();
    const days = candleDays(stored);
    const known = await this.parts.transforms.swapDailySeen(client, windowId(window), days);
    const resting = daysResting(window, changedDays(known, days), this.parts.reachDays);
    const withMinutes = await this.parts.candles.daysWithMinutes(client, productId, resting);
    return windowsOfDay([productId], withMinutes);
  }
}

function isListing(window: Window): window is DayWindow<'products'> {
  return window.dataset === 'products';
}
