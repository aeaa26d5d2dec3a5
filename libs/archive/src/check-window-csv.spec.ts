import fc from 'fast-check';
import { canonicalDecimal, fitsDecimal, PRICE_TYPE, SIZE_TYPE } from '@elias/market-data';
import { madeWindow } from '../../../test/support/made-window.js';
import { checkCandleRows } from './check-candle-rows.js';
import { checkWindowCsv, csvSha256 } from './check-window-csv.js';

const { facts, csv } = madeWindow();
const { window } = facts;
const HEADER = 'product_id,granularity,started_at,open,high,low,close,volume\n';
const rows = (...lines: string[]): Buffer => Buffer.from(HEADER + lines.map((line) => `${line}\n`).join(''));
const ROW = 'BTC-USD,60,2023-12-01T00:00:00Z,1,2,1,2,3';

it('accepts what the collector writes', () => {
  expect(checkWindowCsv(csv, facts)).toEqual({ kind: 'ok', value: { rows: facts.rowCount } });
  expect(checkCandleRows(rows(), window)).toBe(0);
  expect(checkCandleRows(rows(ROW, 'BTC-USD,60,2023-12-01T23:59:00Z,1,2.05,0.0000000001,2,0'), window)).toBe(2);
});

it.each([60, 300, 3_600, 21_600, 86_400] as const)('accepts windows of %d s candles', (granularity) => {
  const made = madeWindow({ granularity, at: '2024-02-29T00:00:00Z', present: () => true });
  expect(checkWindowCsv(made.csv, made.facts)).toEqual({ kind: 'ok', value: { rows: made.candles.length } });
});

it('sees another hash first', () => {
  const altered = Buffer.from(csv);
  altered[csv.length - 2]! ^= 1;
  expect(checkWindowCsv(altered, facts)).toMatchObject({ kind: 'dead-letter', reason: 'wrong-hash' });
  expect(checkWindowCsv(csv.subarray(0, -1), facts)).toMatchObject({ kind: 'dead-letter', reason: 'wrong-hash' });
});

it('sees another row count', () => {
  expect(checkWindowCsv(csv, { ...facts, rowCount: facts.rowCount + 1 })).toMatchObject({ kind: 'dead-letter', reason: 'wrong-rows' });
});

it.each([
  ['an empty file', Buffer.alloc(0), 'line 1 is not the header'],
  ['another header', Buffer.from(HEADER.replace('volume', 'amount')), 'line 1 is not the header'],
  ['CRLF', Buffer.from(HEADER.replace('\n', '\r\n')), 'line 1 is not the header'],
  ['another product', rows(ROW.replace('BTC', 'ETH')), 'line 2 does not begin with BTC-USD,60'],
  ['another granularity', rows(ROW.replace(',60,', ',300,')), 'line 2 does not begin with BTC-USD,60'],
  ['an empty line', rows(ROW, ''), 'line 3 does not begin'],
  ['no instant', rows(ROW.replace('1T', '1 ')), 'line 2 has no started_at'],
  ['a day that does not exist', rows(ROW.replace('12-01', '11-31')), 'line 2 has no started_at'],
  ['an hour that does not exist', rows(ROW.replace('T00', 'T24')), 'line 2 has no started_at'],
  ['a fraction of a second', rows(ROW.replace('00Z', '00.0Z')), 'line 2 has no started_at'],
  ['a candle off the grid', rows(ROW.replace('00:00Z', '00:30Z')), 'line 2 is off the grid of 60 s'],
  ['the day before', rows(ROW.replace('12-01T00:00', '11-30T23:59')), 'line 2 is outside the window'],
  ['the window’s end', rows(ROW.replace('12-01', '12-02')), 'line 2 is outside the window'],
  ['a double', rows(ROW, ROW), 'line 3 does not rise'],
  ['a step back', rows(ROW.replace('T00:00', 'T00:05'), ROW), 'line 3 does not rise'],
  ['an exponent', rows(ROW.replace('Z,1,', 'Z,4e-05,')), 'line 2 has no canonical decimal for open'],
  ['a trailing zero', rows(ROW.replace('Z,1,2,', 'Z,1,2.50,')), 'for high'],
  ['a leading zero', rows(ROW.replace('Z,1,2,1,', 'Z,1,2,01,')), 'for low'],
  ['no digit before the point', rows(ROW.replace('Z,1,2,1,2,', 'Z,1,2,1,.2,')), 'for close'],
  ['an empty value', rows(ROW.replace(/3$/, '')), 'for volume'],
  ['minus zero', rows(ROW.replace(/3$/, '-0')), 'for volume'],
  ['a price too wide', rows(ROW.replace('Z,1,', `Z,${'9'.repeat(15)},`)), 'fits DECIMAL(24,10)'],
  ['a price too fine', rows(ROW.replace('Z,1,', 'Z,0.00000000001,')), 'fits DECIMAL(24,10)'],
  ['a volume too wide', rows(ROW.replace(/3$/, '9'.repeat(21))), 'fits DECIMAL(30,10)'],
  ['a column too few', rows(ROW.replace(/,3$/, '')), 'for close'],
  ['a column too many', rows(`${ROW},4`), 'for volume'],
  ['a cut end', rows(ROW).subarray(0, -1), 'for volume'],
  ['a cut row', rows(ROW).subarray(0, HEADER.length + 20), 'line 2 has no started_at'],
])('names the first wrong line of %s', (_, bytes, problem) => {
  expect(checkCandleRows(bytes, window)).toEqual(expect.stringContaining(problem));
  const told = { window, rowCount: 1, csvSha256: csvSha256(bytes) };
  expect(checkWindowCsv(bytes, told)).toMatchObject({ kind: 'dead-letter', reason: 'wrong-rows' });
});

it('agrees with the slow definition of a canonical decimal that fits', () => {
  const text = fc.oneof(
    fc.stringMatching(/^-?\d{0,16}(\.\d{0,12})?$/),
    fc.stringMatching(/^[-+0-9.e]{0,8}$/),
    fc.tuple(fc.nat(10 ** 9), fc.nat(10 ** 9)).map(([a, b]) => `${a}.${b}`),
  );
  const canonical = (value: string): boolean => {
    try {
      return canonicalDecimal(value) === value;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(text, (value) => {
      const price = typeof checkCandleRows(rows(ROW.replace('Z,1,', `Z,${value},`)), window) === 'number';
      const size = typeof checkCandleRows(rows(ROW.replace(/3$/, value)), window) === 'number';
      expect({ value, price, size }).toEqual({
        value,
        price: canonical(value) && fitsDecimal(value, PRICE_TYPE),
        size: canonical(value) && fitsDecimal(value, SIZE_TYPE),
      });
    }),
    { numRuns: 2_000 },
  );
});

it('never throws, whatever the bytes', () => {
  const mutation = fc.tuple(fc.nat(csv.length - 1), fc.uint8Array({ maxLength: 4 }), fc.nat(8));
  fc.assert(
    fc.property(mutation, ([at, put, dropped]) => {
      const bytes = Buffer.concat([csv.subarray(0, at), put, csv.subarray(at + dropped)]);
      const outcome = checkWindowCsv(bytes, { ...facts, csvSha256: csvSha256(bytes) });
      if (outcome.kind === 'ok') expect(outcome.value.rows).toBe(bytes.filter((byte) => byte === 0x0a).length - 1);
    }),
    { numRuns: 300 },
  );
});
