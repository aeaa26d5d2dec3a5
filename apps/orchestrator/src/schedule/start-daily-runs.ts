import { isSnapshotWindow, parseWindowId } from '@elias/market-data';
import type { Logger } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { isMinutesOf } from '../closing/derived-windows.js';
import type { FollowedProducts } from '../products/followed-products.js';
import type { DailyRunStore } from './daily-run-store.js';
import { dailyWindowIds, snapshotWindowIds, tradeWindowIds } from './daily-windows.js';
import type { TradedProducts } from './daily-windows.js';
import { dailyRunKey, dayEndMs, daysLater, dayStartMs, dueDailyRuns, lastDueDay, oldestKnownDay } from './due-daily-runs.js';
import type { DailyRun } from './due-daily-runs.js';
import type { RunControlStore } from '../runs/run-control-store.js';
import type { RunStore } from '../runs/run-store.js';

/** A window that lacks something is asked for with each daily run for this many days, then it stays as it is (design §3). */
const CARRIED_DAYS = 7;
/** Windows of earlier runs that one daily run carries at most, so that a large backfill with gaps does not outgrow the day. */
const CARRIED_WINDOWS_MAX = 1_000;
const MINUTE = 60;

export interface ScheduleRules {
  readonly trades: TradedProducts;
  readonly catchUpDays: number;
  readonly deadlineMs: number;
  /** how long after a day's end the collector asks for what the exchange tells of its present alone, milliseconds */
  readonly snapshotLateMsMax: number;
}

/** What a daily run is for: products that are followed; trades of others too, unless somebody has left them. */
export type DailyProducts = Pick<FollowedProducts, 'ids'>;

/** The schedule: which runs are due is a function of the clock and of those that are there, so that a crash neither drops nor doubles one. */
export class StartDailyRuns {
  private lookedAt: string | undefined;

  constructor(
    private readonly runs: RunStore,
    private readonly daily: DailyRunStore,
    private readonly control: RunControlStore,
    private readonly products: DailyProducts,
    private readonly rules: ScheduleRules,
    private readonly clock: () => number,
    private readonly logger: Logger,
  ) {}

  /**
   * Starts what is due, each under its key. Once a morning's runs are there the tables are not asked until the next one. A day that somebody
   * asked for by hand, and that is under way, waits for the end of that run.
   * @returns how many were started
   */
  async run(): Promise<number> {
    const nowMs = this.clock();
    const lastDay = lastDueDay(nowMs);
    if (this.lookedAt === lastDay) return 0;
    const { catchUpDays, snapshotLateMsMax } = this.rules;
    const { followed: productIds, left } = await this.products.ids();
    const notLeft = (ids: readonly string[]): string[] => ids.filter((id) => !left.has(id));
    const trades = { hourly: notLeft(this.rules.trades.hourly), daily: notLeft(this.rules.trades.daily) };
    const { due, skipped } = dueDailyRuns(nowMs, await this.daily.known(oldestKnownDay(nowMs, catchUpDays)), catchUpDays);
    if (skipped.length > 0)
      this.logger.error({ days: skipped, catchUpDays }, 'days were missed that are not caught up, ask for them by hand');
    const windowsOf = new Map(
      due.map((run) => [
        run,
        [...dailyWindowIds(run, productIds), ...snapshotWindowIds(run, nowMs, snapshotLateMsMax), ...tradeWindowIds(run, trades)],
      ]),
    );
    const ownWindows = new Set([...windowsOf.values()].flat());
    const newest = due.findLast(({ daysAfter }) => daysAfter === 0);
    const lacking = newest === undefined ? [] : await this.windowsThatLack(nowMs);
    const carriedIds = lacking.filter((id) => !ownWindows.has(id) && !isSnapshotWindow(parseWindowId(id)));
    const outcomes: ('started' | 'known' | 'waits')[] = [];
    for (const [run, windowIds] of windowsOf)
      outcomes.push(await this.start(run, productIds, windowIds, run === newest ? carriedIds : [], nowMs));
    if (!outcomes.includes('waits')) this.lookedAt = lastDay;
    return outcomes.filter((outcome) => outcome === 'started').length;
  }

  /** The seventh morning after a first request still counts, whatever the hour of that was. */
  private windowsThatLack(nowMs: number): Promise<string[]> {
    return this.daily.windowsThatLack(dayStartMs(daysLater(lastDueDay(nowMs), 1 - CARRIED_DAYS)), CARRIED_WINDOWS_MAX);
  }

  private async start(
    run: DailyRun,
    productIds: readonly string[],
    windowIds: readonly string[],
    carriedIds: readonly string[],
    createdAtMs: number,
  ): Promise<'started' | 'known' | 'waits'> {
    const { deadlineMs } = this.rules;
    const runId = uuidv7();
    const [idempotencyKey, fromMs, toMs] = [dailyRunKey(run), dayStartMs(run.date), dayEndMs(run.date)];
    return this.runs.transaction(async (client) => {
      if ((await this.control.activeOfDay(client, run.date, false)) !== undefined) return 'waits';
      const inserted = await this.runs.insertRun(client, {
        ...{
          ...run,
          runId,
          kind: 'daily',
          dataset: 'candles',
          idempotencyKey,
          granularity: MINUTE,
          productIds,
          fromMs,
          toMs,
          origin: 'scheduled',
        },
        ...{ createdAtMs, deadlineMs, windowIds, carriedIds, closingIds: new Set(windowIds.filter((id) => isMinutesOf(run.date, id))) },
      });
      if (inserted) this.logger.info({ runId, ...run, windows: windowIds.length, carried: carriedIds.length }, 'daily run started');
      return inserted ? 'started' : 'known';
    });
  }
}
