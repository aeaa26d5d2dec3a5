import { WINDOW_HEADER } from '@elias/contracts';
import { partitionOf } from '@elias/kafka';
import type { OutgoingRecord, RecordProducer } from '@elias/kafka';
import { parseWindowId } from '@elias/market-data';
import { windowRecords } from './replay-records.js';
import type { ReplayIds } from './replay-records.js';
import { count } from './replay-item.js';
import type { ReplayCounts, ReplayItem, ReplaySink } from './replay-item.js';

/** Bytes and records that are sent together at most. */
const SEND_BYTES = 1024 * 1024;
const SEND_RECORDS = 5_000;

export interface TopicSinkOptions {
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly topic: string;
  readonly partitions: number;
  readonly ids: ReplayIds;
  readonly counts: ReplayCounts;
  /** whether something waits for its time, and is sent as it comes */
  readonly atOnce: boolean;
}

/** Another topic: windows as they were published, with `origin` `replay`, or single events. All of a product lies in one partition, in its order. */
export class TopicSink implements ReplaySink {
  private waiting: OutgoingRecord[] = [];
  private bytes = 0;

  constructor(private readonly options: TopicSinkOptions) {}

  async take(item: ReplayItem): Promise<void> {
    const { topic, partitions, ids, counts, atOnce } = this.options;
    if (item.kind === 'archive') {
      for await (const { key, partitionBy, value, headers } of windowRecords(item.telling, ids)) {
        await this.add({ topic, key, partition: partitionOf(partitionBy, partitions), value: Buffer.from(value), headers });
      }
    } else if (item.kind === 'record') {
      const { key, value, headers } = item.record;
      await this.add({ topic, key, partition: partitionOf(productOf(key), partitions), value, headers: replayed(headers) });
    } else if (item.kind === 'events') {
      for (const { key, value, headers } of item.events) {
        const partition = partitionOf(key ?? '', partitions);
        await this.add({ topic, key, partition, value, ...(headers === undefined ? {} : { headers }) });
      }
    } else return count(counts, 'revoked');
    if (atOnce) await this.flush();
  }

  end(): Promise<void> {
    return this.flush();
  }

  abort(): Promise<void> {
    this.waiting = [];
    return Promise.resolve();
  }

  private async add(record: OutgoingRecord): Promise<void> {
    const { value } = record;
    this.waiting.push(record);
    this.bytes += 200 + (value === null ? 0 : Buffer.byteLength(value));
    if (this.bytes >= SEND_BYTES || this.waiting.length >= SEND_RECORDS) await this.flush();
  }

  private async flush(): Promise<void> {
    const records = this.waiting;
    this.waiting = [];
    this.bytes = 0;
    if (records.length === 0) return;
    await this.options.producer.send(records);
    count(this.options.counts, 'sent', records.length);
  }
}

/** What says where a window came from says that it is told again. */
function replayed(headers: Readonly<Record<string, string>>): Record<string, string> {
  const told = headers[WINDOW_HEADER];
  if (told === undefined) return { ...headers };
  return { ...headers, [WINDOW_HEADER]: JSON.stringify({ ...(JSON.parse(told) as object), origin: 'replay' }) };
}

function productOf(key: string | null): string {
  try {
    return parseWindowId((key ?? '').replace(/#\d+$/, '')).productId;
  } catch {
    return key ?? '';
  }
}
