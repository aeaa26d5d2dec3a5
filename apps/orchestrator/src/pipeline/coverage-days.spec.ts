import { coverageDays, gapsOfDay } from './coverage-days.js';
import type { LedgerDay } from './coverage-days.js';

const ledger = (date: string, change: Partial<LedgerDay> = {}): LedgerDay => ({
  ...{ window_id: `candles/60/A-USD/${date}`, row_count: 1_440, no_trade_periods: 0, unknown_periods: 0, open_periods: 0 },
  ...{ unknown_ranges: '', open_ranges: '', changed_at: '2023-12-09T00:00:00.000Z' },
  ...change,
});
const none: ReadonlySet<string> = new Set();
const input = { loaded: new Map(), wanted: none, halts: none, from: '2023-12-01', to: '2023-12-05' };

it('a day is whole, partial or missing; before the first and after the last there is none', () => {
  const partial = ledger('2023-12-04', {
    row_count: 1_437,
    unknown_periods: 2,
    open_periods: 1,
    unknown_ranges: '3+2',
    open_ranges: '1439+1',
  });
  const loaded = new Map([ledger('2023-12-02'), partial].map((one) => [one.window_id, one]));
  const days = coverageDays({ ...input, loaded, spans: [{ product_id: 'A-USD', first_day: '2023-12-02', last_day: '2023-12-04' }] });
  expect(days.map(({ date, condition }) => `${date} ${condition}`)).toEqual([
    '2023-12-02 available',
    '2023-12-03 missing',
    '2023-12-04 partial',
  ]);
  expect(days[1]).toMatchObject({ unknown: 1_440, unknown_ranges: [{ from: '2023-12-03T00:00:00Z', to: '2023-12-04T00:00:00Z' }] });
  expect(days[2]).toMatchObject({
    candles: 1_437,
    unknown_ranges: [{ from: '2023-12-04T00:03:00Z', to: '2023-12-04T00:05:00Z' }],
    open_ranges: [{ from: '2023-12-04T23:59:00Z', to: '2023-12-05T00:00:00Z' }],
  });
});

it('a day that a run wanted is missing also where nothing was ever loaded', () => {
  const spans = [{ product_id: 'A-USD', first_day: null, last_day: null }];
  const days = coverageDays({ ...input, spans, wanted: new Set(['candles/60/A-USD/2023-12-05']) });
  expect(days.map(({ date, condition }) => `${date} ${condition}`)).toEqual(['2023-12-05 missing']);
});

it('a suspected halt is of one product, or of all', () => {
  const spans = ['A-USD', 'B-USD'].map((product_id) => ({ product_id, first_day: '2023-12-01', last_day: '2023-12-02' }));
  const days = coverageDays({ ...input, spans, halts: new Set(['_all/2023-12-01', 'B-USD/2023-12-02']) });
  expect(days.filter(({ halt_suspected }) => halt_suspected).map(({ product_id, date }) => `${product_id} ${date}`)).toEqual([
    'A-USD 2023-12-01',
    'B-USD 2023-12-01',
    'B-USD 2023-12-02',
  ]);
});

it('gaps are joined by why, in time order', () => {
  const day = ledger('2023-12-01', { unknown_ranges: '2+2', open_ranges: '1438+2' });
  const present = Array.from({ length: 1_440 }, (_, minute) => minute).filter(
    (minute) => ![0, 1, 2, 3, 700, 1_438, 1_439].includes(minute),
  );
  expect(
    gapsOfDay('A-USD', '2023-12-01', day, present).map(({ class: why, from, to }) => `${why} ${from.slice(11, 16)} ${to.slice(11, 16)}`),
  ).toEqual(['no_trade 00:00 00:02', 'unknown 00:02 00:04', 'no_trade 11:40 11:41', 'open 23:58 00:00']);
  expect(
    gapsOfDay(
      'A-USD',
      '2023-12-01',
      ledger('2023-12-01'),
      Array.from({ length: 1_440 }, (_, minute) => minute),
    ),
  ).toEqual([]);
});

it('of a day that is not loaded nothing is known', () => {
  expect(gapsOfDay('A-USD', '2023-12-01', null, [])).toEqual([
    { class: 'unknown', from: '2023-12-01T00:00:00Z', to: '2023-12-02T00:00:00Z' },
  ]);
});
