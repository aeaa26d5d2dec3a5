const COMMA = Buffer.from(',');

/** Rows of one product and granularity, newest first, kept as the text they are served as: a page is a slice of it. */
export class CandleBlock {
  constructor(
    /** bucket starts, seconds, falling */
    private readonly times: Uint32Array,
    /** the rows, joined by commas */
    private readonly text: Buffer,
    /** where row i begins; one entry more than rows, as if another row followed */
    private readonly begins: Uint32Array,
  ) {}

  /**
   * @param rows text of each row as a JSON array, by falling time
   * @throws RangeError when the times do not fall
   */
  static of(times: readonly number[], rows: readonly string[]): CandleBlock {
    const begins = new Uint32Array(rows.length + 1);
    rows.forEach((row, index) => {
      if (index > 0 && (times[index - 1] ?? 0) <= (times[index] ?? 0))
        throw new RangeError(`row ${index} is not older than the one before it`);
      begins[index + 1] = (begins[index] ?? 0) + row.length + COMMA.length;
    });
    return new CandleBlock(Uint32Array.from(times), Buffer.from(rows.join(','), 'latin1'), begins);
  }

  get rowCount(): number {
    return this.times.length;
  }

  /** Memory in bytes, for caches with a bound. */
  get sizeBytes(): number {
    return this.text.length + this.times.byteLength + this.begins.byteLength;
  }

  /** Bucket start of the row at an index, newest first. */
  timeAt(index: number): number | undefined {
    return this.times[index];
  }

  /** Rows whose bucket start lies in `[fromS, toS]`, both ends included; null when there are none. */
  between(fromS: number, toS: number): Buffer | null {
    const first = this.firstNotAfter(toS);
    const end = this.firstNotAfter(Math.ceil(fromS) - 1);
    if (first >= end) return null;
    return this.text.subarray(this.begins[first], (this.begins[end] ?? 0) - COMMA.length);
  }

  /** How many rows lie in `[fromS, toS]`. */
  countBetween(fromS: number, toS: number): number {
    return Math.max(0, this.firstNotAfter(Math.ceil(fromS) - 1) - this.firstNotAfter(toS));
  }

  /** Index of the newest row not later than `timeS`, or the row count. */
  private firstNotAfter(timeS: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.times[middle] ?? 0) > timeS) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A whole answer body from slices, newest first. */
export function pageOf(slices: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [Buffer.from('[')];
  slices.forEach((slice, index) => parts.push(...(index > 0 ? [COMMA] : []), slice));
  parts.push(Buffer.from(']'));
  return Buffer.concat(parts);
}
