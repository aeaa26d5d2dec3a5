import { GATEWAY_EVENT_TYPES, GATEWAY_EVENTS } from '@elias/contracts';
import type { GatewayEventType } from '@elias/contracts';
import { TailReader } from '@elias/kafka';
import type { ConsumedRecord, KafkaClient, TailRecords } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import { liveEntry } from './live-entry.js';
import type { TailEntry } from './tail-entry.js';
import { TailLog } from './tail-log.js';
import type { TailPartition } from './tail-log.js';
import { WindowEntries } from './window-entry.js';

export interface MarketTailParts {
  client: KafkaClient;
  /** of the live topics together, and again of the windows: a backfill never pushes the newest trades out */
  ringBytes: number;
  onBadRecord: (topic: string) => void;
  /** what clients were promised to be told next is not there; they have to begin anew */
  onBroken: (why: string) => void;
  onFatal: (error: unknown) => void;
  logger: Logger;
}

const TYPE_OF_TOPIC: ReadonlyMap<string, GatewayEventType> = new Map(
  GATEWAY_EVENT_TYPES.map((type) => [GATEWAY_EVENTS[type].topic.name, type]),
);
const WINDOWS = GATEWAY_EVENTS['market.candle'].topic.name;
const LIVE = [...TYPE_OF_TOPIC.keys()].filter((topic) => topic !== WINDOWS);

/** The latest of every topic that clients may ask for, read once for all of them. */
export class MarketTail {
  /** every partition is followed; until then nobody can be told anything */
  readonly begun: Promise<void>;
  private readonly logs: ReadonlyMap<string, TailLog>;
  private readonly readers: readonly TailReader[];
  private readonly windows = new WindowEntries((cause) => this.onBad(WINDOWS, cause));
  private setBegun!: () => void;
  private partitionsLeft = GATEWAY_EVENT_TYPES.reduce((sum, type) => sum + GATEWAY_EVENTS[type].topic.partitions, 0);

  constructor(private readonly parts: MarketTailParts) {
    this.begun = new Promise((resolve) => (this.setBegun = resolve));
    const [live, windows] = [new TailLog(parts.ringBytes), new TailLog(parts.ringBytes)];
    this.logs = new Map([...TYPE_OF_TOPIC.keys()].map((topic) => [topic, topic === WINDOWS ? windows : live]));
    this.readers = [this.reader(LIVE, LIVE), this.reader([WINDOWS], [])];
  }

  start(): void {
    for (const reader of this.readers) reader.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  whyNotReady(): string | null {
    return this.readers.map((reader) => reader.whyNotReady()).find((why) => why !== null) ?? null;
  }

  /** Bytes held, of live events and of windows. */
  get bytes(): { live: number; windows: number } {
    return { live: this.logs.get(LIVE[0]!)!.bytes, windows: this.logs.get(WINDOWS)!.bytes };
  }

  /** @throws RangeError before `begun`, or when there is no such partition */
  partition(type: GatewayEventType, partition: number): TailPartition {
    const topic = GATEWAY_EVENTS[type].topic.name;
    const found = this.logs.get(topic)?.find(topic, partition);
    if (found === undefined) throw new RangeError(`${topic}[${partition}] is not followed`);
    return found;
  }

  /** A record as clients are told it, whether it comes from the tail or was read again. */
  entry(record: ConsumedRecord): TailEntry {
    const type = TYPE_OF_TOPIC.get(record.topic);
    if (type === undefined) throw new RangeError(`nobody can ask for ${record.topic}`);
    return type === 'market.candle' ? this.windows.entry(record) : liveEntry(type, record, (cause) => this.onBad(record.topic, cause));
  }

  private reader(topics: string[], agedTopics: readonly string[]): TailReader {
    const { client, onBroken, onFatal, logger } = this.parts;
    return new TailReader({
      client,
      topics,
      agedTopics,
      onBegin: ({ topic, partition, offset }) => {
        this.logs.get(topic)!.begin(topic, partition, offset);
        this.partitionsLeft -= 1;
        if (this.partitionsLeft === 0) this.setBegun();
      },
      onRecords: (read) => this.append(read),
      onLost: ({ topic, partition, from, to }) => {
        this.logs.get(topic)!.begin(topic, partition, to);
        onBroken(`offsets ${from} to ${to} of ${topic}[${partition}] were deleted before they were read`);
      },
      onFatal,
      logger,
    });
  }

  private append({ topic, partition, records, next }: TailRecords): void {
    const log = this.logs.get(topic)!;
    const [first] = records;
    if (first !== undefined && BigInt(first.offset) < log.find(topic, partition)!.end) {
      log.begin(topic, partition, BigInt(first.offset));
      this.parts.onBroken(`${topic}[${partition}] begins anew at ${first.offset}`);
    }
    log.append(
      topic,
      partition,
      records.map((record) => this.entry(record)),
      next,
    );
  }

  private onBad(topic: string, cause: unknown): void {
    this.parts.onBadRecord(topic);
    this.parts.logger.debug({ topic, cause }, 'a record holds nothing that could be told');
  }
}
