/**
 * What may be committed of one partition: the first offset that is not done yet. Records are read in order and may
 * be done in any order, much later; nothing is kept of a record but its offset.
 */
export class LowWatermark {
  /** offsets read, in order; those before `head` are done */
  private offsets: bigint[] = [];
  private head = 0;
  private readonly open = new Set<bigint>();

  /** @param position next offset to be read; everything before it counts as done */
  constructor(private position: bigint) {}

  /** @param offset of a record just read, above all before it */
  read(offset: bigint): void {
    this.offsets.push(offset);
    this.open.add(offset);
  }

  /** @param next where reading goes on, which may lie behind holes in the offsets */
  readTo(next: bigint): void {
    this.position = next;
  }

  /** @returns false if the record was done before */
  done(offset: bigint): boolean {
    if (!this.open.delete(offset)) return false;
    while (this.head < this.offsets.length && !this.open.has(this.offsets[this.head] as bigint)) this.head += 1;
    if (this.head > 1_024 && this.head * 2 > this.offsets.length) {
      this.offsets = this.offsets.slice(this.head);
      this.head = 0;
    }
    return true;
  }

  isOpen(offset: bigint): boolean {
    return this.open.has(offset);
  }

  /** What to commit: the oldest record that is not done, else where reading goes on. */
  get next(): bigint {
    return this.offsets[this.head] ?? this.position;
  }

  /** Records read and not done. */
  get openRecords(): number {
    return this.open.size;
  }
}
