import { checkWindowCsv } from '@elias/archive';
import { decodeWindowFacts } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import type { Intake } from './intake.js';

/** A record of the windows topic, checked: header, hash, columns, rows. Never throws. */
export function takeWindowRecord(record: ConsumedRecord & { value: Buffer }): Intake {
  const decoded = decodeWindowFacts(record);
  if (decoded.kind === 'dead-letter')
    return { record, kind: 'refused', facts: null, key: record.key, reason: decoded.reason, cause: decoded.cause };
  const facts = decoded.value;
  const checked = checkWindowCsv(record.value, facts);
  if (checked.kind === 'dead-letter') return { record, kind: 'refused', facts, reason: checked.reason, cause: checked.cause };
  return { record, kind: 'offered', window: { facts, csv: record.value, file: placeOf(record) } };
}

/** A record's place, as people write it: `topic[partition]@offset`. */
export function placeOf({ topic, partition, offset }: ConsumedRecord): string {
  return `${topic}[${partition}]@${offset}`;
}
