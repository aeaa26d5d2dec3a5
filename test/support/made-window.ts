import { csvSha256, encodeCandlesCsv } from '@elias/archive';
import { SCHEMA_VERSION } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import type { Candle, CandleWindow, GranularitySeconds, PeriodState } from '@elias/market-data';
import { candleWindowAt, coverageOf, periodCount } from '@elias/market-data';

export interface MadeWindow {
  facts: WindowFacts & { readonly window: CandleWindow };
  candles: Candle[];
  csv: Buffer;
}

export interface WindowWish {
  productId?: string;
  granularity?: GranularitySeconds;
  /** any instant in the window */
  at?: string;
  /** which telling; other tellings have other collection ids and times */
  telling?: number;
  /** periods with a row; the others are `no_trade`, the last `unknownTail` of them `unknown` */
  present?: (period: number) => boolean;
  unknownTail?: number;
  /** makes the values differ */
  seed?: number;
}

/** A window of made candles with everything that travels with it; the same wish gives the same bytes. */
export function madeWindow(wish: WindowWish = {}): MadeWindow {
  const { productId = 'BTC-USD', granularity = 60, at = '2023-12-01T00:00:00Z', telling = 0, unknownTail = 0, seed = 1 } = wish;
  const present = wish.present ?? ((period) => period % 7 !== 3);
  const window = candleWindowAt(productId, granularity, Date.parse(at));
  const periods = periodCount(window);
  const states = Array.from({ length: periods }, (_, period): PeriodState => {
    if (period >= periods - unknownTail) return 'unknown';
    return present(period) ? 'present' : 'no_trade';
  });
  const candles = states.flatMap((state, period) => (state === 'present' ? [madeCandle(window.fromMs, granularity, period, seed)] : []));
  const csv = encodeCandlesCsv(window, candles);
  const coverage = coverageOf(window, states);
  const facts = {
    schemaVersion: SCHEMA_VERSION,
    window,
    revision: {
      unknown: coverage.unknown,
      open: coverage.open,
      collectedAtMs: window.toMs + 903_000 + telling * 1_000,
      collectionId: `018c2402-1f58-7abc-8def-${(0x3f9a1c070000 + telling).toString(16).padStart(12, '0')}`,
    },
    rowCount: candles.length,
    coverage,
    csvSha256: csvSha256(csv),
    requestId: '018c2402-0000-7000-8000-000000000001',
    runId: '018c2402-0000-7000-8000-000000000002',
    origin: 'scheduled' as const,
  };
  return { facts, candles, csv };
}

function madeCandle(fromMs: number, granularity: number, period: number, seed: number): Candle {
  const cents = 4_000_000 + ((period * 7_919 + seed * 104_729) % 9_973);
  return {
    startedAtMs: fromMs + period * granularity * 1_000,
    open: decimal(cents, 2),
    high: decimal(cents + 311, 2),
    low: decimal(cents - 297, 2),
    close: decimal(cents + 13, 2),
    volume: decimal((period * 15_485_863 + seed) % 1_000_000_007, 8),
  };
}

/** `units / 10^scale` as a canonical decimal. */
function decimal(units: number, scale: number): string {
  const digits = String(units).padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  return fraction === '' ? digits.slice(0, -scale) : `${digits.slice(0, -scale)}.${fraction}`;
}
