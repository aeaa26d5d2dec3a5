interface Queued<T> {
  record: T;
  bytes: number;
}

/** Records of one partition that were read and not handed out yet, with their bytes. */
export class RecordQueue<T> {
  /** in order; slots before `head` are emptied, as a window is up to 8 MB */
  private entries: (Queued<T> | undefined)[] = [];
  private head = 0;
  private queuedBytes = 0;

  push(record: T, bytes: number): void {
    this.entries.push({ record, bytes });
    this.queuedBytes += bytes;
  }

  /** The oldest records within the bounds; a record above `maxBytes` comes alone. */
  take(maxRecords: number, maxBytes: number): T[] {
    const taken: T[] = [];
    let takenBytes = 0;
    while (taken.length < maxRecords) {
      const entry = this.entries[this.head];
      if (entry === undefined || (taken.length > 0 && takenBytes + entry.bytes > maxBytes)) break;
      taken.push(entry.record);
      takenBytes += entry.bytes;
      this.entries[this.head] = undefined;
      this.head += 1;
    }
    this.queuedBytes -= takenBytes;
    if (this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return taken;
  }

  clear(): void {
    this.entries = [];
    this.head = 0;
    this.queuedBytes = 0;
  }

  get bytes(): number {
    return this.queuedBytes;
  }

  get length(): number {
    return this.entries.length - this.head;
  }
}
