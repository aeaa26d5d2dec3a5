import fc from 'fast-check';
import { madeTrades } from '../../../test/support/made-trades.js';
import { CheckTradeRows } from './check-trade-rows.js';
import { checkWindowCsv } from './check-window-csv.js';

const HOUR = 'trades/BTC-USD/2023-12-01T13';
const made = madeTrades({ window: HOUR, count: 300 });

/** What the check says of a CSV that comes in chunks of these sizes. */
function checked(csv: Buffer, sizes: readonly number[] = [csv.length]): number | string {
  const check = new CheckTradeRows(made.facts.window);
  for (let at = 0, i = 0; at < csv.length; i += 1) {
    const size = sizes[i % sizes.length]!;
    check.push(csv.subarray(at, at + size));
    at += size;
  }
  return check.end();
}

it('counts the rows, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 9 }), (sizes) => {
      expect(checked(made.csv, sizes)).toBe(300);
    }),
    { numRuns: 40 },
  );
});

it('an hour without a trade has the header alone', () => {
  const empty = madeTrades({ window: HOUR, count: 0 });
  expect(checked(empty.csv)).toBe(0);
  expect(checkWindowCsv(empty.csv, empty.facts)).toEqual({ kind: 'ok', value: { rows: 0 } });
  expect(checked(Buffer.alloc(0))).toMatch(/^line 1/);
});

const LINE = 'BTC-USD,7,2023-12-01T13:00:00.000Z,buy,1.5,0.25';
const csvOf = (...lines: string[]): Buffer => Buffer.from(['product_id,trade_id,traded_at,side,price,size', ...lines, ''].join('\n'));

it.each([
  ['another product', LINE.replace('BTC', 'ETH'), 'line 2 does not begin with BTC-USD'],
  ['no id', LINE.replace(',7,', ',,'), 'line 2 has no trade_id'],
  ['a padded id', LINE.replace(',7,', ',07,'), 'line 2 has no trade_id'],
  ['whole seconds', LINE.replace('.000Z', 'Z'), 'line 2 has no traded_at like 2023-12-01T00:00:00.000Z'],
  ['microseconds', LINE.replace('.000Z', '.000000Z'), 'line 2 has no traded_at like 2023-12-01T00:00:00.000Z'],
  ['no such day', LINE.replace('12-01T', '02-30T'), 'line 2 has no traded_at like 2023-12-01T00:00:00.000Z'],
  ['the hour before', LINE.replace('T13:00:00.000', 'T12:59:59.999'), 'line 2 is outside the window'],
  ['the hour after', LINE.replace('T13', 'T14'), 'line 2 is outside the window'],
  ['the day before', LINE.replace('12-01', '11-30'), 'line 2 is outside the window'],
  ['no side', LINE.replace('buy', 'BUY'), 'line 2 has no side'],
  ['a price of nothing', LINE.replace('1.5', '0'), 'line 2 has no price that can be stored'],
  ['a price below 0', LINE.replace('1.5', '-1.5'), 'line 2 has no price that can be stored'],
  ['a padded price', LINE.replace('1.5', '1.50'), 'line 2 has no price that can be stored'],
  ['too long a size', LINE.replace('0.25', '0.00000000025'), 'line 2 has no size that can be stored'],
  ['one column more', `${LINE},1`, 'line 2 has no size that can be stored'],
  ['a carriage return', `${LINE}\r`, 'line 2 has no size that can be stored'],
])('%s is refused', (_, line, problem) => {
  expect(checked(csvOf(line))).toBe(problem);
  expect(checked(csvOf(line), [3])).toBe(problem);
});

it('ids rise strictly, times need not', () => {
  const later = LINE.replace(',7,', ',8,');
  expect(checked(csvOf(LINE.replace('00.000', '09.000'), later))).toBe(2);
  expect(checked(csvOf(later, LINE))).toBe('line 3 does not rise above the line before');
  expect(checked(csvOf(LINE, LINE))).toBe('line 3 does not rise above the line before');
});

it('a last line without an end, and one without any', () => {
  expect(checked(csvOf(LINE).subarray(0, -1))).toBe('the last line has no end');
  expect(checked(csvOf('x'.repeat(400)).subarray(0, -1))).toBe('line 2 has no end');
  expect(checked(Buffer.from('product_id\n'))).toBe('line 1 is not the header of trades');
});
