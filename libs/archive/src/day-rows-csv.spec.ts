import { columnNames, DATASET_MODELS } from '@elias/contracts';
import { ALL_PRODUCTS, dayWindowAt } from '@elias/market-data';
import { checkWindowCsv, csvSha256 } from './check-window-csv.js';
import { checkDayRows, encodeDayCsv } from './day-rows-csv.js';
import type { DayRow } from './day-rows-csv.js';

const DAY_MS = Date.UTC(2023, 11, 1);
const stats = dayWindowAt('asset_stats_daily', 'BTC-USD', DAY_MS);
const discounts = dayWindowAt('asset_discounts_daily', ALL_PRODUCTS, DAY_MS);
const top = dayWindowAt('discounts_7d', ALL_PRODUCTS, DAY_MS);
const hash = 'a'.repeat(64);

const statsRow = (more: DayRow = {}): DayRow => ({
  ...{ product_id: 'BTC-USD', as_of_date: '2023-12-01', open: '1', high: '2.5', low: '0.5', close: '2', close_date: '2023-12-01' },
  ...{ volume: '3', quote_volume: '6', vwap: '2', vwap_source: 'candles', trade_count: null, return_1d: '-0.1', return_7d: null },
  ...{ return_30d: null, rv_1d: null, vol_30d: null, partial: false, mismatch: null },
  ...{ present_minutes: 1_440, no_trade_minutes: 0, unknown_minutes: 0, open_minutes: 0, definition_version: 1, inputs_hash: hash },
  ...more,
});
const discountRow = (product_id: string, span_days: number): DayRow => ({
  ...{ product_id, as_of_date: '2023-12-01', span_days, close: '1', missing: null, present_days: 8, no_trade_days: 0, unknown_days: 0 },
  ...{ definition_version: 1, inputs_hash: hash },
});
const lines = (csv: Buffer): string[] => csv.toString().split('\n').slice(1, -1);

it('writes rows under their header, by key, nothing for what is null', () => {
  const csv = encodeDayCsv(stats, [statsRow()]);
  expect(csv.toString()).toBe(
    `${columnNames(DATASET_MODELS.asset_stats_daily).join(',')}\n` +
      `BTC-USD,2023-12-01,1,2.5,0.5,2,2023-12-01,3,6,2,candles,,-0.1,,,,,false,,1440,0,0,0,1,${hash}\n`,
  );
  expect(checkDayRows(csv, stats)).toBe(1);
});

it('sorts by key, numbers as numbers', () => {
  const rows = [discountRow('ETH-USD', 30), discountRow('BTC-USD', 30), discountRow('BTC-USD', 7), discountRow('ETH-USD', 365)];
  expect(lines(encodeDayCsv(discounts, rows)).map((line) => line.split(',').slice(0, 3).join())).toEqual([
    'BTC-USD,2023-12-01,7',
    'BTC-USD,2023-12-01,30',
    'ETH-USD,2023-12-01,30',
    'ETH-USD,2023-12-01,365',
  ]);
});

it('a day of which nothing qualifies is its header alone', () => {
  const csv = encodeDayCsv(top, []);
  expect(checkDayRows(csv, top)).toBe(0);
  expect(checkWindowCsv(csv, { window: top, rowCount: 0, csvSha256: csvSha256(csv) })).toEqual({ kind: 'ok', value: { rows: 0 } });
  expect(checkWindowCsv(csv, { window: top, rowCount: 1, csvSha256: csvSha256(csv) })).toMatchObject({ reason: 'wrong-rows' });
});

it.each<[string, DayRow]>([
  ['is outside the window', { as_of_date: '2023-12-02' }],
  ['is not of BTC-USD', { product_id: 'ETH-USD' }],
  ['has no decimal for open', { open: '1.0' }],
  ['has no decimal for open', { open: '1e5' }],
  ['has no decimal for high', { high: '123456789012345' }],
  ['has no decimal for rv_1d', { rv_1d: '0.123456789' }],
  ['has no boolean for partial', { partial: 'yes' }],
  ['has no boolean for partial', { partial: null }],
  ['has no date for close_date', { close_date: '2023-02-30' }],
  ['has no integer for present_minutes', { present_minutes: 1.5 }],
  ['has no integer for present_minutes', { present_minutes: -1 }],
  ['has no text for inputs_hash', { inputs_hash: 'x'.repeat(65) }],
  ['has no text for vwap_source', { vwap_source: ' candles' }],
  ['has no text for vwap_source', { vwap_source: 'can\tdles' }],
])('refuses a row that %s', (reason, wrong) => {
  expect(() => encodeDayCsv(stats, [statsRow(wrong)])).toThrow(RangeError);
  expect(() => encodeDayCsv(stats, [statsRow(wrong)])).toThrow(`line 2 ${reason}`);
});

it('quotes a text with a comma or a quote in it, and takes no other quotes', () => {
  const window = dayWindowAt('products', ALL_PRODUCTS, DAY_MS);
  const product = (product_id: string, status_message: string | null): DayRow => ({ product_id, as_of_date: '2023-12-01', status_message });
  const csv = encodeDayCsv(window, [product('B-USD', null), product('A-USD', 'halted, see "status"')]);
  const nothing = ','.repeat(10);
  expect(lines(csv)).toEqual([`A-USD,2023-12-01,,,,"halted, see ""status"""${nothing}`, `B-USD,2023-12-01,,,,${nothing}`]);
  expect(checkDayRows(csv, window)).toBe(2);
  const alter = (from: string, to: string): unknown => checkDayRows(Buffer.from(csv.toString().replace(from, to)), window);
  expect(alter('B-USD', '"B-USD"')).toBe('line 3 has not the columns of products');
  expect(alter('see ""status""', 'see "status"')).toBe('line 2 has not the columns of products');
  expect(alter('"halted, see ""status"""', 'halted, see')).toBe('line 2 has not the columns of products');
});

it('refuses a key that is there twice', () => {
  expect(() => encodeDayCsv(discounts, [discountRow('BTC-USD', 7), discountRow('BTC-USD', 7)])).toThrow('line 3 does not rise');
});

it.each([
  ['another header', (csv: string) => csv.replace('as_of_date', 'as_of')],
  ['no line feed at its end', (csv: string) => csv.slice(0, -1)],
  ['a carriage return', (csv: string) => csv.replaceAll('\n', '\r\n')],
  ['an empty line', (csv: string) => `${csv}\n`],
])('refuses %s', (_, alter) => {
  const csv = Buffer.from(alter(encodeDayCsv(stats, [statsRow()]).toString()));
  expect(typeof checkDayRows(csv, stats)).toBe('string');
});
