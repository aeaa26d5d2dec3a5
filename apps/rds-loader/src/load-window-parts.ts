import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import { checkWindowStream } from '@elias/archive';
import type { RecordBatch } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import type { Logger } from '@elias/telemetry';
import { removeSpoolFolder, WindowParts } from '@elias/window-parts';
import type { SpooledWindow, TakenParts } from '@elias/window-parts';
import type { Intake } from './intake.js';
import type { LoadBatch } from './load-batch.js';
import { allFacts } from './load-events.js';
import type { LoaderMetrics } from './loader-metrics.js';

export interface LoadWindowPartsOptions {
  loadBatch: LoadBatch;
  metrics: LoaderMetrics;
  logger: Logger;
  /** of this process alone */
  folder: string;
  abandonedAfterMs: number;
  nowMs: () => number;
}

/** Source `topic`, windows of trades: their parts wait on disk, and what is whole is copied from there, one window in a transaction. */
export class LoadWindowParts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly parts: WindowParts;

  constructor(private readonly options: LoadWindowPartsOptions) {
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

  /** @throws EliasError of disposition `retry`: the same records again, later */
  async run(batch: RecordBatch): Promise<void> {
    await this.parts.take(batch, (taken) => this.load(batch, taken));
  }

  onApplicationBootstrap(): void {
    this.parts.start();
  }

  onApplicationShutdown(): void {
    this.parts.stop();
    removeSpoolFolder(this.options.folder);
  }

  private async load(batch: RecordBatch, { complete, refused }: TakenParts): Promise<void> {
    const { loadBatch } = this.options;
    const bad = refused.map((part): Intake => ({ kind: 'refused', ...part }));
    if (bad.length > 0) await loadBatch.run(batch, bad);
    for (const window of complete) {
      batch.signal.throwIfAborted();
      await this.loadWindow(batch, window);
    }
  }

  private async loadWindow(batch: RecordBatch, window: SpooledWindow): Promise<void> {
    const { facts, firstHeld: record, csv } = window;
    const checked = await checkWindowStream(csv, facts);
    let aside = false;
    const putAside = async (reason: string, cause: unknown): Promise<void> => {
      await this.parts.refuse(window, reason, cause);
      aside = true;
    };
    const file = `${record.topic}[${record.partition}]@${record.offset}`;
    const intake: Intake =
      checked.kind === 'ok'
        ? { kind: 'offered', record, window: { facts, csv, file }, putAside }
        : { kind: 'refused', record, told: allFacts(facts), reason: checked.reason, cause: checked.cause, putAside };
    await this.options.loadBatch.run(batch, [intake]);
    // whoever has the partition now reads it all again; nothing was told
    if (!aside && batch.isCurrent()) await this.parts.settle(window);
  }

  private dropped({ facts }: SpooledWindow, why: 'superseded' | 'abandoned'): void {
    const { metrics, logger } = this.options;
    metrics.droppedWindow(why);
    const fields = { window: windowId(facts.window), collectionId: facts.revision.collectionId, parts: facts.parts };
    logger.warn({ ...fields, why }, 'window whose parts did not all come was dropped');
  }
}
