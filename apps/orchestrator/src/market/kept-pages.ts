/** An answer as it is kept; `stamp` says what it was made of. */
export interface KeptPage {
  readonly stamp: string;
  /** of its content, as in `ETag` */
  readonly tag: string;
  readonly gzip: Buffer;
  /** of the answer that it holds */
  readonly jsonBytes: number;
}

/** What a page takes beside its bytes: key, stamp and objects. */
const OVERHEAD_BYTES = 1_024;

/** Pages that were asked for lately, as many as so many bytes hold; the one that was not asked for the longest goes first. */
export class KeptPages {
  private readonly pages = new Map<string, KeptPage>();
  private heldBytes = 0;

  constructor(private readonly bytesMax: number) {}

  /** Bytes that they take, at most `bytesMax`. */
  get bytes(): number {
    return this.heldBytes;
  }

  /** @returns the page, if it is of this stamp; one of another stamp is forgotten */
  get(key: string, stamp: string): KeptPage | undefined {
    const page = this.pages.get(key);
    if (page === undefined) return undefined;
    this.forget(key, page);
    if (page.stamp !== stamp) return undefined;
    this.hold(key, page);
    return page;
  }

  /** A page that is larger than all room is not kept. */
  put(key: string, page: KeptPage): void {
    const before = this.pages.get(key);
    if (before !== undefined) this.forget(key, before);
    if (sizeOf(page) > this.bytesMax) return;
    this.hold(key, page);
    for (const [oldest, one] of this.pages) {
      if (this.heldBytes <= this.bytesMax) return;
      this.forget(oldest, one);
    }
  }

  /** As the one that was asked for last. */
  private hold(key: string, page: KeptPage): void {
    this.pages.set(key, page);
    this.heldBytes += sizeOf(page);
  }

  private forget(key: string, page: KeptPage): void {
    this.pages.delete(key);
    this.heldBytes -= sizeOf(page);
  }
}

const sizeOf = ({ gzip }: KeptPage): number => gzip.length + OVERHEAD_BYTES;
