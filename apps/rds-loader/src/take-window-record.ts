import { checkWindowCsv } from '@elias/archive';
import { askedInHeader, decodeWindowFacts, SCHEMA_VERSION } from '@elias/contracts';
import type { DeadLetterReason } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import type { Intake } from './intake.js';
import { allFacts } from './load-events.js';
import type { PartialFacts } from './load-events.js';

/** A record of the windows topic, checked: header, hash, columns, rows. Never throws. */
export function takeWindowRecord(record: ConsumedRecord & { value: Buffer }): Intake {
  const refused = (told: PartialFacts, reason: DeadLetterReason, cause: unknown): Intake => ({
    record,
    kind: 'refused',
    told,
    reason,
    cause,
  });
  const decoded = decodeWindowFacts(record);
  if (decoded.kind === 'dead-letter') {
    return refused({ windowId: record.key ?? '', ...askedInHeader(record), revision: null }, decoded.reason, decoded.cause);
  }
  const { schemaVersion, ...facts } = decoded.value;
  if (schemaVersion !== SCHEMA_VERSION) {
    return refused(
      allFacts(facts),
      'wrong-shape',
      new RangeError(`schema version ${schemaVersion} is not known here, only ${SCHEMA_VERSION}`),
    );
  }
  const checked = checkWindowCsv(record.value, facts);
  if (checked.kind === 'dead-letter') return refused(allFacts(facts), checked.reason, checked.cause);
  return { record, kind: 'offered', window: { facts, csv: record.value, file: placeOf(record) } };
}

/** A record's place, as people write it: `topic[partition]@offset`. */
export function placeOf({ topic, partition, offset }: ConsumedRecord): string {
  return `${topic}[${partition}]@${offset}`;
}
