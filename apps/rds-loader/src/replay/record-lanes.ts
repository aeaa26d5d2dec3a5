import type { ConsumedRecord } from '@elias/kafka';

export interface RecordLanesOptions {
  /** batches in hand at once, each of a partition of its own */
  readonly lanes: number;
  /** bytes of one batch; a record above it comes alone */
  readonly batchBytesMax: number;
  /** bytes that may wait before `add` does */
  readonly queuedBytesMax: number;
  /** handles records of one partition, in their order */
  readonly handle: (records: ConsumedRecord[]) => Promise<void>;
}

const weightOf = ({ value }: ConsumedRecord): number => 200 + (value?.length ?? 0);

/** Hands records out as a consumer group does: partition by partition, several partitions at once, what waits together. */
export class RecordLanes {
  private readonly waiting = new Map<string, ConsumedRecord[]>();
  private readonly busy = new Set<string>();
  private queuedBytes = 0;
  private failure: { error: unknown } | null = null;
  private changed: (() => void)[] = [];

  constructor(private readonly options: RecordLanesOptions) {}

  /** Resolves once there is room for more. @throws what `handle` threw */
  async add(records: readonly ConsumedRecord[]): Promise<void> {
    for (const record of records) {
      const place = `${record.topic}/${record.partition}`;
      const lane = this.waiting.get(place);
      if (lane === undefined) this.waiting.set(place, [record]);
      else lane.push(record);
      this.queuedBytes += weightOf(record);
    }
    this.next();
    await this.until(() => this.queuedBytes < this.options.queuedBytesMax);
  }

  /** Resolves once everything was handled. @throws what `handle` threw */
  async end(): Promise<void> {
    await this.until(() => this.waiting.size === 0 && this.busy.size === 0);
  }

  private next(): void {
    for (const [place, records] of this.waiting) {
      if (this.busy.size >= this.options.lanes || this.failure !== null) return;
      if (this.busy.has(place)) continue;
      const batch = this.cut(records);
      if (records.length === 0) this.waiting.delete(place);
      void this.handle(place, batch);
    }
  }

  private cut(records: ConsumedRecord[]): ConsumedRecord[] {
    let bytes = 0;
    let count = 0;
    for (const record of records) {
      bytes += weightOf(record);
      if (count > 0 && bytes > this.options.batchBytesMax) break;
      count += 1;
    }
    return records.splice(0, count);
  }

  private async handle(place: string, batch: ConsumedRecord[]): Promise<void> {
    this.busy.add(place);
    try {
      await this.options.handle(batch);
    } catch (error) {
      this.failure ??= { error };
    }
    this.busy.delete(place);
    for (const record of batch) this.queuedBytes -= weightOf(record);
    this.next();
    for (const resolve of this.changed.splice(0)) resolve();
  }

  private async until(holds: () => boolean): Promise<void> {
    while (this.failure === null && !holds()) await new Promise<void>((resolve) => this.changed.push(resolve));
    if (this.failure !== null) throw this.failure.error;
  }
}
