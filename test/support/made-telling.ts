import { createHash } from 'node:crypto';
import { csvSha256, encodeCandlesCsv } from '@elias/archive';
import { encodeWindowRecord } from '@elias/contracts';
import type { EncodedRecord, WindowFacts } from '@elias/contracts';
import type { Candle, Revision } from '@elias/market-data';
import { candleWindowAt, coverageOf, formatInstant } from '@elias/market-data';
import type { PeriodState } from '@elias/market-data';

export interface WantedTelling {
  productId?: string;
  /** first instant of the window's day */
  day?: string;
  /** names the telling: the same name gives the same collection id */
  telling: string;
  /** names the content; by default the telling's name. The same name gives the same values */
  content?: string;
  /** minutes of the day that have a candle; default 0, 1 and 3 */
  minutes?: readonly number[];
  /** minutes that nobody knows; the others have no trade */
  unknown?: readonly number[];
  collectedAt?: string;
  /** makes the CSV wrong; its hash is then right all the same */
  alter?: (csv: string) => string;
}

export interface MadeTelling {
  facts: WindowFacts;
  csv: Buffer;
  candles: Candle[];
  record: EncodedRecord;
}

/** A day of 1-minute candles with values that follow from names, as a test wants it. */
export function madeTelling(wanted: WantedTelling): MadeTelling {
  const { productId = 'BTC-USD', day = '2023-12-01', telling, content = telling, minutes = [0, 1, 3], unknown = [] } = wanted;
  const window = candleWindowAt(productId, 60, Date.parse(`${day}T00:00:00Z`));
  const states = Array.from({ length: 1_440 }, (_, minute): PeriodState => {
    if (minutes.includes(minute)) return 'present';
    return unknown.includes(minute) ? 'unknown' : 'no_trade';
  });
  const candles = minutes.map((minute) => madeCandle(window.fromMs + minute * 60_000, content));
  const right = encodeCandlesCsv(window, candles);
  const csv = wanted.alter === undefined ? right : Buffer.from(wanted.alter(right.toString()));
  const coverage = coverageOf(window, states);
  const revision: Revision = {
    unknown: coverage.unknown,
    open: 0,
    collectedAtMs: Date.parse(wanted.collectedAt ?? '2023-12-02T00:15:00Z'),
    collectionId: madeId(`collection ${telling}`),
  };
  const asked = { requestId: madeId(`request ${telling}`), runId: madeId('run'), origin: 'scheduled' as const };
  const facts = { schemaVersion: 1, window, revision, rowCount: candles.length, coverage, csvSha256: csvSha256(csv), ...asked };
  return { facts, csv, candles, record: encodeWindowRecord(facts, csv, 'test') };
}

/** A UUIDv7-shaped id that follows from a name. */
export function madeId(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function madeCandle(startedAtMs: number, content: string): Candle {
  const bytes = createHash('sha256')
    .update(`${content} ${formatInstant(startedAtMs)}`)
    .digest();
  const low = 100 + bytes.readUInt16BE(0);
  return { startedAtMs, open: `${low}.5`, high: `${low + 2}`, low: `${low}`, close: `${low + 1}`, volume: `0.${bytes.readUInt16BE(2)}1` };
}
