import { cloudEventHeaders, columnNames, DATASET_MODELS, revisionToWire } from '@elias/contracts';
import type { MarketCandle, MarketTrade, WindowFacts } from '@elias/contracts';
import { windowId } from '@elias/market-data';
import type { OutgoingRecord } from '@elias/kafka';

/** One candle or trade of a window. */
export interface MarketEvent extends Omit<OutgoingRecord, 'topic' | 'partition'> {
  readonly key: string;
  /** when a candle was over, when a trade was made; milliseconds since the epoch */
  readonly atMs: number;
}

const TYPES = { candles: 'market.candle', trades: 'market.trade' } as const;
const HEADERS = { candles: columnNames(DATASET_MODELS.candles).join(','), trades: columnNames(DATASET_MODELS.trades).join(',') };

/** Whether the rows of a dataset are told one by one. */
export function isExploded(dataset: string): dataset is keyof typeof TYPES {
  return Object.hasOwn(TYPES, dataset);
}

/**
 * The rows of a window, or of whole lines of one, as events of their own; the header line is passed over.
 * @throws RangeError when the window is neither of candles nor of trades, or a line is none of it
 */
export function* explodeLines(
  { window, revision }: Pick<WindowFacts, 'window' | 'revision'>,
  csv: Uint8Array,
): Generator<MarketEvent, void, undefined> {
  const { dataset } = window;
  if (!isExploded(dataset)) throw new RangeError(`${dataset} are not told row by row`);
  const of = { window_id: windowId(window), origin: 'replay' as const, revision: revisionToWire(revision) };
  const text = Buffer.from(csv.buffer, csv.byteOffset, csv.byteLength).toString('utf8');
  let from = text.startsWith(HEADERS[dataset]) ? HEADERS[dataset].length + 1 : 0;
  while (from < text.length) {
    const end = text.indexOf('\n', from);
    if (end < 0) throw new RangeError('the last line has no end');
    const fields = text.slice(from, end).split(',');
    from = end + 1;
    yield dataset === 'candles' ? candleEvent(fields, window.granularity, of) : tradeEvent(fields, of);
  }
}

type Of = Pick<MarketCandle, 'window_id' | 'origin' | 'revision'>;

function candleEvent(
  [product_id, , started_at, open, high, low, close, volume]: readonly (string | undefined)[],
  granularity: number,
  of: Of,
): MarketEvent {
  if (product_id === undefined || started_at === undefined || open === undefined || high === undefined) throw notARow();
  if (low === undefined || close === undefined || volume === undefined) throw notARow();
  const data: MarketCandle = { product_id, granularity, started_at, open, high, low, close, volume, ...of };
  const recordKey = `${product_id}:${granularity}:${started_at}`;
  return event('market.candle', product_id, recordKey, data, Date.parse(started_at) + granularity * 1_000);
}

function tradeEvent(fields: readonly string[], of: Of): MarketEvent {
  const row = Object.fromEntries(HEADERS.trades.split(',').map((name, at) => [name, fields[at]]));
  const { product_id, trade_id, traded_at, side, price, size } = row;
  if (product_id === undefined || traded_at === undefined || price === undefined || size === undefined) throw notARow();
  if (side !== 'buy' && side !== 'sell') throw notARow();
  const data: MarketTrade = { product_id, trade_id: Number(trade_id), side, price, size, traded_at, ...of };
  return event('market.trade', product_id, `${product_id}:${trade_id}`, data, Date.parse(traded_at));
}

function event(
  type: (typeof TYPES)[keyof typeof TYPES],
  key: string,
  recordKey: string,
  data: MarketCandle | MarketTrade,
  atMs: number,
): MarketEvent {
  const telling = data.revision.collection_id;
  const headers = cloudEventHeaders({ type, source: 'cli', subject: key, recordKey, telling, contentType: 'application/json' });
  return { key, value: JSON.stringify(data), headers: { ...headers }, atMs };
}

const notARow = (): RangeError => new RangeError('not a row of the window');
