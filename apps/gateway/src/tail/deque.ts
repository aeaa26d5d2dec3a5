/** First in, first out, with access by place. */
export class Deque<T> {
  /** slots before `head` are emptied */
  private slots: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.slots.length - this.head;
  }

  push(value: T): void {
    this.slots.push(value);
  }

  shift(): T | undefined {
    const value = this.slots[this.head];
    if (this.length === 0) return undefined;
    this.slots[this.head] = undefined;
    this.head += 1;
    if (this.head > 1_024 && this.head * 2 > this.slots.length) {
      this.slots = this.slots.slice(this.head);
      this.head = 0;
    }
    return value;
  }

  /** @param place 0 for the first */
  at(place: number): T | undefined {
    return place < 0 ? undefined : this.slots[this.head + place];
  }

  clear(): void {
    this.slots = [];
    this.head = 0;
  }
}
