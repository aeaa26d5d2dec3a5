import type { KafkaClient, PartitionOffsets } from './kafka-client.js';

/** When the first and the last record of a topic were written, milliseconds since the epoch, to the second. */
export interface RecordTimes {
  firstMs: number;
  lastMs: number;
}

/**
 * Asks Kafka where records of a time begin, some sixty times, and reads none: records may be large, and kafkajs reads by groups only. For
 * topics whose record time is the broker's (`LogAppendTime`), so that it never falls within a partition.
 * @param bounds of the topic's partitions, as `endOffsets` tells them
 * @param nowMs our clock, milliseconds since the epoch; a record of a clock that is ahead counts as of now
 * @returns null when there is no record
 * @throws KafkaUnavailableError, KafkaForbiddenError
 */
export async function recordTimes(
  client: KafkaClient,
  topic: string,
  bounds: readonly PartitionOffsets[],
  nowMs: number,
): Promise<RecordTimes | null> {
  const held = bounds.filter(({ low, high }) => BigInt(low) < BigInt(high));
  if (held.length === 0) return null;
  /** The first offsets, by partition, of records that are not older. */
  const from = async (second: number): Promise<Map<number, bigint>> => {
    const offsets = await client.ask(`times of ${topic}`, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, second * 1_000));
    return new Map(offsets.map(({ partition, offset }) => [partition, BigInt(offset)]));
  };
  const nowS = Math.floor(nowMs / 1_000);
  const firstS = await latestSecond(nowS, async (second) => {
    const offsets = await from(second);
    return held.every(({ partition, low }) => offsets.get(partition)! <= BigInt(low));
  });
  const lastS = await latestSecond(nowS, async (second) => {
    const offsets = await from(second);
    return held.some(({ partition, high }) => offsets.get(partition)! < BigInt(high));
  });
  return { firstMs: firstS * 1_000, lastMs: lastS * 1_000 };
}

/** The latest second up to `nowS` that holds, where every earlier one does and 0 is taken for granted. */
export async function latestSecond(nowS: number, holds: (second: number) => Promise<boolean>): Promise<number> {
  let [good, bad] = [0, nowS + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}
