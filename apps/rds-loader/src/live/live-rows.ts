import { decodeLiveEvent } from '@elias/contracts';
import type { DeadLetterReason, LiveEvent, LiveEventData, LiveEventType } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';

/** One live event as a row, with the record that it came in. */
export interface LiveRow<T extends LiveEventType = LiveEventType> {
  readonly record: ConsumedRecord;
  readonly data: LiveEventData<T>;
}

/** A trade as it was told first, and the offsets of all its tellings. */
export interface LiveTradeRow extends LiveRow<'live.trade'> {
  readonly offsets: string[];
}

/** Rows of one call, by their tables, each key once. */
export interface LiveRows {
  readonly trades: readonly LiveTradeRow[];
  readonly tickers: readonly LiveRow<'live.ticker'>[];
  readonly candles: readonly LiveRow<'live.candle'>[];
}

export interface RefusedRecord {
  readonly record: ConsumedRecord;
  readonly reason: DeadLetterReason | 'refused-by-store';
  readonly cause: unknown;
}

export interface TakenRecords {
  readonly rows: LiveRows;
  readonly refused: readonly RefusedRecord[];
  /** events that are older than what the tables keep */
  readonly expired: number;
}

/**
 * What a batch of records holds. Of tickers of one product, and of tellings of one candle, the last by the exchange's order is kept,
 * whatever the order of arrival; of a trade the first telling, as in the store.
 * @param keptFromMs trades and candles before it are passed over, milliseconds since the epoch
 */
export function takeLiveRecords(records: readonly ConsumedRecord[], keptFromMs: number): TakenRecords {
  const trades = new Map<string, LiveTradeRow>();
  const tickers = new Map<string, LiveRow<'live.ticker'>>();
  const candles = new Map<string, LiveRow<'live.candle'>>();
  const refused: RefusedRecord[] = [];
  let expired = 0;
  for (const record of records) {
    const decoded = decodeLiveEvent(record);
    if (decoded.kind === 'dead-letter') {
      refused.push({ record, reason: decoded.reason, cause: decoded.cause });
      continue;
    }
    const event = decoded.value;
    if (expiresAtMs(event) < keptFromMs) {
      expired += 1;
      continue;
    }
    switch (event.type) {
      case 'live.trade':
        putTelling(trades, { record, data: event.data, offsets: [record.offset] });
        break;
      case 'live.ticker':
        putLater(tickers, event.data.product_id, { record, data: event.data }, isLaterTicker);
        break;
      case 'live.candle':
        putLater(
          candles,
          `${event.data.product_id} ${event.data.granularity} ${event.data.started_at}`,
          { record, data: event.data },
          (a, b) => a.answered_at >= b.answered_at,
        );
        break;
    }
  }
  return { rows: { trades: [...trades.values()], tickers: inOrder(tickers), candles: inOrder(candles) }, refused, expired };
}

/** What is no instant is for the store to refuse. */
function expiresAtMs({ type, data }: LiveEvent): number {
  if (type === 'live.ticker') return Number.POSITIVE_INFINITY;
  return Date.parse(type === 'live.trade' ? data.traded_at : data.started_at);
}

function isLaterTicker(a: LiveEventData<'live.ticker'>, b: LiveEventData<'live.ticker'>): boolean {
  return a.trade_id === b.trade_id ? a.received_at >= b.received_at : a.trade_id > b.trade_id;
}

function putTelling(trades: Map<string, LiveTradeRow>, row: LiveTradeRow): void {
  const key = `${row.data.product_id} ${row.data.trade_id}`;
  const known = trades.get(key);
  if (known === undefined) trades.set(key, row);
  else known.offsets.push(...row.offsets);
}

function putLater<T extends LiveEventType>(
  rows: Map<string, LiveRow<T>>,
  key: string,
  row: LiveRow<T>,
  isLater: (a: LiveEventData<T>, b: LiveEventData<T>) => boolean,
): void {
  const known = rows.get(key);
  if (known === undefined || isLater(row.data, known.data)) rows.set(key, row);
}

/** Two writers that lock rows in the same order never wait for each other in a circle. */
function inOrder<T extends LiveEventType>(rows: ReadonlyMap<string, LiveRow<T>>): LiveRow<T>[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}
