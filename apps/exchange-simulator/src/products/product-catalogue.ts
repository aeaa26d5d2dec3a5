import { isTrading } from './listed-product.js';
import type { ListedProduct } from './listed-product.js';

/** A change of a product's entry: any of its fields, or that the exchange does not know it at all. */
export interface ProductEdit {
  unknown?: boolean | undefined;
  fields: Record<string, unknown>;
}

interface Entry {
  listed: ListedProduct;
  unknown: boolean;
  /** milliseconds; nothing was traded from here on */
  stoppedAtMs: number | null;
}

/** What `GET /products` lists, with the edits made while the simulator runs. */
export class ProductCatalogue {
  private readonly entries: ReadonlyMap<string, ListedProduct>;
  private readonly edited = new Map<string, Entry>();

  constructor(products: readonly ListedProduct[]) {
    this.entries = new Map(products.map((product) => [product.id, product]));
  }

  list(): ListedProduct[] {
    return [...this.entries.keys(), ...[...this.edited.keys()].filter((id) => !this.entries.has(id))].flatMap((id) => {
      const entry = this.entry(id);
      return entry === null || entry.unknown ? [] : [entry.listed];
    });
  }

  /** Null for what the exchange does not know. `stoppedAtMs` is the instant from which nothing was traded. */
  find(productId: string): { listed: ListedProduct; stoppedAtMs: number | null } | null {
    const entry = this.entry(productId);
    return entry === null || entry.unknown ? null : entry;
  }

  /**
   * Changes a product's entry from an instant on; a product that stops trading keeps the trades it had.
   * @param added the entry of a product that is not there yet
   */
  edit(productId: string, edit: ProductEdit, nowMs: number, added: ListedProduct): ListedProduct {
    const before = this.entry(productId) ?? { listed: added, unknown: false, stoppedAtMs: null };
    const listed = { ...before.listed, ...edit.fields, id: productId } as ListedProduct;
    const stoppedAtMs = isTrading(listed) ? null : (before.stoppedAtMs ?? nowMs);
    this.edited.set(productId, { listed, unknown: edit.unknown ?? before.unknown, stoppedAtMs });
    return listed;
  }

  /** Takes back all edits. */
  reset(): void {
    this.edited.clear();
  }

  private entry(productId: string): Entry | null {
    const edited = this.edited.get(productId);
    if (edited !== undefined) return edited;
    const listed = this.entries.get(productId);
    return listed === undefined ? null : { listed, unknown: false, stoppedAtMs: isTrading(listed) ? null : 0 };
  }
}
