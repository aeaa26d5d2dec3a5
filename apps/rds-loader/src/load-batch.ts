import type { EncodedRecord } from '@elias/contracts';
import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import type { Intake, OfferedIntake } from './intake.js';
import { answerEvent, failureEvent } from './load-events.js';
import type { LoadSource } from './load-events.js';
import type { LoadAnswer, LoadWindows } from './load-windows.js';
import { csvBytes } from './offered-window.js';
import type { LoaderMetrics } from './loader-metrics.js';

/** Where answers go. */
export interface LoadEvents {
  /** @throws KafkaUnavailableError some may be told; telling all again is right */
  send(events: readonly EncodedRecord[], signal: AbortSignal): Promise<void>;
}

export interface LoadBatchParts {
  windows: LoadWindows;
  events: LoadEvents;
  source: LoadSource;
  metrics: LoaderMetrics;
  logger: Logger;
}

/** A record, what to tell about it, and why it is put aside, if it is. */
interface Answered {
  record: ConsumedRecord;
  event: EncodedRecord;
  bad?: { reason: string; cause: unknown };
  putAside?: OfferedIntake['putAside'];
}

/**
 * The way of a group of windows that were taken in together: tables first, then the answers and dead letters, and the caller's offset
 * last. Whoever does it again finds the windows standing and tells so again.
 */
export class LoadBatch {
  constructor(private readonly parts: LoadBatchParts) {}

  /** @throws EliasError of disposition `retry`: the same records again, later */
  async run(batch: RecordBatch, intakes: readonly Intake[]): Promise<void> {
    const { windows, events, source, metrics } = this.parts;
    const offered = intakes.flatMap((intake) => (intake.kind === 'offered' ? [intake] : []));
    const answers = offered.length === 0 ? [] : await metrics.timed(() => windows.run(offered.map(({ window }) => window)));
    // The partition may be someone else's by now: whoever has it reads these records again and answers them.
    if (!batch.isCurrent()) return;
    const answered = [
      ...answers.map((answer, i): Answered => ({ ...recordsOf(offered[i]!), event: answerEvent(answer, source), ...badRows(answer) })),
      ...intakes.flatMap((intake): Answered[] =>
        intake.kind === 'refused' ? [{ ...recordsOf(intake), event: failureEvent(intake, source), bad: intake }] : [],
      ),
    ];
    await events.send(answered.map(traced), batch.signal);
    for (const { record, bad, putAside } of answered) if (bad !== undefined) await this.putAside(batch, record, bad, putAside);
    this.tell(batch, answers, intakes.length - offered.length);
  }

  private async putAside(
    batch: RecordBatch,
    record: ConsumedRecord,
    { reason, cause }: { reason: string; cause: unknown },
    all: OfferedIntake['putAside'],
  ): Promise<void> {
    const { topic, partition, offset, key } = record;
    this.parts.logger.error({ topic, partition, offset, key, reason, error: cause }, 'window not loaded, its record is put aside');
    await (all === undefined ? batch.deadLetter(record, reason, cause) : all(reason, cause));
  }

  private tell({ topic, partition, attempt }: RecordBatch, answers: readonly LoadAnswer[], refused: number): void {
    const { metrics, logger } = this.parts;
    const counts: Record<string, number> = { refused };
    let rows = 0;
    for (const { outcome, offered } of answers) {
      const name = outcome.kind === 'loaded' ? outcome.change : outcome.kind;
      counts[name] = (counts[name] ?? 0) + 1;
      if (outcome.kind !== 'loaded' || outcome.change !== 'replaced') continue;
      rows += outcome.rowCount;
      metrics.loaded(outcome.rowCount, csvBytes(offered));
    }
    for (const [outcome, count] of Object.entries(counts)) metrics.windows(outcome, count);
    logger.info({ topic, partition, attempt, rows, ...counts }, 'windows loaded');
  }
}

function recordsOf({ record, putAside }: Intake): Pick<Answered, 'record' | 'putAside'> {
  return putAside === undefined ? { record } : { record, putAside };
}

/** Rows that the store did not take although they are sound by themselves. */
function badRows({ outcome }: LoadAnswer): Pick<Answered, 'bad'> {
  return outcome.kind === 'refused' ? { bad: { reason: 'refused-by-store', cause: outcome.error } } : {};
}

/** An answer carries the trace that its window came with. */
function traced({ record, event }: Answered): EncodedRecord {
  const { traceparent } = record.headers;
  return traceparent === undefined ? event : { ...event, headers: { ...event.headers, traceparent } };
}
