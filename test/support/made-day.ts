import { csvSha256, encodeDayCsv } from '@elias/archive';
import type { DayRow } from '@elias/archive';
import { encodeWindowRecord } from '@elias/contracts';
import type { DayWindow, Revision } from '@elias/market-data';
import { madeId } from './made-telling.js';
import type { MadeTelling } from './made-telling.js';

/** A day of stats with everything that travels with it. @param telling names the collection; later ones are better by their time */
export function madeDay(window: DayWindow, rows: readonly DayRow[], telling: string, collectedAt = '2023-12-02T00:20:00Z'): MadeTelling {
  const csv = encodeDayCsv(window, rows);
  const coverage = { present: 1, noTrade: 0, unknown: 0, open: 0, unknownRanges: [], openRanges: [] };
  const revision: Revision = { unknown: 0, open: 0, collectedAtMs: Date.parse(collectedAt), collectionId: madeId(`collection ${telling}`) };
  const asked = { requestId: madeId(`request ${telling}`), runId: madeId('run'), origin: 'scheduled' as const };
  const facts = { schemaVersion: 1, window, revision, rowCount: rows.length, coverage, csvSha256: csvSha256(csv), ...asked };
  return { facts, csv, candles: [], record: encodeWindowRecord(facts, csv, 'test') };
}
