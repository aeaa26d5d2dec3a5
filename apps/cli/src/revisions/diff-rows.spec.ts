import { diffRows } from './diff-rows.js';

const HEADER = 'product_id,granularity,started_at,open,high,low,close,volume';
const csv = (...rows: string[]): Buffer => Buffer.from(`${[HEADER, ...rows].join('\n')}\n`);
const row = (minute: number, close: string): string => `BTC-USD,60,2023-12-01T00:0${minute}:00Z,1,2,1,${close},5`;

it('tells what is gone, new and changed, in order', () => {
  const changes = diffRows('candles', csv(row(0, '1'), row(1, '1'), row(3, '2')), csv(row(1, '1.5'), row(2, '2'), row(3, '2')));
  const key = (minute: number): object => ({ product_id: 'BTC-USD', granularity: '60', started_at: `2023-12-01T00:0${minute}:00Z` });
  const values = (close: string): object => ({ open: '1', high: '2', low: '1', close, volume: '5' });
  expect(changes).toEqual([
    { key: key(0), old: values('1'), new: null },
    { key: key(1), old: { close: '1' }, new: { close: '1.5' } },
    { key: key(2), old: null, new: values('2') },
  ]);
});

it('tells nothing of equal ones, and of empty ones', () => {
  expect(diffRows('candles', csv(row(0, '1')), csv(row(0, '1')))).toEqual([]);
  expect(diffRows('candles', csv(), csv())).toEqual([]);
});

it('refuses what is no row of the dataset', () => {
  expect(() => diffRows('candles', csv('BTC-USD,60'), csv())).toThrow(RangeError);
});
