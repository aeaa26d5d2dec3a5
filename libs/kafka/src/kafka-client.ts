import type { Logger, Metrics } from '@elias/telemetry';
import { RecordProducer } from './record-producer.js';

export interface KafkaClientOptions {
  brokers: string[];
  clientId: string;
  logger: Logger;
  metrics?: Metrics;
}

/** Offsets of one partition: `low` is its first record's, `high` the next one to be written. */
export interface PartitionOffsets {
  partition: number;
  low: string;
  high: string;
}

/** What a group has committed for one partition; `null` if nothing yet. */
export interface CommittedOffset {
  topic: string;
  partition: number;
  offset: string | null;
}

export class KafkaClient {
  constructor(readonly options: KafkaClientOptions) {}

  producer(): RecordProducer {
    return new RecordProducer();
  }

  /** First and next offset of each partition, by partition. */
  async endOffsets(topic: string): Promise<PartitionOffsets[]> {
    throw new Error(`not built yet: ${topic}`);
  }

  async fetchOffsets(groupId: string, topics: string[]): Promise<CommittedOffset[]> {
    throw new Error(`not built yet: ${groupId} ${topics.join()}`);
  }

  async partitionCount(topic: string): Promise<number> {
    throw new Error(`not built yet: ${topic}`);
  }

  async close(): Promise<void> {}
}
