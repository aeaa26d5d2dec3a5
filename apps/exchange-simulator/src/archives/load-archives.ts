import { EliasError } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import { indexArchives, indexTrades } from './archive-windows.js';
import type { ArchiveObjects, TradesKeys } from './archive-windows.js';
import { ArchivedCandles, ArchivedWindows } from './archived-candles.js';
import { ArchivedTrades } from './archived-trades.js';
import { readTradesWindow } from './read-trades-window.js';
import type { TradeRows, TradesWindow } from './read-trades-window.js';

/** Trades of one product that are held in memory, about 660 MB; older ones are left out. */
const TRADES_MAX = 20_000_000;

/** The archives could not be listed or hold nothing of the market. */
export class ArchivesError extends EliasError {
  override readonly name = 'ArchivesError';
  readonly code = 'ELIAS_SIMULATOR_ARCHIVES_UNREADABLE';
  readonly disposition = 'stop';
}

/** What the archives hold, by product. */
export interface LoadedArchives {
  candles: Map<string, ArchivedCandles>;
  trades: Map<string, ArchivedTrades>;
}

/**
 * Finds the archived products below a prefix; `s3://bucket/prefix` names them.
 * @throws ArchivesError
 */
export async function loadArchives(objects: ArchiveObjects, prefix: string, logger: Logger): Promise<LoadedArchives> {
  try {
    const candles = new Map<string, ArchivedCandles>();
    for (const [productId, byGranularity] of await indexArchives(objects, prefix)) {
      const archives = new Map(
        [...byGranularity].map(([granularity, keys]) => [granularity, new ArchivedWindows(granularity, keys, objects, logger)]),
      );
      for (const windows of archives.values()) await windows.open();
      candles.set(productId, new ArchivedCandles(productId, archives));
    }
    const trades = new Map<string, ArchivedTrades>();
    for (const [productId, windows] of await indexTrades(objects, prefix)) {
      const tape = await tapeOf(productId, windows, objects, logger);
      if (tape !== null) trades.set(productId, tape);
    }
    if (candles.size + trades.size === 0) throw new ArchivesError(`no archives of candles or trades below "${prefix}"`);
    return { candles, trades };
  } catch (error) {
    if (error instanceof ArchivesError) throw error;
    throw new ArchivesError('the archives cannot be listed', { cause: error });
  }
}

/** Goes back from the newest window for as long as the ids go on. Null when no window can be read. */
async function tapeOf(
  productId: string,
  windows: readonly TradesKeys[],
  objects: ArchiveObjects,
  logger: Logger,
): Promise<ArchivedTrades | null> {
  const blocks: TradeRows[] = [];
  let last: TradesWindow | null = null;
  let held = 0;
  for (const { keys } of windows) {
    const window = await readTradesWindow(objects, keys, logger);
    if (window === null) break;
    last ??= window;
    const next = blocks[0]?.firstId ?? Number.POSITIVE_INFINITY;
    const rows = window.rows === null ? null : before(window.rows, next);
    if (rows !== null) {
      if (blocks.length > 0 && rows.firstId + rows.timesMs.length !== next) break;
      blocks.unshift(rows);
      held += rows.timesMs.length;
    }
    if (window.isBroken || held >= TRADES_MAX) break;
  }
  return last === null ? null : new ArchivedTrades(productId, blocks, last);
}

/** Trades that another window does not tell already: of a day beside its hours. */
function before(rows: TradeRows, tradeId: number): TradeRows | null {
  const count = Math.min(rows.timesMs.length, tradeId - rows.firstId);
  if (count <= 0) return null;
  const cut = ({ units, scale }: TradeRows['price']) => ({ units: units.subarray(0, count), scale });
  const { firstId, timesMs, price, size, makerBuys } = rows;
  return { firstId, timesMs: timesMs.subarray(0, count), price: cut(price), size: cut(size), makerBuys: makerBuys.subarray(0, count) };
}
