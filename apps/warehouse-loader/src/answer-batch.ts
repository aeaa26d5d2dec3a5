import type { EncodedRecord } from '@elias/contracts';
import { durableStep } from '@elias/telemetry';
import type { Answer } from './answer-event.js';
import type { OwedEvent, SealedEvent } from './owed-event.js';

/** Where events go; resolves once they are durable. */
export type Announce = (records: readonly EncodedRecord[]) => Promise<void>;

/** Tells what became of each event that is still owed. @throws KafkaUnavailableError; telling all of it again is right */
export async function announceAnswers(answers: readonly { event: SealedEvent; answer: Answer }[], announce: Announce): Promise<void> {
  const records = answers.flatMap(({ event, answer }) => (event.isOwed() ? [answer.record] : []));
  if (records.length > 0) await durableStep('warehouse-loader.announce', () => announce(records));
}

/**
 * Marks a batch as done; archives that are bad are put aside as they came. Comes last, after all effects and announcements.
 * @param settled those that are done already, from an earlier try
 * @throws KafkaUnavailableError; the rest is to be settled again
 */
export async function settleEvents(
  events: readonly OwedEvent[],
  answers: readonly { event: SealedEvent; answer: Answer }[],
  settled: Set<OwedEvent>,
): Promise<void> {
  const bad = new Map(answers.flatMap(({ event, answer }) => (isBad(answer) ? [[event as OwedEvent, answer.refusal] as const] : [])));
  for (const event of events) {
    if (settled.has(event) || !event.isOwed()) continue;
    const refusal = bad.get(event);
    if (refusal === undefined || refusal === null) event.done();
    else await event.putAside(refusal.reason, new RefusedArchiveError(refusal.detail));
    settled.add(event);
  }
}

/** A withdrawn revision is not bad: it is only not wanted any more. */
function isBad({ kind, refusal }: Answer): boolean {
  return kind === 'failed' && refusal?.reason !== 'revoked';
}

/** Names the archive's fault in the dead letter. */
class RefusedArchiveError extends Error {
  override readonly name = 'RefusedArchiveError';
}
