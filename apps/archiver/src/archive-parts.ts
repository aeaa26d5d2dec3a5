import { isRetryable } from '@elias/errors';
import { windowId } from '@elias/market-data';
import type { RecordBatch } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import { WindowParts } from '@elias/window-parts';
import type { SpooledWindow, TakenParts } from '@elias/window-parts';
import pLimit from 'p-limit';
import type { ArchiveEvents } from './archive-events.js';
import { failedEvent, sealedEvent, traced } from './archive-events.js';
import type { ArchiveWindow } from './archive-window.js';
import type { ArchiverMetrics } from './archiver-metrics.js';
import { allFacts } from './take-window-record.js';

export interface ArchivePartsOptions {
  archive: ArchiveWindow;
  events: ArchiveEvents;
  metrics: ArchiverMetrics;
  logger: Logger;
  /** of this process alone */
  folder: string;
  abandonedAfterMs: number;
  nowMs: () => number;
}

/** Packed bytes are held in memory, so that few windows are packed side by side, over all partitions. */
const WINDOWS_AT_ONCE = 2;
/** Windows of trades, which come in parts: spooled to disk, packed from there as one archive each, announced, and then done. */
export class ArchiveParts {
  private readonly parts: WindowParts;
  private readonly limit = pLimit(WINDOWS_AT_ONCE);

  constructor(private readonly options: ArchivePartsOptions) {
    const { folder, abandonedAfterMs, nowMs, metrics, logger } = options;
    this.parts = new WindowParts({
      folder,
      abandonedAfterMs,
      nowMs,
      onDouble: () => metrics.doubledPart(),
      onDropped: (window, why) => this.dropped(window, why),
      onSweepFailed: (error) => logger.warn({ error }, 'abandoned windows were not removed'),
    });
  }

  /** @throws EliasError with disposition `retry`: what is not done of the batch has to come again */
  async run(batch: RecordBatch): Promise<void> {
    await this.parts.take(batch, (taken) => this.answer(batch, taken));
  }

  start(): void {
    this.parts.start();
  }

  stop(): void {
    this.parts.stop();
  }

  private async answer(batch: RecordBatch, { complete, refused }: TakenParts): Promise<void> {
    const { events, metrics, logger } = this.options;
    if (refused.length > 0) {
      const told = refused.map(({ record, told, reason, cause }) => traced(record, failedEvent(told, reason, cause, record)));
      await events.announce(told, batch.signal);
      for (const { record, reason, cause } of refused) {
        metrics.refused();
        const { topic, partition, offset, key } = record;
        logger.error({ topic, partition, offset, key, reason, error: cause }, 'part of a window not archived, its record is put aside');
        await batch.deadLetter(record, reason, cause);
      }
    }
    const ends = await Promise.allSettled(complete.map((window) => this.limit(() => this.archive(batch, window))));
    const errors = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
    if (errors.length > 0) throw errors.find((error) => !isRetryable(error)) ?? errors[0];
  }

  private async archive(batch: RecordBatch, window: SpooledWindow): Promise<void> {
    const { archive, events, metrics, logger } = this.options;
    const { signal } = batch;
    const { facts, firstHeld, csv } = window;
    signal.throwIfAborted();
    const outcome = await metrics.timed(() => archive.runStream(facts, csv, signal));
    signal.throwIfAborted();
    const fields = { window: windowId(facts.window), parts: facts.parts, rows: facts.rowCount, csvBytes: csv.bytes };
    if (outcome.kind === 'refused') {
      const { reason, cause } = outcome;
      await events.announce([traced(firstHeld, failedEvent(allFacts(facts), reason, cause, firstHeld))], signal);
      await this.parts.refuse(window, reason, cause);
      metrics.refused();
      logger.error({ ...fields, reason, error: cause }, 'window not archived, its records are put aside');
      return;
    }
    await events.announce([traced(firstHeld, sealedEvent(facts, outcome.stored, firstHeld))], signal);
    await this.parts.settle(window);
    metrics.answered(outcome.kind, { csvBytes: csv.bytes, zipBytes: outcome.stored.bytes });
    logger.info({ ...fields, outcome: outcome.kind, zipBytes: outcome.stored.bytes }, 'window of several records archived');
  }

  private dropped({ facts }: SpooledWindow, why: 'superseded' | 'abandoned'): void {
    const { metrics, logger } = this.options;
    metrics.droppedWindow(why);
    const fields = { window: windowId(facts.window), collectionId: facts.revision.collectionId, parts: facts.parts };
    logger.warn({ ...fields, why }, 'window whose parts did not all come was dropped');
  }
}
