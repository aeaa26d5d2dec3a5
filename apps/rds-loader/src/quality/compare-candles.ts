import type { Postgres } from '@elias/postgres';
import type { Logger } from '@elias/telemetry';
import { compareCandlesStatement, comparableWindowsStatement, deleteDifferencesStatement } from './candle-differences-sql.js';
import type { QualityMetrics } from './quality-metrics.js';

/** Windows of one round, so that a long backfill is compared in steps. */
const WINDOWS_MAX = 50;
const LOOKS_BACK_MS = 86_400_000;
/** Whoever holds it compares; loaders beside wait for their next round. */
const LOCK = 'elias.rds-loader.compare-candles';

interface ComparableWindow {
  window_id: string;
  product_id: string;
  from_at: Date;
  to_at: Date;
  trades_collection_id: string;
  candles_collection_id: string;
}

/**
 * Holds minutes rebuilt from settled trades against the exchange's own candles, as soon as both are whole and whichever came last. A window
 * is compared anew when one of the two is replaced.
 */
export class CompareCandles {
  private looked = false;

  constructor(
    private readonly postgres: Postgres,
    private readonly metrics: QualityMetrics,
    private readonly logger: Logger,
    /** milliseconds since the epoch */
    private readonly nowMs: () => number,
  ) {}

  /**
   * The first round looks at all that was ever loaded, later ones at what was loaded within a day.
   * @returns windows compared
   * @throws PostgresUnavailableError the same again is right
   */
  async run(): Promise<number> {
    const since = this.looked ? new Date(this.nowMs() - LOOKS_BACK_MS) : new Date(0);
    const windows = await this.postgres.query<ComparableWindow>(comparableWindowsStatement(), [since, WINDOWS_MAX]);
    for (const window of windows) if (!(await this.compare(window))) return 0;
    if (windows.length < WINDOWS_MAX) this.looked = true;
    return windows.length;
  }

  /** @returns false while another loader compares */
  private async compare(window: ComparableWindow): Promise<boolean> {
    const { window_id, product_id, from_at, to_at, trades_collection_id, candles_collection_id } = window;
    const place = [product_id, from_at, to_at];
    const found = await this.postgres.exclusiveSnapshot(LOCK, async (client) => {
      await client.query(deleteDifferencesStatement(), place);
      const values = [...place, window_id, trades_collection_id, candles_collection_id];
      return (await client.query<{ minutes: number; differing: number }>(compareCandlesStatement(), values)).rows[0]!;
    });
    if (found === null) return false;
    this.metrics.compared(found.minutes, found.differing);
    if (found.differing > 0) this.logger.warn({ window: window_id, ...found }, 'candles are not what their trades make');
    return true;
  }
}
