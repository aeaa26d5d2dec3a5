import { csvSha256, encodeCandlesCsv } from '@elias/archive';
import { encodeWindowRecord } from '@elias/contracts';
import type { Candle, CandleWindow, PeriodState, Revision } from '@elias/market-data';
import { coverageOf, periodCount } from '@elias/market-data';
import { madeId } from './made-telling.js';
import type { MadeTelling } from './made-telling.js';

/** A window of exactly these candles. @param stateOf what is known of the other periods; by default they had no trade */
export function toldCandles(
  window: CandleWindow,
  candles: readonly Candle[],
  telling: string,
  {
    collectedAt = '2024-02-02T00:15:00Z',
    stateOf = (): PeriodState => 'no_trade',
  }: { collectedAt?: string; stateOf?: (period: number) => PeriodState } = {},
): MadeTelling {
  const widthMs = window.granularity * 1_000;
  const present = new Set(candles.map(({ startedAtMs }) => (startedAtMs - window.fromMs) / widthMs));
  const states = Array.from({ length: periodCount(window) }, (_, period) => (present.has(period) ? 'present' : stateOf(period)));
  const csv = encodeCandlesCsv(window, candles);
  const coverage = coverageOf(window, states);
  const revision: Revision = {
    unknown: coverage.unknown,
    open: coverage.open,
    collectedAtMs: Date.parse(collectedAt),
    collectionId: madeId(`collection ${telling}`),
  };
  const asked = { requestId: madeId(`request ${telling}`), runId: madeId('run'), origin: 'scheduled' as const };
  const facts = { schemaVersion: 1, window, revision, rowCount: candles.length, coverage, csvSha256: csvSha256(csv), ...asked };
  return { facts, csv, candles: [...candles], record: encodeWindowRecord(facts, csv, 'test') };
}
