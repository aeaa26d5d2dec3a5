export interface OutgoingRecord {
  topic: string;
  key: string | null;
  /** chosen by the caller, see `partitionOf` */
  partition: number;
  value: Buffer | string | null;
  headers?: Record<string, string>;
}

export interface RecordPosition {
  topic: string;
  partition: number;
  offset: string;
}

export class RecordProducer {
  async connect(): Promise<void> {}

  /**
   * acks -1, no idempotence. Resolves with one position per record, in order, once every one is durable.
   * @throws KafkaUnavailableError some records may be durable; sending all of them again is right
   * @throws RecordRefusedError
   */
  async send(records: OutgoingRecord[], signal?: AbortSignal): Promise<RecordPosition[]> {
    signal?.throwIfAborted();
    throw new Error(`not built yet: ${records.length}`);
  }

  async disconnect(): Promise<void> {}
}
