import type { EncodedRecord, WindowFacts } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { ArchiveEvents, ArchiveFailure, StoredArchive } from './archive-events.js';
import { failedEvent, sealedEvent, traced } from './archive-events.js';
import type { ArchiveWindow } from './archive-window.js';
import type { ArchiverMetrics } from './archiver-metrics.js';
import { allFacts, takeWindowRecord } from './take-window-record.js';
import type { PartialFacts } from './take-window-record.js';

type Answer =
  | { kind: 'sealed' | 'found'; facts: WindowFacts; stored: StoredArchive }
  | { kind: 'refused'; reason: ArchiveFailure; cause: unknown; told: PartialFacts }
  | { kind: 'tombstone' }
  | { kind: 'failed'; error: unknown };

export interface ArchiveBatchParts {
  archive: ArchiveWindow;
  events: ArchiveEvents;
  metrics: ArchiverMetrics;
  logger: Logger;
  /** windows packed and stored side by side, over all partitions */
  windowsAtOnce: number;
}

/**
 * The records of one partition: each window made durable, then all that are announced at once, then done. What failed for now is
 * read again alone; what it had beside it is announced already.
 */
export class ArchiveBatch {
  private readonly limit: LimitFunction;

  constructor(private readonly parts: ArchiveBatchParts) {
    this.limit = pLimit(parts.windowsAtOnce);
  }

  /** @throws EliasError with disposition `retry`: what is not done of the batch has to come again */
  async run(batch: RecordBatch): Promise<void> {
    const { signal } = batch;
    const answers = await Promise.all(
      batch.records.map(async (record) => ({ record, answer: await this.limit(() => this.answer(record, signal)) })),
    );
    signal.throwIfAborted();
    const events = answers.flatMap(({ record, answer }) => eventsOf(record, answer));
    if (events.length > 0) await this.parts.events.announce(events, signal);
    for (const { record, answer } of answers) {
      this.count(record, answer);
      if (answer.kind === 'refused') await batch.deadLetter(record, answer.reason, answer.cause);
      else if (answer.kind !== 'failed') batch.done(record);
    }
    this.tell(batch, answers);
    const errors = answers.flatMap(({ answer }) => (answer.kind === 'failed' ? [answer.error] : []));
    if (errors.length > 0) throw errors.find((error) => !isRetryable(error)) ?? errors[0];
  }

  private async answer(record: ConsumedRecord, signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return { kind: 'failed', error: signal.reason };
    const intake = takeWindowRecord(record);
    if (intake.kind === 'tombstone') return intake;
    if (intake.kind === 'bad') return { kind: 'refused', reason: intake.reason, cause: intake.cause, told: intake.told };
    const { facts, csv } = intake;
    try {
      const outcome = await this.parts.metrics.timed(() => this.parts.archive.run(facts, csv, signal));
      return outcome.kind === 'refused' ? { ...outcome, told: allFacts(facts) } : { ...outcome, facts };
    } catch (error) {
      return { kind: 'failed', error };
    }
  }

  private count(record: ConsumedRecord, answer: Answer): void {
    const { metrics, logger } = this.parts;
    const { topic, partition, offset, key } = record;
    if (answer.kind === 'sealed' || answer.kind === 'found') {
      metrics.answered(answer.kind, { csvBytes: record.value?.length ?? 0, zipBytes: answer.stored.bytes });
    } else if (answer.kind === 'refused') {
      metrics.refused();
      const { reason, cause } = answer;
      logger.error({ topic, partition, offset, key, reason, error: cause }, 'window not archived, its record is put aside');
    } else if (answer.kind === 'tombstone') {
      metrics.nullRecord();
    }
  }

  private tell(batch: RecordBatch, answers: readonly { answer: Answer }[]): void {
    const { topic, partition, attempt } = batch;
    const number = (kind: Answer['kind']): number => answers.filter(({ answer }) => answer.kind === kind).length;
    const [sealed, found, refused, failed] = [number('sealed'), number('found'), number('refused'), number('failed')];
    this.parts.logger.info({ topic, partition, attempt, sealed, found, refused, failed }, 'windows archived');
  }
}

function eventsOf(record: ConsumedRecord, answer: Answer): EncodedRecord[] {
  if (answer.kind === 'sealed' || answer.kind === 'found') return [traced(record, sealedEvent(answer.facts, answer.stored, record))];
  return answer.kind === 'refused' ? [traced(record, failedEvent(answer.told, answer.reason, answer.cause, record))] : [];
}
