import { EVERY_PRODUCT } from '@elias/contracts';
import type { GatewayEventType, Position } from '@elias/contracts';
import type { TailPartition } from '../tail/tail-log.js';

/** How far a subscription is in one partition. */
export interface Cursor {
  readonly type: GatewayEventType;
  readonly source: TailPartition;
  /** offset of the next record to be told */
  next: bigint;
  /** its first row to be told; counts for the record at `next` alone */
  row: number;
  /** of the next entry of the tail; null while the past is read */
  number: number | null;
}

/** What one `subscribe` asked for: events of some types of some products, in each partition from its own place on. */
export class Subscription {
  /** may be told from the tail; before, the past is read */
  live = false;
  cursors: readonly Cursor[] = [];
  private readonly wanted: ReadonlyMap<GatewayEventType, Set<string>>;
  private readonly ended = new AbortController();

  constructor(types: readonly GatewayEventType[], products: readonly string[]) {
    this.wanted = new Map(types.map((type) => [type, new Set(products)]));
  }

  /** Aborted once it is over. */
  get signal(): AbortSignal {
    return this.ended.signal;
  }

  end(): void {
    this.live = false;
    this.ended.abort(new Error('the subscription is over'));
  }

  wants(type: GatewayEventType, productId: string | null): boolean {
    const products = this.wanted.get(type);
    return productId !== null && products !== undefined && (products.has(productId) || products.has(EVERY_PRODUCT));
  }

  /** Products times types. */
  get size(): number {
    return [...this.wanted.values()].reduce((sum, products) => sum + products.size, 0);
  }

  /** Whether an event could come by both: the same product, or every product, of a type. */
  overlaps(types: readonly GatewayEventType[], products: readonly string[]): boolean {
    return types.some((type) => {
      const known = this.wanted.get(type);
      if (known === undefined || known.size === 0) return false;
      return known.has(EVERY_PRODUCT) || products.includes(EVERY_PRODUCT) || products.some((product) => known.has(product));
    });
  }

  /** @returns whether it had the product of this type */
  remove(type: GatewayEventType, product: string): boolean {
    return this.wanted.get(type)?.delete(product) ?? false;
  }
}

/** Behind which position a cursor stands. */
export function positionOf({ source, next, row }: Cursor): Position {
  const place = { topic: source.topic as Position['topic'], partition: source.partition };
  return row === 0 ? { ...place, offset: (next - 1n).toString() } : { ...place, offset: next.toString(), row: row - 1 };
}

/** Where a cursor begins that goes on behind a position. */
export function behind({ offset, row }: Pick<Position, 'offset' | 'row'>): Pick<Cursor, 'next' | 'row'> {
  return row === undefined ? { next: BigInt(offset) + 1n, row: 0 } : { next: BigInt(offset), row: row + 1 };
}
