/** Keeps what was used last, up to a number of bytes. */
export class BoundedCache<V> {
  private readonly entries = new Map<string, { value: V; sizeBytes: number }>();
  private heldBytes = 0;

  /** @param sizeBytesMax a single larger value is handed out but not kept */
  constructor(private readonly sizeBytesMax: number) {}

  /** The kept value, or the made one. */
  get(key: string, make: () => V, sizeBytesOf: (value: V) => number): V {
    const known = this.entries.get(key);
    if (known !== undefined) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.value;
    }
    const value = make();
    const sizeBytes = sizeBytesOf(value);
    if (sizeBytes > this.sizeBytesMax) return value;
    this.entries.set(key, { value, sizeBytes });
    this.heldBytes += sizeBytes;
    for (const [oldest, { sizeBytes: freed }] of this.entries) {
      if (this.heldBytes <= this.sizeBytesMax) break;
      this.entries.delete(oldest);
      this.heldBytes -= freed;
    }
    return value;
  }
}
