import { NotAQueryError, queryText } from './sql-query.js';

it.each([
  ['select 1', 'select 1'],
  ['  SELECT 1 ; \n', 'SELECT 1'],
  ['with a as (select 1) select * from a', 'with a as (select 1) select * from a'],
  ['TABLE market.candles', 'TABLE market.candles'],
])('takes a query: %s', (text, sql) => {
  expect(queryText(text)).toBe(sql);
});

it.each(['', ';', 'delete from market.candles', 'COMMIT', '-- select', '(select 1)'])('refuses what is none: %s', (text) => {
  expect(() => queryText(text)).toThrow(NotAQueryError);
});
