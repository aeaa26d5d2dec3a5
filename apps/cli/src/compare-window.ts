import { splitCsvLine } from '@elias/archive';
import type { Manifest } from '@elias/archive';
import { DATASET_MODELS, ledgerRanges } from '@elias/contracts';
import { compareRevisions } from '@elias/market-data';
import type { Dataset } from '@elias/market-data';
import type { StoredWindow } from './stored-window.js';

/** What the archive holds: the manifest of the best sealed revision and its CSV. */
export interface ArchivedWindow {
  readonly manifest: Pick<Manifest, 'window' | 'revision' | 'rowCount' | 'coverage' | 'csvSha256'>;
  readonly csv: Uint8Array;
}

/**
 * The first thing in which a store differs from the archive, in words for people, or null when they are equal: the ledger names the
 * best sealed revision or one with its content, its counts and ranges are the manifest's, and every row and column agrees.
 */
export function storeDifference({ manifest, csv }: ArchivedWindow, stored: StoredWindow): string | null {
  return ledgerDifference(manifest, stored) ?? rowDifference(manifest.window.dataset, linesOf(csv), stored.rows);
}

function ledgerDifference(manifest: ArchivedWindow['manifest'], { ledger }: StoredWindow): string | null {
  if (ledger === null) return 'its ledger has no such window';
  if (ledger.state !== 'loaded') return `its ledger says ${ledger.state}`;
  const sameContent = ledger.csvSha256 === manifest.csvSha256;
  if (!sameContent && compareRevisions(ledger.revision, manifest.revision) !== 0) {
    return `its ledger names collection ${ledger.revision.collectionId}, the best sealed one is ${manifest.revision.collectionId}`;
  }
  if (!sameContent) return `its ledger has content ${ledger.csvSha256.slice(0, 12)}, the archive ${manifest.csvSha256.slice(0, 12)}`;
  const { window, coverage } = manifest;
  const ranges = ledgerRanges(window, coverage);
  const expected: Record<string, string | number> = {
    rows: manifest.rowCount,
    'periods without a trade': coverage.noTrade,
    'unknown periods': ranges.unknown,
    'open periods': ranges.open,
  };
  const told: Record<string, string | number> = {
    rows: ledger.rowCount,
    'periods without a trade': ledger.noTrade,
    'unknown periods': ledger.unknownRanges,
    'open periods': ledger.openRanges,
  };
  const wrong = Object.keys(expected).find((name) => expected[name] !== told[name]);
  return wrong === undefined ? null : `its ledger has ${wrong} "${told[wrong]}", the manifest "${expected[wrong]}"`;
}

/** The first row in which a place differs from the archive, in words for people, or null. */
export function rowDifference(dataset: Dataset, archived: readonly string[], stored: readonly string[]): string | null {
  const rows = Math.max(archived.length, stored.length);
  for (let i = 0; i < rows; i += 1) {
    if (archived[i] === stored[i]) continue;
    if (stored[i] === undefined) return `${archived.length - stored.length} rows are missing at its end, first ${archived[i]}`;
    if (archived[i] === undefined) return `${stored.length - archived.length} rows too many at its end, first ${stored[i]}`;
    return `row ${i + 1} is ${describeRow(dataset, stored[i]!, archived[i]!)}`;
  }
  return null;
}

/** What tells a row from the others of its window, where that is not the first of its key. */
const NAMED_BY: Partial<Record<Dataset, string>> = { candles: 'started_at', trades: 'trade_id' };

/** @param where the other one is from */
export function describeRow(dataset: Dataset, stored: string, archived: string, where = 'in the archive'): string {
  const [have, want] = [splitCsvLine(stored) ?? [], splitCsvLine(archived) ?? []];
  const { key, columns: model } = DATASET_MODELS[dataset];
  const columns = model.map(({ name }) => name);
  const at = columns.findIndex((_, i) => have[i] !== want[i]);
  // what the window has in common with all its rows tells nothing
  const named = columns.indexOf(NAMED_BY[dataset] ?? key.find((name) => name !== 'as_of_date')!);
  if (have[named] !== want[named]) return `of ${have[named]}, ${where} of ${want[named]}`;
  return `of ${have[named]} and has ${columns[at]} ${have[at]}, ${where} ${want[at]}`;
}

/** Rows of a CSV without its header line. */
export function linesOf(csv: Uint8Array): string[] {
  const lines = new TextDecoder().decode(csv).split('\n');
  return lines.slice(1, -1);
}
