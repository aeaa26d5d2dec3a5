import { randomUUID } from 'node:crypto';
import type { KafkaClient, PartitionOffsets } from './kafka-client.js';
import { RangeLostError } from './kafka-errors.js';
import { RangeReader } from './range-reader.js';
import { deleteReaderGroup, READER_GROUP_PREFIX, sweepReaderGroups } from './reader-groups.js';
import type { ConsumedRecord } from './record-batch.js';

export interface PartitionRange {
  partition: number;
  /** first offset to read; `earliest`: the first that is there */
  from: string;
  /** offset to stop before; `latest`: the end as it is at the start */
  to: string;
}

export interface RangeRequest {
  topic: string;
  partitions: PartitionRange[];
  signal?: AbortSignal;
}

/** Where one partition's reading begins and ends, `[from, to)`. */
export interface Goal {
  partition: number;
  from: bigint;
  to: bigint;
}

/** Each client looks once for what others left. A group whose first member is about to join looks like a left one, so reads wait for it. */
const swept = new WeakMap<KafkaClient, Promise<unknown>>();

/**
 * Reads a bounded range once: as a throw-away group that commits nothing and is deleted afterwards, since kafkajs reads
 * by groups only. `onRecords` gets records of one partition at a time, in order, each record once, and is waited for;
 * what it throws ends the reading. Resolves when every partition has been read to its end, also where compaction left
 * no record there.
 * @throws RangeLostError the range begins before what the topic still has (deleted by age); `earliest` never does
 * @throws RangeError the range ends behind the end of the partition, or the partition does not exist
 * @throws KafkaUnavailableError
 */
export async function readRange(
  client: KafkaClient,
  request: RangeRequest,
  onRecords: (records: ConsumedRecord[]) => Promise<void> | void,
): Promise<void> {
  const { topic, partitions, signal } = request;
  signal?.throwIfAborted();
  const sweeping = swept.get(client) ?? sweepReaderGroups(client);
  swept.set(client, sweeping);
  await sweeping;
  const bounds = await client.endOffsets(topic);
  const goals = partitions.map((range) => rangeGoal(topic, range, bounds)).filter(({ from, to }) => from < to);
  if (goals.length === 0) return;
  const groupId = `${READER_GROUP_PREFIX}${client.options.clientId}.${randomUUID()}`;
  try {
    await new RangeReader(client, groupId, topic, goals, onRecords).run(signal);
  } finally {
    await deleteReaderGroup(client, groupId);
  }
}

/** @throws RangeLostError, RangeError */
export function rangeGoal(topic: string, { partition, from, to }: PartitionRange, bounds: readonly PartitionOffsets[]): Goal {
  const known = bounds.find((each) => each.partition === partition);
  if (known === undefined) throw new RangeError(`${topic} has no partition ${partition}`);
  const goal = {
    partition,
    from: from === 'earliest' ? BigInt(known.low) : BigInt(from),
    to: to === 'latest' ? BigInt(known.high) : BigInt(to),
  };
  if (goal.to > BigInt(known.high)) throw new RangeError(`${topic}[${partition}] ends at ${known.high}, before ${to}`);
  if (goal.from < BigInt(known.low) && goal.from < goal.to) throw new RangeLostError(topic, partition, from, known.low);
  return goal;
}
