import { createHash } from 'node:crypto';
import { csvSha256, encodeTradeLines, TRADES_CSV_HEADER } from '@elias/archive';
import { SCHEMA_VERSION } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import { parseWindowId, tradeCoverage } from '@elias/market-data';
import type { IdRange, Trade, TradeWindow } from '@elias/market-data';
import { madeId } from './made-telling.js';

export interface WantedTrades {
  /** e.g. `trades/BTC-USD/2023-12-01T13` */
  window: string;
  /** trades, spread over the window; default 3 */
  count?: number;
  /** names the telling: the same name gives the same collection id */
  telling?: string;
  /** trades of the window that nobody knows */
  missing?: readonly IdRange[];
  collectedAt?: string;
  /** makes the CSV wrong; its hash is then right all the same */
  alter?: (csv: string) => string;
}

export interface MadeTrades {
  facts: WindowFacts & { readonly window: TradeWindow };
  csv: Buffer;
}

/** A window of made trades with everything that travels with it; the same wish gives the same bytes. */
export function madeTrades({ window: id, count = 3, telling = id, missing = [], collectedAt, alter }: WantedTrades): MadeTrades {
  const window = parseWindowId(id);
  if (window.dataset !== 'trades') throw new RangeError(`not of trades: ${id}`);
  const hidden = (tradeId: number): boolean => missing.some(({ first, last }) => first <= tradeId && tradeId <= last);
  const trades = Array.from({ length: count }, (_, i) => madeTrade(window, i, count)).filter(({ tradeId }) => !hidden(tradeId));
  const right = Buffer.concat([Buffer.from(`${TRADES_CSV_HEADER}\n`), encodeTradeLines(window.productId, trades)]);
  const csv = alter === undefined ? right : Buffer.from(alter(right.toString()));
  const coverage = tradeCoverage(trades.length, missing);
  const facts = {
    schemaVersion: SCHEMA_VERSION,
    window,
    revision: {
      unknown: coverage.unknown,
      open: 0,
      collectedAtMs: collectedAt === undefined ? window.toMs + 900_000 : Date.parse(collectedAt),
      collectionId: madeId(`collection ${telling}`),
    },
    rowCount: trades.length,
    coverage,
    csvSha256: csvSha256(csv),
    requestId: madeId(`request ${telling}`),
    runId: madeId('run'),
    origin: 'scheduled' as const,
  };
  return { facts, csv };
}

/** First id of a window's trades: ids go on from hour to hour. */
export function firstIdOf({ fromMs }: Pick<TradeWindow, 'fromMs'>): number {
  return 1 + (fromMs / 3_600_000) * 100_000;
}

function madeTrade(window: TradeWindow, index: number, count: number): Trade {
  const bits = createHash('md5').update(`${window.productId} ${window.fromMs} ${index}`).digest();
  return {
    tradeId: firstIdOf(window) + index,
    tradedAtMs: window.fromMs + Math.floor(((window.toMs - window.fromMs) / count) * index),
    side: (bits[0]! & 1) === 0 ? 'buy' : 'sell',
    price: `${37_000 + bits[1]!}.${1 + (bits[2]! % 9)}`,
    size: `0.${bits.readUInt32BE(4)}1`.slice(0, 12).replace(/0+$/, '1'),
  };
}
