import type { EncodedRecord } from '@elias/contracts';
import type { ConsumedRecord, RecordBatch } from '@elias/kafka';
import type { Intake } from './intake.js';
import { answerEvent, failureEvent } from './load-events.js';
import type { LoadSource } from './load-events.js';
import type { LoadAnswer, LoadWindows } from './load-windows.js';
import type { LoaderMetrics } from './loader-metrics.js';

/** Where answers go. */
export interface LoadEvents {
  /** @throws KafkaUnavailableError some may be told; telling all again is right */
  send(events: readonly EncodedRecord[], signal: AbortSignal): Promise<void>;
}

/**
 * The way of a group of windows that were taken in together: tables first, then the answers and dead letters, and the caller's offset
 * last. Whoever does it again finds the windows standing and tells so again.
 */
export class LoadBatch {
  constructor(
    private readonly windows: LoadWindows,
    private readonly events: LoadEvents,
    private readonly source: LoadSource,
    private readonly metrics: LoaderMetrics,
  ) {}

  /** @throws EliasError of disposition `retry`: the same records again, later */
  async run(batch: RecordBatch, intakes: readonly Intake[]): Promise<void> {
    const offered = intakes.flatMap((intake) => (intake.kind === 'offered' ? [intake] : []));
    const answers = offered.length === 0 ? [] : await this.metrics.timed(() => this.windows.run(offered.map(({ window }) => window)));
    // The partition may be someone else's by now: whoever has it reads these records again and answers them.
    if (!batch.isCurrent()) return;
    await this.events.send([...answers.map((answer) => answerEvent(answer, this.source)), ...this.refusals(intakes)], batch.signal);
    for (const { record, reason, cause } of badRecords(offered, answers, intakes)) await batch.deadLetter(record, reason, cause);
    this.count(answers, intakes);
  }

  private refusals(intakes: readonly Intake[]): EncodedRecord[] {
    return intakes.flatMap((intake) => (intake.kind === 'refused' ? [failureEvent(intake, this.source)] : []));
  }

  private count(answers: readonly LoadAnswer[], intakes: readonly Intake[]): void {
    for (const { outcome, offered } of answers) {
      this.metrics.window(outcome.kind === 'loaded' ? outcome.change : outcome.kind);
      if (outcome.kind === 'loaded' && outcome.change === 'replaced') this.metrics.loaded(outcome.rowCount, offered.csv.length);
    }
    for (const { kind } of intakes) if (kind === 'refused') this.metrics.window('refused');
  }
}

/** Records that are put aside: those that were not sound, and those whose rows the store refused. */
function badRecords(
  offered: readonly { record: ConsumedRecord }[],
  answers: readonly LoadAnswer[],
  intakes: readonly Intake[],
): { record: ConsumedRecord; reason: string; cause: unknown }[] {
  const unsound = intakes.flatMap((intake) => (intake.kind === 'refused' ? [intake] : []));
  const refused = answers.flatMap(({ outcome }, i) =>
    outcome.kind === 'refused' ? [{ record: offered[i]!.record, reason: 'refused-by-store', cause: outcome.error }] : [],
  );
  return [...unsound, ...refused];
}
