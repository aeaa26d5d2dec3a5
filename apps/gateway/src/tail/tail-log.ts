import { Deque } from './deque.js';
import type { TailEntry } from './tail-entry.js';

/** The latest entries of one partition. Entries are numbered as they come, without holes, whatever their offsets. */
export class TailPartition {
  /** Called when entries came; must not wait. */
  readonly followers = new Set<() => void>();
  private readonly entries = new Deque<TailEntry>();
  private first = 0;
  private startOffset: bigint;

  /** @param endOffset next offset to be read; what lies before it is not here */
  constructor(
    readonly topic: string,
    readonly partition: number,
    private endOffset: bigint,
  ) {
    this.startOffset = endOffset;
  }

  /** Next offset to be read from Kafka. */
  get end(): bigint {
    return this.endOffset;
  }

  /**
   * Number of the first entry at an offset or behind it.
   * @returns null when entries before it are gone, so that it has to be read from Kafka
   */
  numberOf(offset: bigint): number | null {
    if (offset < this.startOffset) return null;
    let [low, high] = [0, this.entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.entries.at(middle)!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return this.first + low;
  }

  /** @returns null when there is none yet; `gone` when it is not here any more */
  entry(number: number): TailEntry | null | 'gone' {
    return number < this.first ? 'gone' : (this.entries.at(number - this.first) ?? null);
  }

  push(entry: TailEntry): void {
    this.entries.push(entry);
  }

  /** Everything before `next` was read. */
  readTo(next: bigint): void {
    this.endOffset = next;
  }

  /** @returns bytes that are free again */
  dropFirst(): number {
    const entry = this.entries.shift();
    if (entry === undefined) return 0;
    this.first += 1;
    this.startOffset = entry.offset + 1n;
    return entry.bytes;
  }
}

/** The latest entries of some topics, bounded in bytes over all partitions: the oldest by arrival give way. */
export class TailLog {
  private readonly partitions = new Map<string, TailPartition>();
  private readonly arrivals = new Deque<TailPartition>();
  private heldBytes = 0;

  constructor(private readonly bytesMax: number) {}

  get bytes(): number {
    return this.heldBytes;
  }

  /** A partition is read from this offset on. */
  begin(topic: string, partition: number, offset: bigint): void {
    this.partitions.set(`${topic}/${partition}`, new TailPartition(topic, partition, offset));
  }

  /** @returns undefined until the partition is read */
  find(topic: string, partition: number): TailPartition | undefined {
    return this.partitions.get(`${topic}/${partition}`);
  }

  /** Takes what was read of a partition, and tells its followers. */
  append(topic: string, partition: number, entries: readonly TailEntry[], next: bigint): void {
    const place = this.find(topic, partition);
    if (place === undefined) throw new RangeError(`${topic}[${partition}] was not begun`);
    for (const entry of entries) {
      place.push(entry);
      this.arrivals.push(place);
      this.heldBytes += entry.bytes;
    }
    place.readTo(next);
    while (this.heldBytes > this.bytesMax && this.arrivals.length > 0) this.heldBytes -= this.arrivals.shift()!.dropFirst();
    for (const follow of place.followers) follow();
  }
}
