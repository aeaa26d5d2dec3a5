import { splitCsvLine } from '@elias/archive';
import { columnNames, DATASET_MODELS } from '@elias/contracts';
import type { Dataset } from '@elias/market-data';

/** What became of a row from one telling to another. */
export interface RowChange {
  /** values of the dataset's key columns, by name; of candles the start alone, since all else is the window's */
  readonly key: Readonly<Record<string, string>>;
  /** values that differ, old and new; null where there was no such row */
  readonly old: Readonly<Record<string, string>> | null;
  readonly new: Readonly<Record<string, string>> | null;
}

/**
 * The rows that differ between two tellings of a window, in the order of their keys. Both CSVs have their rows sorted by key.
 * @param before as it travels: header line first
 * @throws RangeError when a line is no line of the dataset
 */
export function diffRows(dataset: Dataset, before: Buffer, after: Buffer): RowChange[] {
  const { key } = DATASET_MODELS[dataset];
  const columns = columnNames(DATASET_MODELS[dataset]);
  const old = rowsByKey(before, columns, key);
  const young = rowsByKey(after, columns, key);
  const changes: RowChange[] = [];
  for (const [name, row] of old) {
    const now = young.get(name);
    if (now === undefined) changes.push({ key: only(row, key), old: without(row, key), new: null });
    else {
      const differing = columns.filter((column) => row[column] !== now[column]);
      if (differing.length > 0) changes.push({ key: only(row, key), old: only(row, differing), new: only(now, differing) });
    }
  }
  for (const [name, row] of young) if (!old.has(name)) changes.push({ key: only(row, key), old: null, new: without(row, key) });
  return changes.sort((a, b) => compareKeys(a.key, b.key, key));
}

type Row = Record<string, string>;

function rowsByKey(csv: Buffer, columns: readonly string[], key: readonly string[]): Map<string, Row> {
  const [, ...lines] = csv.toString('utf8').trimEnd().split('\n');
  return new Map(
    lines.map((line) => {
      const fields = splitCsvLine(line);
      if (fields?.length !== columns.length) throw new RangeError(`not a row: ${line.slice(0, 100)}`);
      const row = Object.fromEntries(columns.map((column, at) => [column, fields[at]!]));
      return [key.map((column) => row[column]).join('\n'), row];
    }),
  );
}

const only = (row: Row, columns: readonly string[]): Row => Object.fromEntries(columns.map((column) => [column, row[column]!]));
const without = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));

function compareKeys(a: RowChange['key'], b: RowChange['key'], key: readonly string[]): number {
  for (const column of key) {
    const [left, right] = [a[column]!, b[column]!];
    if (left === right) continue;
    const numeric = /^\d+$/.test(left) && /^\d+$/.test(right);
    return numeric ? Number(left) - Number(right) : left < right ? -1 : 1;
  }
  return 0;
}
