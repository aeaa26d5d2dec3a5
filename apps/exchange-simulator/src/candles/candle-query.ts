import { isGranularity } from './candle-row.js';
import type { Granularity } from './candle-row.js';

/** Most intervals between start and end; both ends included that is one row more. */
const INTERVALS_MAX = 300;

export type CandleQuery =
  | { kind: 'range'; granularity: Granularity; fromS: number; toS: number }
  | { kind: 'newest'; granularity: Granularity }
  | { kind: 'refused'; message: string };

/**
 * What a candle request asks for, by the exchange's rules: both bounds or none, both ends included, 300 intervals at
 * most. Times are ISO 8601 or unix seconds. Sources per rule: the README's table.
 */
export function candleQuery(parameters: URLSearchParams): CandleQuery {
  const granularity = Number(parameters.get('granularity') ?? Number.NaN);
  if (!isGranularity(granularity)) return { kind: 'refused', message: 'Unsupported granularity' };
  const start = parameters.get('start');
  const end = parameters.get('end');
  if (!start || !end) return { kind: 'newest', granularity };
  const fromS = secondsOf(start);
  if (fromS === null) return { kind: 'refused', message: 'Invalid start' };
  const toS = secondsOf(end);
  if (toS === null) return { kind: 'refused', message: 'Invalid end' };
  if (fromS > toS) return { kind: 'refused', message: 'start must be before end' };
  if ((toS - fromS) / granularity > INTERVALS_MAX) {
    return {
      kind: 'refused',
      message: `granularity too small for the requested time range. Count of aggregations requested exceeds ${INTERVALS_MAX}`,
    };
  }
  return { kind: 'range', granularity, fromS, toS };
}

/** Instant in seconds, with a fraction where one is given; null for what is no time. Without an offset, UTC. */
export function secondsOf(text: string): number | null {
  if (/^\d{1,10}(\.\d+)?$/.test(text)) return Number(text);
  if (!/^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[-+]\d{2}:?\d{2})?)?$/.test(text)) return null;
  const iso = text.replace(' ', 'T');
  const ms = Date.parse(/T.*(Z|[-+]\d{2}:?\d{2})$/.test(iso) || !iso.includes('T') ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? null : ms / 1_000;
}
