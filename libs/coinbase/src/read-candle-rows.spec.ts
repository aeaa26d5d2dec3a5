import { BadAnswerError, ValueDoesNotFitError } from './coinbase-errors.js';
import type { CandleSource } from './parse-candle-page.js';
import { readCandleRows } from './read-candle-rows.js';

const MINUTE_MS = 60_000;
const start = Date.UTC(2023, 11, 1);
const page = { startMs: start, endMs: start + 4 * MINUTE_MS };
const request = { path: '/x', page, granularity: 60 as const, answeredAtMs: start + 86_400_000 };
/** A row `minute` minutes after the page's start, as the exchange would write it. */
const row = (minute: number, low = '1', high = '3', open = '2', close = '2.5', volume = '7'): CandleSource => [
  String(start / 1_000 + minute * 60),
  low,
  high,
  open,
  close,
  volume,
];
const minutes = (rows: CandleSource[], answeredAtMs: number | null = request.answeredAtMs): number[] =>
  readCandleRows(rows, { ...request, answeredAtMs }).map(({ startedAtMs }) => (startedAtMs - start) / MINUTE_MS);

it('puts each value in its place, in canonical form', () => {
  expect(readCandleRows([row(1, '0.08990000', '41835.0', '1e1', '12.50', '4.776e-05')], request)).toEqual([
    { startedAtMs: start + MINUTE_MS, open: '10', high: '41835', low: '0.0899', close: '12.5', volume: '0.00004776' },
  ]);
});

it('gives time order, whatever the order of the answer', () => {
  expect(minutes([row(3), row(2), row(0)])).toEqual([0, 2, 3]);
  expect(minutes([row(0), row(3), row(2)])).toEqual([0, 2, 3]);
  expect(minutes([])).toEqual([]);
});

it('keeps the first of two rows of one period', () => {
  const candles = readCandleRows([row(2, '1', '3', '2', '2.1'), row(1), row(2, '1', '3', '2', '2.9')], request);
  expect(candles.map(({ close }) => close)).toEqual(['2.5', '2.1']);
});

it('drops rows outside the page, both ends being inside', () => {
  expect(minutes([row(5), row(4), row(0), row(-1)])).toEqual([0, 4]);
});

it('drops rows of periods that were not over for the settle delay when the exchange answered', () => {
  expect(minutes([row(2), row(1), row(0)], start + 3 * MINUTE_MS)).toEqual([0, 1]);
  expect(minutes([row(2), row(1), row(0)], start + 3 * MINUTE_MS - 1)).toEqual([0]);
  expect(minutes([row(2), row(1), row(0)], null)).toEqual([]);
});

it.each([
  ['a start off the grid', ['1701388801', '1', '3', '2', '2', '7'] as const],
  ['a start that is no whole second', ['1701388800.5', '1', '3', '2', '2', '7'] as const],
  ['a start beyond all time', ['1e300', '1', '3', '2', '2', '7'] as const],
  ['high below low', row(1, '3', '1', '2', '2')],
  ['an open below the low', row(1, '1', '3', '0.5', '2')],
  ['a close above the high', row(1, '1', '3', '2', '3.1')],
  ['a negative price', row(1, '-1', '3', '2', '2')],
  ['a negative volume', row(1, '1', '3', '2', '2', '-0.1')],
])('refuses %s', (_name, bad) => {
  expect(() => readCandleRows([row(3), bad], request)).toThrow(BadAnswerError);
});

it('refuses a bad row even where it would be dropped', () => {
  expect(() => readCandleRows([row(99, '3', '1')], request)).toThrow(BadAnswerError);
});

it.each([
  ['a price with 11 decimals', row(1, '0.00000000001', '3', '2', '2')],
  ['a price of 15 digits', row(1, '1', '100000000000000', '2', '2')],
  ['a volume with 11 decimals', row(1, '1', '3', '2', '2', '1e-11')],
  ['an exponent beyond all bounds', row(1, '1', '3', '2', '2', '1e-99999')],
])('never cuts %s to fit', (_name, bad) => {
  expect(() => readCandleRows([bad], request)).toThrow(ValueDoesNotFitError);
});

it('does not mind what does not fit in rows that it drops', () => {
  expect(minutes([row(9, '0.00000000001'), row(1)])).toEqual([1]);
});
