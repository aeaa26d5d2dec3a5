import { discountLines, discountsOf } from './discount-lines.js';
import type { Discounts } from './discount-lines.js';

const { signal } = new AbortController();
const row = (rank: number, product_id: string): Discounts['discounts'][number] => ({
  ...{ rank, product_id, price: '0.0000135312', reference_price: '12345678.1234567891', discount: '0.39946738', discount_to_high: null },
});
const table = (days: number, discounts = [row(1, 'BONK-USD')]): Discounts => ({ as_of_date: '2023-12-01', days, discounts, left_out: [] });

it('are two tables that fit 80 columns', () => {
  const lines = discountLines([table(7, [row(1, '1000SATS-USD'), row(2, 'BTC-USD')]), table(30)]);
  expect(lines.map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
    '',
    'Furthest below the price of 7 days before, 2023-12-01',
    'product price 7 days before discount below high',
    '1 1000SATS-USD 0.0000135312 12345678.1234567891 39.9 % -',
    '2 BTC-USD 0.0000135312 12345678.1234567891 39.9 % -',
    '',
    'Furthest below the price of 30 days before, 2023-12-01',
    'product price 30 days before discount below high',
    '1 BONK-USD 0.0000135312 12345678.1234567891 39.9 % -',
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
});

it('say when nothing fell, and what could not be compared', () => {
  const leftOut = [{ product_id: 'NEW-USD', reason: 'reference_unknown' }];
  expect(discountLines([{ ...table(7, []), left_out: leftOut }]).slice(2)).toEqual([
    'No product is below its price then.',
    '1 products could not be compared.',
  ]);
});

it('are waited for until both are loaded', async () => {
  let asked = 0;
  const get = (path: string): Promise<unknown> => {
    if (!path.startsWith('/windows')) return Promise.resolve(table(path.includes('30') ? 30 : 7));
    asked += 1;
    return Promise.resolve({ windows: asked > 3 ? [{ window_id: 'x' }] : [] });
  };
  expect((await discountsOf(get, '2023-12-01', 10_000, signal))?.map(({ days }) => days)).toEqual([7, 30]);
});

it('are given up when they do not come', async () => {
  expect(await discountsOf(() => Promise.resolve({ windows: [] }), '2023-12-01', 0, signal)).toBeNull();
});
