import { deadLetterTopic } from '@elias/contracts';
import { decodeDeadLetter } from '@elias/kafka';
import type { ConsumedRecord, DeadLetter } from '@elias/kafka';

/** What became of a letter that somebody dealt with. */
export type SettledAs = 'redriven' | 'asked_again' | 'dropped';

/** A record of a dead-letter topic. */
export interface Letter {
  /** `elias-archiver/0/12`: group, partition and offset in the group's dead-letter topic */
  readonly id: string;
  /** its place in the dead-letter topic */
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** where it came from, and why it was put aside */
  readonly told: DeadLetter;
  readonly putAsideAtMs: number;
  readonly record: ConsumedRecord;
  readonly settledAs: SettledAs | null;
}

/** Which letters are meant; all conditions together, none means every letter. */
export interface LetterFilter {
  readonly group?: string | undefined;
  readonly reason?: string | undefined;
  /** put aside at or after, before; milliseconds since the epoch */
  readonly sinceMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

/** @returns null when the record's headers do not say where it came from */
export function readLetter(record: ConsumedRecord, settledAs: SettledAs | null): Letter | null {
  const told = decodeDeadLetter(record);
  if (told === null) return null;
  const { topic, partition, offset, timestampMs } = record;
  return { id: `${groupOf(topic)}/${partition}/${offset}`, topic, partition, offset, told, putAsideAtMs: timestampMs, record, settledAs };
}

export function isMeant({ told, putAsideAtMs }: Letter, { group, reason, sinceMs, untilMs }: LetterFilter): boolean {
  if (group !== undefined && told.group !== group) return false;
  if (reason !== undefined && told.reason !== reason) return false;
  return putAsideAtMs >= (sinceMs ?? Number.NEGATIVE_INFINITY) && putAsideAtMs < (untilMs ?? Number.POSITIVE_INFINITY);
}

/** Where the letter of an id lies. @throws RangeError when it is no letter's id */
export function placeOfLetter(id: string): { topic: string; partition: number; offset: string } {
  const [, group, partition, offset] = /^([A-Za-z0-9._-]{1,200})\/(\d{1,5})\/(\d{1,18})$/.exec(id) ?? [];
  if (group === undefined || offset === undefined) throw new RangeError(`not the id of a dead letter: ${id.slice(0, 100)}`);
  return { topic: deadLetterTopic(group).name, partition: Number(partition), offset };
}

const [PREFIX = '', SUFFIX = ''] = deadLetterTopic('*').name.split('*');

export function isLetterTopic(topic: string): boolean {
  return topic.startsWith(PREFIX) && topic.endsWith(SUFFIX) && topic.length > PREFIX.length + SUFFIX.length;
}

/** @param topic one of theirs */
export function groupOf(topic: string): string {
  return topic.slice(PREFIX.length, -SUFFIX.length);
}
