import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import type { Postgres } from '@elias/postgres';
import type { Logger } from '@elias/telemetry';
import { Metrics } from '@elias/telemetry';
import { FollowArchiveObjects } from '../follow-archive-objects.js';
import { LoadArchives } from '../load-archives.js';
import { LoadBatch } from '../load-batch.js';
import { LoadWindowParts } from '../load-window-parts.js';
import { LoadWindowRecords } from '../load-window-records.js';
import { LoadWindows } from '../load-windows.js';
import { LoaderMetrics } from '../loader-metrics.js';
import { PostgresWindowStore } from '../postgres/postgres-window-store.js';
import type { ArchiveReader } from '../take-sealed-window.js';

export interface ReplayLoaderOptions {
  readonly postgres: Postgres;
  readonly archives: ArchiveReader;
  readonly archivePrefix: string;
  readonly schema: string;
  readonly transactionBytes: number;
  readonly fetchesAtOnce: number;
  /** of this process alone */
  readonly spoolFolder: string;
  readonly logger: Logger;
  /** what the loader answers; nobody else is told */
  readonly onAnswers: (events: readonly EncodedRecord[]) => void;
}

/** A part whose others never come is told of when the records end. */
const NEVER_ABANDONED_MS = 2 ** 40;
const TRIES_MAX = 8;
const FIRST_PAUSE_MS = 250;

/** The loader's own way from a record to the tables, with neither a consumer group before it nor the topic of answers behind it. */
export class ReplayLoader {
  private readonly windows: LoadWindowRecords;
  private readonly objects: FollowArchiveObjects;
  private readonly parts: LoadWindowParts;

  constructor(private readonly options: ReplayLoaderOptions) {
    const { postgres, archives, archivePrefix, schema, transactionBytes, fetchesAtOnce, spoolFolder: folder, logger } = options;
    const metrics = new LoaderMetrics(new Metrics());
    const store = new PostgresWindowStore(postgres, archivePrefix, schema);
    const events = { send: (told: readonly EncodedRecord[]) => Promise.resolve(options.onAnswers(told)) };
    const shared = { windows: new LoadWindows(store), events, metrics, logger };
    const loadBatch = new LoadBatch({ ...shared, source: 'topic' });
    const batch = new LoadBatch({ ...shared, source: 'archive' });
    this.windows = new LoadWindowRecords(loadBatch, transactionBytes, metrics);
    this.parts = new LoadWindowParts({ loadBatch, metrics, logger, folder, abandonedAfterMs: NEVER_ABANDONED_MS, nowMs: Date.now });
    const load = new LoadArchives(batch, archives, transactionBytes, fetchesAtOnce);
    this.objects = new FollowArchiveObjects(store, { load, batch }, metrics);
  }

  /**
   * Loads records of one partition of a topic of windows, or of the one of archives.
   * @throws what is not to be tried again, or did not go through eight times
   */
  async load(records: readonly ConsumedRecord[]): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.loadOnce(records, failures - 1);
      } catch (error) {
        if (!isRetryable(error) || failures === TRIES_MAX) throw error;
        this.options.logger.warn({ error, failures }, 'records were not loaded, trying again');
        await sleep(FIRST_PAUSE_MS * 2 ** (failures - 1));
      }
    }
  }

  close(): void {
    this.parts.onApplicationShutdown();
  }

  private async loadOnce(records: readonly ConsumedRecord[], attempt: number): Promise<void> {
    const [first] = records;
    if (first === undefined) return;
    const batch = new RecordBatch({ topic: first.topic, partition: first.partition, records: [...records], attempt });
    if (first.topic === TOPICS.archiveObjects.name) await this.objects.run(batch);
    else if (first.topic === TOPICS.windowsTrades.name) await this.parts.run(batch);
    else await this.windows.run(batch);
  }
}
