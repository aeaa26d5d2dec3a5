import { resultLines } from './result-lines.js';

const result = {
  columns: ['product_id', 'close'],
  rows: [
    ['BTC-USD', '42000.5'],
    ['XRP-USD', null],
  ],
  more: true,
};

it('is a table for people, which says that there is more', () => {
  expect(resultLines(result, 'table')).toEqual([
    'product_id    close',
    'BTC-USD     42000.5',
    'XRP-USD        null',
    '2 rows, and more: see --limit',
  ]);
});

it('is rows alone as CSV, where null and an empty text differ', () => {
  const rows = [
    ['a,"b"', ''],
    [null, 'x\ny'],
  ];
  expect(resultLines({ ...result, rows }, 'csv')).toEqual(['product_id,close', '"a,""b""",""', ',"x\ny"']);
});

it('is one line of JSON', () => {
  expect(JSON.parse(resultLines(result, 'json').join('\n'))).toEqual(result);
});
