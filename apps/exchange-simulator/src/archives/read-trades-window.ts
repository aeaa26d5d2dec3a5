import { openStreamed } from '@elias/archive';
import type { StreamedArchive } from '@elias/archive';
import type { Logger } from '@elias/telemetry';
import type { ArchiveObjects } from './archive-windows.js';
import { isBetter } from './read-window.js';

/** Decimals as whole numbers of 10^-scale. */
interface Decimals {
  units: Float64Array;
  scale: number;
}

/** Trades whose ids go on without a hole, oldest first. */
export interface TradeRows {
  firstId: number;
  timesMs: Float64Array;
  price: Decimals;
  size: Decimals;
  /** 1 where the maker bought; archives name the taker's side */
  makerBuys: Uint8Array;
}

/** What the best revision of one window of trades tells. */
export interface TradesWindow {
  toMs: number;
  collectedAtMs: number;
  /** it was sealed before it had ended */
  isOpen: boolean;
  /** after its last hole; null where there is no trade */
  rows: TradeRows | null;
  /** whether ids are missing before `rows` */
  isBroken: boolean;
}

/** Reads the best of a window's revisions that can be read; null when none can. @param keys of its revisions */
export async function readTradesWindow(objects: ArchiveObjects, keys: readonly string[], logger: Logger): Promise<TradesWindow | null> {
  const left = (key: string, error: unknown): void => logger.warn({ key, error }, 'archive left out, it cannot be read');
  const opened: { key: string; archive: StreamedArchive }[] = [];
  for (const key of keys) {
    try {
      opened.push({ key, archive: openStreamed(await objects.get(key)) });
    } catch (error) {
      left(key, error);
    }
  }
  const telling = ({ manifest: { revision } }: StreamedArchive) => ({ missing: revision.unknown + revision.open, ...revision });
  opened.sort((a, b) => (isBetter(telling(a.archive), telling(b.archive)) ? -1 : 1));
  for (const { key, archive } of opened) {
    try {
      const { window, revision } = archive.manifest;
      const { rows, isBroken } = await lastChain(archive);
      return { toMs: window.toMs, collectedAtMs: revision.collectedAtMs, isOpen: revision.open > 0, rows, isBroken };
    } catch (error) {
      left(key, error);
    }
  }
  return null;
}

async function lastChain({ manifest, csv }: StreamedArchive): Promise<{ rows: TradeRows | null; isBroken: boolean }> {
  let chain = new ChainOfTrades(manifest.rowCount);
  let isBroken = manifest.revision.unknown > 0;
  let columns: readonly string[] | null = null;
  for await (const line of linesOf(csv.chunks())) {
    const cells = line.split(',');
    if (columns === null) {
      columns = cells;
      continue;
    }
    const names = columns;
    const cell = (name: string): string => cells[names.indexOf(name)] ?? '';
    const tradeId = Number(cell('trade_id'));
    if (!chain.goesOnWith(tradeId)) {
      chain = new ChainOfTrades(manifest.rowCount);
      isBroken = true;
    }
    chain.add(tradeId, Date.parse(cell('traded_at')), cell('price'), cell('size'), cell('side') === 'sell');
  }
  return { rows: chain.rows(), isBroken };
}

/** Collects trades, each in 33 bytes. */
class ChainOfTrades {
  private readonly ids: { first: number; count: number } = { first: 0, count: 0 };
  private readonly timesMs: Float64Array;
  private readonly price: DecimalColumn;
  private readonly size: DecimalColumn;
  private readonly makerBuys: Uint8Array;

  constructor(max: number) {
    this.timesMs = new Float64Array(max);
    this.price = new DecimalColumn(max);
    this.size = new DecimalColumn(max);
    this.makerBuys = new Uint8Array(max);
  }

  goesOnWith(tradeId: number): boolean {
    return this.ids.count === 0 || tradeId === this.ids.first + this.ids.count;
  }

  add(tradeId: number, timeMs: number, price: string, size: string, makerBuys: boolean): void {
    const { count } = this.ids;
    if (count === 0) this.ids.first = tradeId;
    this.timesMs[count] = timeMs;
    this.price.put(count, price);
    this.size.put(count, size);
    this.makerBuys[count] = makerBuys ? 1 : 0;
    this.ids.count += 1;
  }

  rows(): TradeRows | null {
    const { first, count } = this.ids;
    if (count === 0) return null;
    return {
      firstId: first,
      timesMs: this.timesMs.subarray(0, count),
      price: this.price.first(count),
      size: this.size.first(count),
      makerBuys: this.makerBuys.subarray(0, count),
    };
  }
}

/** Decimals of at most 15 digits, which a double holds exactly; the scale is that of the finest. */
class DecimalColumn {
  private readonly units: Float64Array;
  private readonly scales: Uint8Array;

  constructor(max: number) {
    this.units = new Float64Array(max);
    this.scales = new Uint8Array(max);
  }

  put(index: number, text: string): void {
    const [whole = '', fraction = ''] = text.split('.');
    this.units[index] = Number(whole + fraction);
    this.scales[index] = fraction.length;
  }

  /** @throws RangeError where a value has more digits than a double holds */
  first(count: number): Decimals {
    const scale = this.scales.subarray(0, count).reduce((most, one) => Math.max(most, one), 0);
    const units = this.units.subarray(0, count).map((one, i) => Math.round(one * 10 ** (scale - this.scales[i]!)));
    if (!units.every(Number.isSafeInteger)) throw new RangeError('a price or size is no decimal, or has too many digits');
    return { units, scale };
  }
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
