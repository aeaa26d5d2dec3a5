import { windowId } from '@elias/market-data';
import type { PoolClient } from '@elias/postgres';
import type { OfferedFacts } from '../offered-window.js';
import { isComparedStatement, noteLateStatement, removeLateStatement, settleLiveTradesStatement } from './feed-quality-sql.js';
import type { FeedQuality } from './quality-metrics.js';

/** A live trade that came after its window had settled. */
export interface LateTrade {
  product_id: string;
  trade_id: string;
  traded_at: Date;
}

/** What a transaction found of the live plane; counted once it stands. */
export interface FoundQuality {
  compared: FeedQuality[];
  late: number;
}

/**
 * Ends the live rows of a whole window of trades, and keeps what the live plane told of it, missed or altered. The first whole telling of a
 * window decides; of a later one the live rows are late.
 * @param client in the transaction that makes the window current, which holds its ledger row
 * @param keptFrom live trades before it may be gone, so that nothing is said of older windows
 */
export async function settleLiveTrades(client: PoolClient, { window, revision }: OfferedFacts, keptFrom: Date): Promise<FoundQuality> {
  const id = windowId(window);
  const place = [window.productId, new Date(window.fromMs), new Date(window.toMs)];
  const { rows: known } = await client.query<{ compared: boolean }>(isComparedStatement(), [id]);
  if (known[0]!.compared) {
    const { rows } = await client.query<LateTrade>(removeLateStatement(), place);
    return { compared: [], late: await noteLate(client, rows) };
  }
  const { rows } = await client.query<FeedQuality>(settleLiveTradesStatement(), [id, revision.collectionId, ...place, keptFrom]);
  return { compared: rows, late: 0 };
}

/** @returns how many of them had been missed */
export async function noteLate(client: PoolClient, trades: readonly LateTrade[]): Promise<number> {
  if (trades.length === 0) return 0;
  const columns = [
    trades.map(({ product_id }) => product_id),
    trades.map(({ trade_id }) => trade_id),
    trades.map(({ traded_at }) => traded_at),
  ];
  const { rows } = await client.query<{ trades: number }>(noteLateStatement(), columns);
  return rows.reduce((sum, { trades: count }) => sum + count, 0);
}
