import { createRequire } from 'node:module';

interface OffsetManager {
  cluster: {
    fetchTopicsOffset(
      topics: { topic: string; partitions: { partition: number }[]; fromBeginning: true }[],
    ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
  };
  clearOffsets(place: { topic: string; partition: number }): void;
  committedOffsets(): Record<string, Record<number, string>>;
}

/**
 * When what is to be fetched was deleted, kafkajs commits "earliest" (-2, which the coordinator stores) and goes on
 * (tulios/kafkajs #1119): a crash right then would leave nothing to tell how much was lost. Here it goes on at the
 * first offset that is there, and commits nothing; the consumer notices by the fetched offset, reports, then commits.
 */
export function mendOutOfRange(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/consumer/offsetManager') as { prototype: Record<string, unknown> };
  if (typeof prototype['setDefaultOffset'] !== 'function') throw new Error('kafkajs is not the version that Elias was written for');
  prototype['setDefaultOffset'] = async function (
    this: OffsetManager,
    { topic, partition }: { topic: string; partition: number },
  ): Promise<void> {
    const [first] = await this.cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: true }]);
    this.clearOffsets({ topic, partition });
    const offset = first?.partitions.find((each) => each.partition === partition)?.offset;
    const known = this.committedOffsets()[topic];
    if (offset !== undefined && known !== undefined) known[partition] = offset;
  };
}
