import { parseCandlePage } from './parse-candle-page.js';

/** Slow, but surely right: numbers' source texts by JSON.parse itself. */
const bySource = (body: string): unknown =>
  (JSON.parse as (text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown) => unknown)(
    body,
    (_key, value, context) => (typeof value === 'number' ? context.source : value),
  );

it.each([
  ['no candle', '[]'],
  ['no candle, with blanks', ' [ \n ] '],
  ['one candle', '[[1756252800,111339,111832.1,111788.04,111360,201.22518446]]'],
  ['numbers in every form', '[[1,2.50,3E2,4e-05,-0.0,1.5e+7],[0,0,0,0,0,0]]'],
  ['blanks wherever JSON has them', '\t[ [ 1 , 2 ,\r\n3,4 , 5,6 ] , [1,2,3,4,5,6]\n]\n'],
])('keeps the source text of each number: %s', (_name, body) => {
  expect(parseCandlePage(body)).toEqual({ rows: bySource(body), problem: null });
});

it('reads a page of many rows as JSON.parse does', () => {
  const rows = Array.from({ length: 301 }, (_, i) => [1_700_000_000 - i * 60, i * 1.1, i * 1.3, i * 1.2, i * 1.25, i / 7e9]);
  const body = JSON.stringify(rows);
  expect(body).toContain('e-');
  expect(parseCandlePage(body)).toEqual({ rows: bySource(body), problem: null });
});

it.each([
  ['', 'the answer is not JSON'],
  ['<html>', 'the answer is not JSON'],
  ['[[1,2,3,4,5,6]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,6],]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,6]]]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,6]] x', 'the answer is not JSON'],
  ['[[01,2,3,4,5,6]]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,.6]]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,6.]]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,+6]]', 'the answer is not JSON'],
  ['[[1,2,3,4,5,NaN]]', 'the answer is not JSON'],
  ['{"message":"NotFound"}', 'the answer is no list of candles'],
  ['null', 'the answer is no list of candles'],
  ['[[1,2,3,4,5]]', 'row 0 is not six numbers: [1,2,3,4,5]'],
  ['[[1,2,3,4,5,6],[1,2,3,4,5,6,7]]', 'row 1 is not six numbers: [1,2,3,4,5,6,7]'],
  ['[[1,2,3,4,5,6],[1,"2",3,4,5,6]]', 'row 1 is not six numbers: [1,"2",3,4,5,6]'],
  ['[[1,2,3,4,5,null]]', 'row 0 is not six numbers: [1,2,3,4,5,null]'],
  ['[null]', 'row 0 is not six numbers: null'],
  ['[[]]', 'row 0 is not six numbers: []'],
])('says what is wrong with %s', (body, problem) => {
  expect(parseCandlePage(body)).toEqual({ rows: null, problem, json: problem !== 'the answer is not JSON' });
});
