import { aggregate, JSON_NUMBER, rowsOf, rowText } from './candle-row.js';
import type { CandleRow } from './candle-row.js';

function row(time: number, open: string, high: string, low: string, close: string, volume: string): CandleRow {
  return { time, low, high, open, close, volume };
}

it('aggregates: open of the oldest, close of the newest, extremes by value, volumes exactly', () => {
  const minutes = [
    row(660, '11', '12.0', '9.9', '10', '4.776e-05'),
    row(600, '10', '10.5', '10', '10.5', '1.5'),
    row(540, '100', '100', '100', '100', '7'),
    row(0, '3', '9', '2', '4', '0.1'),
  ];
  expect(aggregate(minutes, 300).map(rowText)).toEqual(['[600,9.9,12.0,10,10,1.50004776]', '[300,100,100,100,100,7]', '[0,2,9,3,4,0.1]']);
});

it('a bucket without a minute has no row', () => {
  expect(aggregate([row(3_600, '1', '1', '1', '1', '1'), row(0, '1', '1', '1', '1', '1')], 900).map(({ time }) => time)).toEqual([
    3_600, 0,
  ]);
  expect(aggregate([], 300)).toEqual([]);
});

it('compares prices as numbers, not as text', () => {
  const [hour] = aggregate([row(60, '9', '9.5', '9', '9', '1'), row(0, '10', '10.25', '10', '10', '1')], 3_600);
  expect(hour).toMatchObject({ high: '10.25', low: '9' });
});

it('reads rows back from slices', () => {
  const rows = [row(60, '1', '2', '0.5', '1e-7', '3'), row(0, '1', '1', '1', '1', '1')];
  expect(rowsOf([Buffer.from(rows.map(rowText).join(','))])).toEqual(rows);
  expect(rowsOf([])).toEqual([]);
});

it.each(['0', '1', '41835.0', '4.776e-05', '0.5', '1E+3'])('%s is a JSON number', (text) => {
  expect(JSON_NUMBER.test(text)).toBe(true);
  expect(typeof JSON.parse(text)).toBe('number');
});

it.each(['', '-1', '.5', '5.', '01', 'nan', '1e', '0x1', '1,2'])('"%s" is none that is served', (text) => {
  expect(JSON_NUMBER.test(text)).toBe(false);
});
