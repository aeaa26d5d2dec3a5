import type { KafkaClient } from './kafka-client.js';
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

/** Reads a bounded range; `onRecords` gets records of one partition at a time, in order, and is waited for. */
export async function readRange(
  client: KafkaClient,
  request: RangeRequest,
  onRecords: (records: ConsumedRecord[]) => Promise<void> | void,
): Promise<void> {
  await onRecords([]);
  throw new Error(`not built yet: ${client.options.clientId} ${request.topic}`);
}

/** Deletes what ended readers left behind. */
export async function sweepReaderGroups(client: KafkaClient): Promise<string[]> {
  throw new Error(`not built yet: ${client.options.clientId}`);
}
