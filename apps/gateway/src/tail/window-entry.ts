import { checkWindowCsv } from '@elias/archive';
import { decodeWindowFacts, revisionToWire } from '@elias/contracts';
import type { MarketCandle, WindowFacts } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { ENTRY_OVERHEAD_BYTES, eventText } from './tail-entry.js';
import type { TailEntry } from './tail-entry.js';

const TYPE = 'market.candle';
const NOTHING: readonly Buffer[] = [];
/** Windows whose candles are kept as texts: clients that follow the same window come for it one right after the other. */
const EXPLODED_MAX = 4;

/**
 * Makes entries of window records. A window is told candle by candle, and its candles are made when the first client wants them; those of
 * the last few windows are kept.
 */
export class WindowEntries {
  private readonly exploded = new Map<TailEntry, readonly Buffer[]>();

  /** @param onBad hears of records that are no sound window of candles, and why */
  constructor(private readonly onBad: (cause: unknown) => void) {}

  entry(record: ConsumedRecord): TailEntry {
    const offset = BigInt(record.offset);
    const bytes = ENTRY_OVERHEAD_BYTES + (record.value?.length ?? 0);
    const nobodys: TailEntry = { offset, type: TYPE, productId: null, bytes: ENTRY_OVERHEAD_BYTES, texts: () => NOTHING };
    // a null value only tells the topic's compaction that no revision is left
    if (record.value === null) return nobodys;
    const decoded = decodeWindowFacts(record);
    if (decoded.kind === 'dead-letter') {
      this.onBad(decoded.cause);
      return nobodys;
    }
    const facts = decoded.value;
    const { value } = record;
    const entry: TailEntry = {
      offset,
      type: TYPE,
      productId: facts.window.productId,
      bytes,
      texts: () => this.texts(entry, record, value, facts),
    };
    return entry;
  }

  private texts(entry: TailEntry, record: ConsumedRecord, csv: Buffer, facts: WindowFacts): readonly Buffer[] {
    const known = this.exploded.get(entry);
    if (known !== undefined) return known;
    const checked = checkWindowCsv(csv, facts);
    if (checked.kind === 'dead-letter') this.onBad(checked.cause);
    const texts = checked.kind === 'dead-letter' ? NOTHING : candleTexts(record, csv, facts);
    this.exploded.set(entry, texts);
    const [oldest] = this.exploded.keys();
    if (this.exploded.size > EXPLODED_MAX && oldest !== undefined) this.exploded.delete(oldest);
    return texts;
  }
}

function candleTexts(record: ConsumedRecord, csv: Buffer, { window, origin, revision }: WindowFacts): Buffer[] {
  const [, ...lines] = csv.toString('utf8').trimEnd().split('\n');
  const of = { window_id: windowId(window), origin, revision: revisionToWire(revision) };
  return lines.map((line, row) => {
    const [product_id = '', , started_at = '', open = '', high = '', low = '', close = '', volume = ''] = line.split(',');
    const values = { product_id, granularity: window.granularity, started_at, open, high, low, close, volume };
    const data: MarketCandle = { ...values, ...of };
    const ceId = `${TYPE}:${product_id}:${window.granularity}:${started_at}:${revision.collectionId}`;
    return eventText({ type: TYPE, data, ceId }, { topic: record.topic, partition: record.partition, offset: record.offset, row });
  });
}
