import { columnNames, DATASET_MODELS } from '@elias/contracts';
import { compareRevisions, parseWindowId } from '@elias/market-data';
import pLimit from 'p-limit';
import { diffRows } from '../revisions/diff-rows.js';
import type { RowChange } from '../revisions/diff-rows.js';
import type { LedgerEntry, StoredWindow, WindowStore } from '../stored-window.js';

/** Windows read at once: each holds its rows twice. */
const WINDOWS_AT_ONCE = 4;

/** A window in which the shadow is not what the real schema is. */
export interface ShadowDifference {
  readonly window: string;
  /** what differs of the ledgers, in words; null when they agree */
  readonly ledger: string | null;
  readonly rows: { readonly real: number; readonly shadow: number };
  /** rows that differ, and the first of them, from real to shadow */
  readonly changed: number;
  readonly first: RowChange | null;
}

/** Compares windows, row by row and ledger by ledger; gives those that differ, in order, as they are found. */
export async function* compareShadow(
  windowIds: readonly string[],
  real: WindowStore,
  shadow: WindowStore,
): AsyncGenerator<ShadowDifference, void, undefined> {
  const limit = pLimit(WINDOWS_AT_ONCE);
  for (let at = 0; at < windowIds.length; at += WINDOWS_AT_ONCE) {
    const some = windowIds.slice(at, at + WINDOWS_AT_ONCE);
    const found = await Promise.all(
      some.map((id) =>
        limit(async () => {
          const window = parseWindowId(id);
          const [stands, shadowed] = await Promise.all([real.read(window), shadow.read(window)]);
          return windowDifference(id, stands, shadowed);
        }),
      ),
    );
    yield* found.filter((difference) => difference !== null);
  }
}

/** Null when both say the same of the window. */
export function windowDifference(id: string, real: StoredWindow, shadow: StoredWindow): ShadowDifference | null {
  const { dataset } = parseWindowId(id);
  const header = columnNames(DATASET_MODELS[dataset]).join(',');
  const csvOf = ({ rows }: StoredWindow): Buffer => Buffer.from([header, ...rows, ''].join('\n'));
  const ledger = ledgerDifference(real.ledger, shadow.ledger);
  const equal = real.rows.length === shadow.rows.length && real.rows.every((row, i) => row === shadow.rows[i]);
  if (equal && ledger === null) return null;
  const changes = equal ? [] : diffRows(dataset, csvOf(real), csvOf(shadow));
  return {
    ...{ window: id, ledger, rows: { real: real.rows.length, shadow: shadow.rows.length } },
    ...{ changed: changes.length, first: changes[0] ?? null },
  };
}

function ledgerDifference(real: LedgerEntry | null, shadow: LedgerEntry | null): string | null {
  if (real === null || shadow === null) return real === shadow ? null : `only ${real === null ? 'the shadow' : 'the real schema'} has it`;
  if (real.state !== shadow.state) return `${real.state} -> ${shadow.state}`;
  const order = compareRevisions(shadow.revision, real.revision);
  if (order !== 0) {
    const [from, to] = [real, shadow].map(({ revision }) => revision.collectionId.slice(-8));
    return `revision ${from} -> ${to}, which is ${order > 0 ? 'better' : 'worse'}`;
  }
  const fields = ['csvSha256', 'rowCount', 'noTrade', 'unknownRanges', 'openRanges'] as const;
  const field = fields.find((name) => real[name] !== shadow[name]);
  return field === undefined ? null : `${field} ${real[field]} -> ${shadow[field]}`;
}
