import type { Origin } from '@elias/contracts';
import type { CandleWindow, Revision, SnapshotWindow, TradeWindow } from '@elias/market-data';

/** One wish for one window, checked. */
export interface CollectionRequest {
  readonly requestId: string;
  readonly runId: string;
  readonly origin: Origin;
  readonly attempt: number;
  readonly window: CandleWindow | SnapshotWindow | TradeWindow;
  /** of a window of `exchange_stats`: the products whose stats are wanted, each once */
  readonly productIds: readonly string[];
  /** the best sealed revision; a worse one is not published */
  readonly bestKnown: Revision | null;
}
