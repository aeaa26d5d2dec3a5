import { candlesJson } from './candles-json.js';

const at = (instant: string): number => Date.parse(instant) / 1_000;
const packed = [
  `${at('2023-12-01T23:59:00Z')},1,2.5,0.00004776,1.5,0`,
  `${at('2023-12-02T00:00:00Z')},3,3,3,3,9.73415812`,
  `${at('1969-12-31T12:34:56Z')},4,4,4,4,4`,
].join('\n');

it('is the JSON of the rows, whatever day they are of', () => {
  const base = { product_id: 'A-USD', granularity: 60 };
  expect(JSON.parse(candlesJson('A-USD', 60, packed, 3))).toEqual({
    candles: [
      { ...base, started_at: '2023-12-01T23:59:00Z', open: '1', high: '2.5', low: '0.00004776', close: '1.5', volume: '0' },
      { ...base, started_at: '2023-12-02T00:00:00Z', open: '3', high: '3', low: '3', close: '3', volume: '9.73415812' },
      { ...base, started_at: '1969-12-31T12:34:56Z', open: '4', high: '4', low: '4', close: '4', volume: '4' },
    ],
    next: null,
  });
});

it('what is more than the page is where the next one begins', () => {
  const page = JSON.parse(candlesJson('A-USD', 60, packed, 1)) as { candles: unknown[]; next: string };
  expect([page.candles.length, page.next]).toEqual([1, '2023-12-02T00:00:00Z']);
});

it('none is an empty page', () => {
  expect(candlesJson('A-USD', 60, null, 10)).toBe('{"candles":[],"next":null}');
});
