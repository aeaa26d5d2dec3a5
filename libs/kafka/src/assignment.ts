import type { RawParts } from './consumed-record.js';
import { LowWatermark } from './low-watermark.js';
import type { ConsumedRecord } from './record-batch.js';
import { RecordQueue } from './record-queue.js';

/** A record that waits for its handler, with what a dead letter would need. */
export interface QueuedRecord {
  record: ConsumedRecord;
  bytes: number;
  raw: RawParts | null;
}

/** One partition while this member owns it; a later join makes a new one. */
export class OwnedPartition {
  readonly queue = new RecordQueue<QueuedRecord>();
  /** null until the starting point is known, and again while it is looked up anew */
  position: bigint | null = null;
  readonly watermark = new LowWatermark(0n);
  /** what the group's coordinator has; null if nothing */
  committed: bigint | null = null;
  /** next offset to be written, as last heard of */
  high: bigint | null = null;
  paused = true;
  /** the starting point was found once, so that the low watermark means something */
  begun = false;
  /** a handler loop runs for it */
  working = false;
  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** Reading begins or goes on at `position`, behind what is open. */
  readFrom(position: bigint): void {
    this.begun = true;
    this.position = position;
    this.watermark.readTo(position);
  }
}

/** What one join gave this member. Once another join follows, nothing of it may be resolved, committed or announced. */
export class Assignment {
  /** aborted when the assignment ends or the app stops */
  readonly controller = new AbortController();
  /** resolves when the assignment ends; unlike `controller`, not when the app stops */
  readonly ended: Promise<void>;
  private readonly partitions = new Map<string, OwnedPartition>();
  private current = true;
  private resolveEnded!: () => void;

  constructor(
    readonly epoch: number,
    readonly owned: Readonly<Record<string, number[]>>,
  ) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    for (const [topic, partitions] of Object.entries(owned)) {
      for (const partition of partitions) this.partitions.set(`${topic}/${partition}`, new OwnedPartition(topic, partition));
    }
  }

  get isCurrent(): boolean {
    return this.current;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  find(topic: string, partition: number): OwnedPartition | undefined {
    return this.partitions.get(`${topic}/${partition}`);
  }

  all(): OwnedPartition[] {
    return [...this.partitions.values()];
  }

  allOf(topic: string): OwnedPartition[] {
    return this.all().filter((partition) => partition.topic === topic);
  }

  /** Ends it: running handlers are told, what is queued is dropped and will be read again by whoever owns it next. */
  end(reason: string): void {
    this.current = false;
    this.resolveEnded();
    this.controller.abort(new Error(reason));
    for (const partition of this.partitions.values()) partition.queue.clear();
  }
}
