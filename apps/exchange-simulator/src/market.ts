import { CandleEdits } from './candles/candle-edits.js';
import type { CandleSource } from './candles/candle-source.js';
import type { MadeMarket } from './made/made-market.js';
import { ProductCatalogue } from './products/product-catalogue.js';
import type { ListedProduct } from './products/listed-product.js';
import type { Tape } from './trades/trade-tape.js';

/** A product with everything that the exchange says about it. */
export interface MarketProduct {
  listed: ListedProduct;
  source: CandleSource;
  /** what `/trades` and the feed tell; null when the product has none */
  trades: Tape | null;
  /** milliseconds; nothing was traded from here on */
  stoppedAtMs: number | null;
}

/** The instant up to which a product's trades are known, milliseconds; at most `nowMs`. */
export function tradesAsOfMs({ source, trades }: MarketProduct, nowMs: number): number {
  const knownMs = trades !== null && 'knownUntilMs' in trades ? trades.knownUntilMs : undefined;
  return knownMs === undefined ? source.asOfMs(nowMs) : Math.min(nowMs, knownMs);
}

export interface MarketParts {
  products: readonly ListedProduct[];
  /** recordings and archives by product; what is not here is made */
  held: ReadonlyMap<string, CandleSource>;
  made: MadeMarket;
}

/** All products, each with its one source: a recording or archive where there is one, else made data. */
export class Market {
  readonly catalogue: ProductCatalogue;
  readonly edits = new CandleEdits();
  private readonly sources: Map<string, CandleSource>;
  private readonly tapes = new Map<string, Tape>();

  constructor(private readonly parts: MarketParts) {
    this.sources = new Map(parts.held);
    this.catalogue = new ProductCatalogue(parts.products);
  }

  /** Null for a product that the exchange does not know. */
  find(productId: string): MarketProduct | null {
    const entry = this.catalogue.find(productId);
    if (entry === null) return null;
    const source = this.sourceOf(entry.listed);
    return { ...entry, source, trades: this.tapes.get(productId) ?? source.trades };
  }

  /** From now on a product's trades are these; its candles stay what they are. */
  replaceTrades(productId: string, tape: Tape): void {
    this.tapes.set(productId, tape);
  }

  /** Where the data of each listed product comes from. */
  kinds(): Record<string, CandleSource['kind']> {
    return Object.fromEntries(this.catalogue.list().map(({ id }) => [id, this.sources.get(id)?.kind ?? 'made']));
  }

  private sourceOf(listed: ListedProduct): CandleSource {
    const known = this.sources.get(listed.id);
    if (known !== undefined) return known;
    const made = this.parts.made.candles(listed);
    this.sources.set(listed.id, made);
    return made;
  }
}
