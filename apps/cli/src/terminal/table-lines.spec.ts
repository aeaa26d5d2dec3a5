import { tableLines } from './table-lines.js';

const columns = [{ title: 'product' }, { title: 'rows', align: 'right' as const }];

it('aligns what fits', () => {
  const rows = [
    ['BTC-USD', '1440'],
    ['SHIB-USD', '7'],
  ];
  expect(tableLines(columns, rows)).toEqual(['product   rows', 'BTC-USD   1440', 'SHIB-USD     7']);
});

it('has titles alone when there is no row', () => {
  expect(tableLines(columns, [])).toEqual(['product  rows']);
});

it('tells each row by itself where the terminal is too narrow, and cuts nothing off', () => {
  const long = 'x'.repeat(90);
  expect(
    tableLines(columns, [
      [long, '1'],
      ['b', ''],
    ]),
  ).toEqual(['- row 1', `  product  ${long}`, '  rows     1', '- row 2', '  product  b', '  rows']);
});

it('shows what would steer the terminal', () => {
  expect(tableLines([{ title: 'a' }], [['\u001b[2J\n']])[1]).toBe('\\u001b[2J\\u000a');
});
