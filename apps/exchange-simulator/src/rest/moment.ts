import type { Granularity } from '../candles/candle-row.js';
import { tradesAsOfMs } from '../market.js';
import type { MarketProduct } from '../market.js';
import type { Freshness } from './answer.js';

/** Seconds that the exchange's cache keeps an answer. */
export const CACHED_S = 300;

/** When a question is answered, and how truthfully. */
export interface Moment {
  /** the exchange's clock, milliseconds */
  nowMs: number;
  /** the answer is taken from a cache that is this old, seconds */
  staleS: number;
  /** a cached answer says its age */
  saysAge: boolean;
  /** rows of candles or trades that are left out, from the middle of the page */
  droppedRows: number;
}

/** What the headers say of an answer that is of the moment, and not of a product's candles. */
export function freshnessOf({ staleS, saysAge }: Moment): Freshness {
  return staleS > 0 ? { cache: 'HIT', ageS: saysAge ? staleS : null } : { cache: 'MISS', ageS: null };
}

/** What an answer about a product knows, and what its headers say about that. */
export interface Knowledge {
  /** milliseconds; nothing later is in the answer */
  asOfMs: number;
  freshness: Freshness;
}

/**
 * `Date - Age` is the instant that the answer is true for. A recording's time stands still, so its `Age` grows; it is
 * never called a HIT for that.
 */
export function knowledgeOf(product: MarketProduct, moment: Moment, granularity: Granularity = 60): Knowledge {
  return knowledgeUntil(product, moment, product.source.asOfMs(moment.nowMs - moment.staleS * 1_000, granularity));
}

/** What an answer about a product's trades knows. */
export function tradesKnowledgeOf(product: MarketProduct, moment: Moment): Knowledge {
  return knowledgeUntil(product, moment, tradesAsOfMs(product, moment.nowMs - moment.staleS * 1_000));
}

function knowledgeUntil({ source, stoppedAtMs }: MarketProduct, moment: Moment, answeredMs: number): Knowledge {
  const stale = moment.staleS > 0;
  const ageS = Math.floor(moment.nowMs / 1_000) - Math.floor(answeredMs / 1_000);
  const told = source.kind === 'made' && !stale ? null : ageS;
  return {
    asOfMs: Math.min(answeredMs, stoppedAtMs ?? answeredMs),
    freshness: { cache: stale ? 'HIT' : 'REVALIDATED', ageS: stale && !moment.saysAge ? null : told },
  };
}
