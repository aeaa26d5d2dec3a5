import type { PartitionOffsets, PartitionRange } from '@elias/kafka';
import { InvalidArgumentError } from 'commander';
import { timeOption } from '../terminal/time-option.js';

/** One end of a range: a time, or an offset of each partition that is meant. */
export type RangeEnd =
  { readonly kind: 'time'; readonly atMs: number } | { readonly kind: 'offsets'; readonly offsets: ReadonlyMap<number, bigint> };

/** A partition whose beginning the topic does not hold any more. */
export interface LostRange {
  readonly partition: number;
  readonly wanted: bigint;
  readonly low: bigint;
}

export interface TopicRange {
  readonly partitions: readonly PartitionRange[];
  readonly records: number;
  readonly lost: readonly LostRange[];
}

/** Offsets of each partition, by partition: where records of a time begin. */
export type OffsetsOf = ReadonlyMap<number, bigint>;

/** A time, or offsets as `0:120,3:77`. @throws InvalidArgumentError */
export function rangeEndOption(text: string): RangeEnd {
  if (!/^\d+:\d+(?:,\d+:\d+)*$/.test(text)) return { kind: 'time', atMs: timeOption(text) };
  const offsets = new Map<number, bigint>();
  for (const part of text.split(',')) {
    const [partition, offset] = part.split(':') as [string, string];
    if (offsets.has(Number(partition))) throw new InvalidArgumentError(`Partition ${partition} comes twice.`);
    offsets.set(Number(partition), BigInt(offset));
  }
  return { kind: 'offsets', offsets };
}

/**
 * Where each partition's reading begins and ends, bounded at both ends: what comes later is not waited for. Where either end names
 * offsets, the partitions that it does not name are left out.
 * @param bounds of the topic now
 * @param from its offsets; null for the first that is there
 * @param to offset to stop before; null for the end as it is now
 */
export function topicRange(
  bounds: readonly PartitionOffsets[],
  from: { readonly offsets: OffsetsOf; readonly named: boolean } | null,
  to: { readonly offsets: OffsetsOf; readonly named: boolean } | null,
): TopicRange {
  const partitions: PartitionRange[] = [];
  const lost: LostRange[] = [];
  let records = 0;
  for (const { partition, low, high } of bounds) {
    if ([from, to].some((end) => end?.named === true && !end.offsets.has(partition))) continue;
    const [first, end] = [BigInt(low), BigInt(high)];
    const wanted = from?.offsets.get(partition) ?? first;
    const until = least(to?.offsets.get(partition) ?? end, end);
    if (wanted < first && wanted < until) lost.push({ partition, wanted, low: first });
    const begin = wanted < first ? first : wanted;
    if (begin >= until) continue;
    partitions.push({ partition, from: begin.toString(), to: until.toString() });
    records += Number(until - begin);
  }
  return { partitions, records, lost };
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
