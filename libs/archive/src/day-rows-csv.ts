import type { Column, DatasetModel } from '@elias/contracts';
import { columnNames, DATASET_MODELS } from '@elias/contracts';
import type { DayWindow } from '@elias/market-data';
import { ALL_PRODUCTS, canonicalDecimal, canonicalText, fitsDecimal, formatInstant } from '@elias/market-data';
import { csvField, splitCsvLine } from './csv-fields.js';

export type DayValue = string | number | boolean | null;
/** A row of a day's dataset, by column. Decimals are canonical text; null is an empty field. */
export type DayRow = Readonly<Record<string, DayValue>>;

/** A line stays below this, so that what an archive may inflate to is bounded. */
export const DAY_ROW_BYTES_MAX = 1_024;

/**
 * A day's rows as CSV: header line, then the rows by their keys, LF at the end of each, UTF-8, quoted only where a text
 * has a comma or a quote in it.
 * @param rows in any order
 * @throws RangeError when `checkDayRows` would refuse what comes out
 */
export function encodeDayCsv(window: DayWindow, rows: readonly DayRow[]): Buffer {
  const model = DATASET_MODELS[window.dataset];
  const names = columnNames(model);
  const sorted = rows.toSorted((a, b) =>
    compareKeys(
      keyOf(model, (name) => text(a[name])),
      keyOf(model, (name) => text(b[name])),
    ),
  );
  const lines = [names.join(','), ...sorted.map((row) => names.map((name) => csvField(text(row[name]))).join(','))];
  const csv = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  const checked = checkDayRows(csv, window);
  if (typeof checked === 'string') throw new RangeError(checked);
  return csv;
}

/**
 * Reads a day window's CSV: header, columns of each row, canonical values that fit the stores, the window's product and day, keys
 * strictly rising.
 * @returns the number of rows, or what is wrong with the first wrong line (its number counts the header as 1)
 */
export function checkDayRows(csv: Uint8Array, window: DayWindow): number | string {
  const model = DATASET_MODELS[window.dataset];
  const names = columnNames(model);
  const [header, ...lines] = Buffer.from(csv.buffer, csv.byteOffset, csv.byteLength).toString('utf8').split('\n');
  if (header !== names.join(',')) return `line 1 is not the header of ${model.name}`;
  if (lines.pop() !== '') return 'the last line has no end';
  const day = formatInstant(window.fromMs).slice(0, 10);
  const { time } = model.place;
  let last: readonly string[] | null = null;
  for (const [i, line] of lines.entries()) {
    const fields = splitCsvLine(line);
    const at = `line ${i + 2}`;
    if (fields?.length !== names.length || line.length > DAY_ROW_BYTES_MAX) return `${at} has not the columns of ${model.name}`;
    const wrong = model.columns.find((column, j) => !isValue(column, fields[j]!));
    if (wrong !== undefined) return `${at} has no ${wrong.type.kind} for ${wrong.name} as the stores take it`;
    const value = (name: string): string => fields[names.indexOf(name)]!;
    if (value(time) !== day) return `${at} is outside the window`;
    if (window.productId !== ALL_PRODUCTS && value('product_id') !== window.productId) return `${at} is not of ${window.productId}`;
    const key = keyOf(model, value);
    if (last !== null && compareKeys(last, key) >= 0) return `${at} does not rise above the line before`;
    last = key;
  }
  return lines.length;
}

/** What a key sorts by: numbers by their value, other texts by bytes, as both stores have it. */
function keyOf(model: DatasetModel, valueOf: (name: string) => string): string[] {
  const isNumber = new Set(model.columns.filter(({ type }) => type.kind === 'integer').map(({ name }) => name));
  return model.key.map((name) => (isNumber.has(name) ? valueOf(name).padStart(10, '0') : valueOf(name)));
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at === -1 ? 0 : a[at]! < b[at]! ? -1 : 1;
}

function text(value: DayValue | undefined): string {
  return value === null || value === undefined ? '' : String(value);
}

function isValue({ type, nullable }: Column, field: string): boolean {
  if (field === '') return nullable === true;
  switch (type.kind) {
    case 'text':
      return Buffer.byteLength(field) <= type.maxBytes && canonicalText(field) === field;
    case 'bigint':
      return /^(?:0|[1-9]\d{0,15})$/.test(field);
    case 'integer':
      return /^(?:0|[1-9]\d{0,8})$/.test(field);
    case 'boolean':
      return field === 'true' || field === 'false';
    case 'date':
      return isInstant(`${field}T00:00:00Z`);
    case 'instant':
      return isInstant(field);
    case 'decimal':
      return isCanonical(field) && fitsDecimal(field, type);
  }
}

function isInstant(value: string): boolean {
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && formatInstant(ms) === value;
}

function isCanonical(value: string): boolean {
  try {
    return canonicalDecimal(value) === value;
  } catch {
    return false;
  }
}
