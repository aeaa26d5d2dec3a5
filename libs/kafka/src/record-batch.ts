/** One record as a consumer sees it. */
export interface ConsumedRecord {
  topic: string;
  partition: number;
  /** decimal, as Kafka's 64 bits need it */
  offset: string;
  key: string | null;
  value: Buffer | null;
  /** header values as UTF-8; of a header that comes twice, the last */
  headers: Record<string, string>;
  /** record time, milliseconds since the epoch (LogAppendTime on Elias's topics) */
  timestampMs: number;
}

/** What a batch needs from whoever hands it out; tests of handlers bring their own. */
export interface RecordBatchParts {
  topic: string;
  partition: number;
  records: ConsumedRecord[];
  /** how often these records were handed out before, 0 at first */
  attempt?: number;
  signal?: AbortSignal;
  isCurrent?: () => boolean;
  done?: (record: ConsumedRecord) => void;
  deadLetter?: (record: ConsumedRecord, reason: string, cause: unknown) => Promise<void>;
}

/** Records of one partition in offset order, handed to one handler call. */
export class RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: ConsumedRecord[];
  readonly attempt: number;
  /** Aborted when the partition may belong to someone else, or the app stops. */
  readonly signal: AbortSignal;
  private outcome: { error: unknown } | undefined;

  constructor(private readonly parts: RecordBatchParts) {
    this.topic = parts.topic;
    this.partition = parts.partition;
    this.records = parts.records;
    this.attempt = parts.attempt ?? 0;
    this.signal = parts.signal ?? new AbortController().signal;
  }

  /** Whether effects may still be announced; false for ever once the assignment changed. */
  isCurrent(): boolean {
    return this.parts.isCurrent?.() ?? true;
  }

  /** Marks one record as done, at any later time and in any order. Needed (and allowed) on topics with `manualDone` only. */
  done(record: ConsumedRecord): void {
    this.parts.done?.(record);
  }

  /**
   * Puts one record aside; it counts as done once the dead letter is durable.
   * @param reason a short constant such as `not-json`
   * @throws KafkaUnavailableError nothing was put aside; let it pass, the batch comes again
   */
  async deadLetter(record: ConsumedRecord, reason: string, cause: unknown): Promise<void> {
    await this.parts.deadLetter?.(record, reason, cause);
  }

  /** Keeps what a handler threw, past Nest's exception layer, which would replace it by "Internal server error". */
  fail(error: unknown): void {
    this.outcome ??= { error };
  }

  get failure(): { error: unknown } | undefined {
    return this.outcome;
  }
}
