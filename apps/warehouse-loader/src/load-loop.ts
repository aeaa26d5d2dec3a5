import { describeError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { announceAnswers, settleEvents } from './answer-batch.js';
import type { Announce } from './answer-batch.js';
import { pause } from './backoff.js';
import type { Backoff } from './backoff.js';
import type { KeepTwins } from './keep-twins.js';
import type { BatchOutcome, LoadBatch } from './load-batch.js';
import type { LoadQueue } from './load-queue.js';
import type { LoaderMetrics } from './loader-metrics.js';
import type { OwedEvent } from './owed-event.js';
import type { StageLoads } from './stage-load.js';
import type { SweepLeftovers } from './sweep-leftovers.js';
import type { WatchArchives } from './watch/watch-archives.js';

export interface LoadLoopParts {
  readonly queue: LoadQueue;
  readonly loadBatch: Pick<LoadBatch, 'run'>;
  readonly twins: Pick<KeepTwins, 'update'>;
  readonly stage: Pick<StageLoads, 'removeAll'>;
  readonly sweep: Pick<SweepLeftovers, 'mendTwins' | 'removeStaging'>;
  /** null: archives that were never loaded are not looked for */
  readonly watch: Pick<WatchArchives, 'run'> | null;
  readonly watchIntervalMs: number;
  readonly announce: Announce;
  readonly metrics: LoaderMetrics;
  readonly logger: Logger;
  readonly sweepIntervalMs: number;
  readonly sweepAtStart: boolean;
  readonly nowMs: () => number;
  readonly backoff?: Backoff;
}

/** One load after the other: warehouse, announcement, twins, then the events are done, so that a crash anywhere begins again harmlessly. */
export class LoadLoop {
  /** why nothing is loaded at present; null while all is well */
  trouble: string | null = null;
  private sweptAtMs: number | null = null;
  private watchedAtMs: number | null = null;
  private running: Promise<void> = Promise.resolve();
  /** no load begins any more, nothing is tried again */
  private readonly closing = new AbortController();
  /** what is in hand is dropped */
  private readonly dropping = new AbortController();

  constructor(private readonly parts: LoadLoopParts) {}

  /** @param onBug what is not to be retried: a bug, or a setting that the warehouse refuses */
  start(onBug: (error: unknown) => void): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.closing.signal.aborted) onBug(error);
    });
  }

  /** Lets the load in hand finish, for a while; one that is dropped is read again by whoever comes. */
  async stop(withinMs: number): Promise<void> {
    this.closing.abort();
    const timer = setTimeout(() => this.dropping.abort(), withinMs);
    await this.running;
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    await this.tryOnce('staged files were not looked through, the next sweep does it', () => this.removeStaging());
    if (this.parts.sweepAtStart) await this.sweep();
    while (!this.closing.signal.aborted) {
      await this.insist('load', () => this.loadNext());
      if (this.isSweepDue()) await this.sweep();
      if (this.isWatchDue()) await this.watch();
    }
  }

  /** Loads what waits. When that does not go through, what came meanwhile joins the next try. */
  private async loadNext(): Promise<void> {
    await this.load(await this.parts.queue.next(this.closing.signal));
  }

  private async load(events: readonly OwedEvent[]): Promise<void> {
    const { queue, metrics, loadBatch } = this.parts;
    const outcome = await loadBatch.run(events, this.dropping.signal);
    if (events.some((event) => event.isOwed())) await this.finish(events, outcome);
    queue.remove(events);
    metrics.waiting.set(queue.size);
  }

  private async finish(events: readonly OwedEvent[], outcome: BatchOutcome): Promise<void> {
    const { metrics, logger, announce, twins, stage } = this.parts;
    const { answers, wantedTwins, twinsSeen, ledger, batchIds, stagedBytes, stageMs, loadMs } = outcome;
    const startedMs = performance.now();
    await this.insist('announce', () => announceAnswers(answers, announce));
    const written = await this.insist('twins', () => twins.update(wantedTwins, twinsSeen, ledger, this.dropping.signal));
    const settled = new Set<OwedEvent>();
    await this.insist('settle', () => settleEvents(events, answers, settled));
    const announceMs = performance.now() - startedMs;
    for (const { answer } of answers) metrics.windows.inc({ answer: answer.kind });
    metrics.twins.inc({ result: 'written' }, written);
    metrics.loads.inc();
    metrics.stagedBytes.inc(stagedBytes);
    for (const [step, ms] of Object.entries({ stage: stageMs, load: loadMs, announce: announceMs }))
      metrics.loadSeconds.observe({ step }, ms / 1_000);
    const [loaded, superseded, failed] = (['loaded', 'superseded', 'failed'] as const).map(
      (kind) => answers.filter(({ answer }) => answer.kind === kind).length,
    );
    const fields = { batchIds, loaded, superseded, failed, twins: written, stagedBytes };
    const times = { stageMs: Math.round(stageMs), loadMs: Math.round(loadMs), announceMs: Math.round(announceMs) };
    logger.info({ ...fields, ...times }, 'batch loaded');
    await this.tryOnce('staged files were not removed, a sweep will', () => stage.removeAll());
  }

  private isSweepDue(): boolean {
    return this.sweptAtMs === null || this.parts.nowMs() - this.sweptAtMs >= this.parts.sweepIntervalMs;
  }

  /** In the minute that the warehouse is awake anyway. What it misses the next one finds. */
  private async sweep(): Promise<void> {
    const { sweep, logger, metrics } = this.parts;
    this.sweptAtMs = this.parts.nowMs();
    await this.tryOnce('sweep did not go through, the next one does it', async () => {
      await this.removeStaging();
      const { windows, mended, unmendable } = await sweep.mendTwins(this.closing.signal);
      metrics.twins.inc({ result: 'mended' }, mended);
      metrics.twins.inc({ result: 'unmendable' }, unmendable);
      logger.info({ windows, mended, unmendable }, 'twins compared with the ledger');
    });
  }

  private isWatchDue(): boolean {
    const { watch, watchIntervalMs, nowMs } = this.parts;
    return watch !== null && !this.closing.signal.aborted && (this.watchedAtMs === null || nowMs() - this.watchedAtMs >= watchIntervalMs);
  }

  /** In that minute too, and between two loads of this process, so that none of its own is taken for one that never was. */
  private async watch(): Promise<void> {
    this.watchedAtMs = this.parts.nowMs();
    await this.tryOnce('archives were not compared with the ledgers, the next look does it', async () => {
      const unloaded = (await this.parts.watch?.run(this.closing.signal)) ?? [];
      if (unloaded.length > 0) await this.insist('load', () => this.load(unloaded));
    });
  }

  private async removeStaging(): Promise<void> {
    const removed = await this.parts.sweep.removeStaging();
    if (removed > 0) this.parts.logger.info({ removed }, 'stale staged files removed');
  }

  private async tryOnce(otherwise: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isRetryable(error)) throw error;
      this.parts.logger.warn({ error }, otherwise);
    }
  }

  /** Does the same again until it goes through. */
  private async insist<T>(step: string, work: () => Promise<T>): Promise<T> {
    const { logger, metrics, backoff = { firstMs: 500, longestMs: 30_000 } } = this.parts;
    for (let failures = 1; ; failures += 1) {
      try {
        const result = await work();
        this.trouble = null;
        return result;
      } catch (error) {
        this.closing.signal.throwIfAborted();
        if (!isRetryable(error)) throw error;
        this.trouble = describeError(error);
        metrics.retries.inc({ cause: error.code });
        logger.warn({ step, failures, error }, 'step did not go through, tried again');
        await pause(backoff, failures, this.closing.signal);
      }
    }
  }
}
