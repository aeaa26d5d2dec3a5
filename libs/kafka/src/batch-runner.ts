import { describeError, EliasError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import type { Assignment, OwnedPartition, QueuedRecord } from './assignment.js';
import { backoffMs, waitMs } from './backoff.js';
import type { Backoff } from './backoff.js';
import type { DeadLetterOffice } from './dead-letter-office.js';
import { RecordBatch } from './record-batch.js';
import type { ConsumedRecord } from './record-batch.js';
import { release } from './released-memory.js';
import { Turns } from './turns.js';

export interface BatchRunnerOptions {
  maxBatchRecords: number;
  maxBatchBytes: number;
  /** partitions handled at once */
  concurrency: number;
  retryBackoff: Backoff;
  /** give a value's memory back when its record is done */
  releaseValues: boolean;
  isManualDone: (topic: string) => boolean;
  deadLetters: DeadLetterOffice;
  /** runs the topic's handler; resolves with what it threw */
  handle: (batch: RecordBatch) => Promise<{ error: unknown } | undefined>;
  /** the queue of a partition became shorter */
  onTaken: (assignment: Assignment, partition: OwnedPartition) => void;
  onRetry: (batch: RecordBatch, error: EliasError) => void;
  onFatal: (error: unknown) => void;
  logger: Logger;
}

/**
 * One loop per partition, outside `eachBatch`: hands queued records to the handler, one call per partition at a time,
 * and the same records again, after a wait, for as long as the handler asks for it.
 */
export class BatchRunner {
  private readonly turns: Turns;
  private readonly running = new Set<Promise<void>>();
  private readonly retries = new Map<OwnedPartition, string>();
  private stopped = false;

  constructor(private readonly options: BatchRunnerOptions) {
    this.turns = new Turns(options.concurrency);
  }

  /** Starts the partition's loop unless it runs. */
  wake(assignment: Assignment, partition: OwnedPartition): void {
    if (partition.working || this.stopped) return;
    partition.working = true;
    const loop = this.work(assignment, partition)
      .catch((error: unknown) => this.options.onFatal(error))
      .finally(() => {
        partition.working = false;
        this.running.delete(loop);
        this.retries.delete(partition);
      });
    this.running.add(loop);
  }

  /** Begins no further call; resolves when the running ones have ended. */
  async stop(): Promise<void> {
    this.stopped = true;
    while (this.running.size > 0) await Promise.all(this.running);
  }

  whyNotReady(): string | null {
    const [first] = this.retries.values();
    return first === undefined ? null : `${this.retries.size} partitions wait to try again: ${first}`;
  }

  private async work(assignment: Assignment, partition: OwnedPartition): Promise<void> {
    while (assignment.isCurrent && !this.stopped && partition.queue.length > 0) {
      await this.turns.take();
      let records: QueuedRecord[] = [];
      let failure: EliasError | null = null;
      try {
        if (!assignment.isCurrent || this.stopped) return;
        records = this.ours(assignment, partition, partition.queue.take(this.options.maxBatchRecords, this.options.maxBatchBytes));
        this.options.onTaken(assignment, partition);
        if (records.length > 0) failure = await this.attempt(assignment, partition, records, 0);
      } finally {
        this.turns.give();
      }
      if (failure !== null) await this.tryAgain(assignment, partition, records, failure);
    }
  }

  /** Without what was sent back for other groups, which is done here. */
  private ours(assignment: Assignment, partition: OwnedPartition, queued: QueuedRecord[]): QueuedRecord[] {
    const ours = queued.filter(({ record }) => !this.options.deadLetters.isForOthers(record));
    if (ours.length < queued.length) {
      const passed = this.batch(assignment, partition, queued, 0);
      for (const { record } of queued) if (this.options.deadLetters.isForOthers(record)) passed.done(record);
    }
    return ours;
  }

  private async tryAgain(
    assignment: Assignment,
    partition: OwnedPartition,
    records: QueuedRecord[],
    firstFailure: EliasError,
  ): Promise<void> {
    let failure: EliasError | null = firstFailure;
    for (let attempt = 1; failure !== null; attempt += 1) {
      this.retries.set(partition, `${partition.topic}[${partition.partition}] attempt ${attempt}: ${describeError(failure)}`);
      if (!(await waitMs(backoffMs(attempt, this.options.retryBackoff, Math.random()), assignment.signal))) return;
      await this.turns.take();
      try {
        if (!assignment.isCurrent || this.stopped) return;
        const open = records.filter(({ record }) => partition.watermark.isOpen(BigInt(record.offset)));
        failure = open.length === 0 ? null : await this.attempt(assignment, partition, open, attempt);
      } finally {
        this.turns.give();
      }
    }
    this.retries.delete(partition);
  }

  /** One call of the handler. @returns why it has to be repeated, or null */
  private async attempt(
    assignment: Assignment,
    partition: OwnedPartition,
    queued: QueuedRecord[],
    attempt: number,
  ): Promise<EliasError | null> {
    const { topic } = partition;
    const batch = this.batch(assignment, partition, queued, attempt);
    const failure = await this.options.handle(batch);
    if (failure === undefined) {
      if (!this.options.isManualDone(topic)) for (const record of batch.records) batch.done(record);
      return null;
    }
    const { error } = failure;
    if (assignment.signal.aborted) {
      this.options.logger.debug({ topic, partition: partition.partition, error }, 'handler ended early, its records will be read again');
      return null;
    }
    if (!isRetryable(error)) {
      this.options.onFatal(error);
      return null;
    }
    this.options.logger.warn(
      { topic, partition: partition.partition, firstOffset: batch.records[0]?.offset, attempt, error },
      'batch will be tried again',
    );
    this.options.onRetry(batch, error);
    return error;
  }

  private batch(assignment: Assignment, partition: OwnedPartition, queued: QueuedRecord[], attempt: number): RecordBatch {
    const done = ({ offset, value }: ConsumedRecord): void => {
      if (!assignment.isCurrent || !partition.watermark.done(BigInt(offset))) return;
      if (this.options.releaseValues && value !== null) release(value);
    };
    return new RecordBatch({
      topic: partition.topic,
      partition: partition.partition,
      records: queued.map(({ record }) => record),
      attempt,
      signal: assignment.signal,
      isCurrent: () => assignment.isCurrent,
      done,
      deadLetter: async (record, reason, cause) => {
        const raw = queued.find((each) => each.record === record)?.raw ?? null;
        await this.options.deadLetters.keep(record, raw, { reason, cause, attempts: attempt + 1 });
        done(record);
      },
    });
  }
}
