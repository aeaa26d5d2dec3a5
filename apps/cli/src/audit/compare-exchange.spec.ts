import { candleWindowAt, coverageOf } from '@elias/market-data';
import type { PeriodState } from '@elias/market-data';
import { compareExchange } from './compare-exchange.js';
import type { ToldRows } from './compare-exchange.js';

const window = candleWindowAt('BTC-USD', 86_400, Date.UTC(2023, 0, 1));
const dayOf = (day: number): string => `2023-01-0${day + 1}T00:00:00Z`;

/** A year of which the first days are told, as `1` to `9` (a candle with that close), `.` (no trade), `?` (unknown); the rest is open. */
function tellingOf(days: string): ToldRows {
  const states = Array.from({ length: 365 }, (_, day): PeriodState => {
    const told = days[day];
    return told === undefined ? 'open' : told === '?' ? 'unknown' : told === '.' ? 'no_trade' : 'present';
  });
  const rows = [...days].flatMap((close, day) => (/\d/.test(close) ? [`BTC-USD,86400,${dayOf(day)},1,9,1,${close},10`] : []));
  return { coverage: coverageOf(window, states), rows };
}
const compare = (sealed: string, now: string): ReturnType<typeof compareExchange> =>
  compareExchange(window, tellingOf(sealed), tellingOf(now));

it('finds no change where what both know is the same', () => {
  expect(compare('12.3', '12.3')).toEqual({ changes: 0, first: null, toldSince: 0 });
});

it('what was unknown or open then is told since, and no change', () => {
  expect(compare('1?3', '1234')).toEqual({ changes: 0, first: null, toldSince: 2 });
});

it('what is unknown now is no change either', () => {
  expect(compare('123', '1?3')).toEqual({ changes: 0, first: null, toldSince: 0 });
});

it.each([
  ['another value', '123', '143', 1, `row 2 is of ${dayOf(1)} and has close 4, sealed 2`],
  ['a candle that is gone', '123', '1.3', 1, `has no row of ${dayOf(1)} any more, sealed BTC-USD,86400,${dayOf(1)},1,9,1,2,10`],
  ['a candle where none was', '1.3', '123', 1, `has a row of ${dayOf(1)} that was not sealed: BTC-USD,86400,${dayOf(1)},1,9,1,2,10`],
  ['several, the first by name', '12.', '345', 3, `row 1 is of ${dayOf(0)} and has close 3, sealed 1`],
])('names %s', (_what, sealed, now, changes, first) => {
  expect(compare(sealed, now)).toEqual({ changes, first, toldSince: 0 });
});
