import { dailyWindowIds, snapshotWindowIds, tradeWindowIds } from './daily-windows.js';

it('the first run of a day asks for its minutes and for the year that holds it', () => {
  expect(dailyWindowIds({ date: '2023-12-01', daysAfter: 0 }, ['BTC-USD', 'ETH-USD'])).toEqual([
    ...['candles/60/BTC-USD/2023-12-01', 'candles/86400/BTC-USD/2023'],
    ...['candles/60/ETH-USD/2023-12-01', 'candles/86400/ETH-USD/2023'],
  ]);
});

it('the same day again asks for its minutes, and for its year only when that is another one by now', () => {
  expect(dailyWindowIds({ date: '2023-12-01', daysAfter: 7 }, ['BTC-USD'])).toEqual(['candles/60/BTC-USD/2023-12-01']);
  expect(dailyWindowIds({ date: '2023-12-31', daysAfter: 1 }, ['BTC-USD'])).toEqual([
    ...['candles/60/BTC-USD/2023-12-31', 'candles/86400/BTC-USD/2023'],
  ]);
});

describe('what the exchange tells of its present alone', () => {
  const HOUR_MS = 3_600_000;
  const midnight = Date.parse('2023-12-02T00:00:00Z');
  const of = (daysAfter: 0 | 1 | 7, nowMs: number, lateMsMax = 6 * HOUR_MS): string[] =>
    snapshotWindowIds({ date: '2023-12-01', daysAfter }, nowMs, lateMsMax);

  it('is asked for with the first run of the day that ended, and with no other', () => {
    const ids = ['exchange_stats/_all/2023-12-01', 'products/_all/2023-12-01'];
    expect(of(0, midnight + 15 * 60_000)).toEqual(ids);
    expect([of(1, midnight + 15 * 60_000), of(7, midnight + 15 * 60_000)]).toEqual([[], []]);
  });

  it('is asked for as long as there is time to ask again, and not for a day that is over longer', () => {
    const lastMs = midnight + 6 * HOUR_MS - 40 * 60_000;
    expect([of(0, lastMs).length, of(0, lastMs + 1).length, of(0, midnight + 24 * HOUR_MS).length]).toEqual([2, 0, 0]);
    expect(of(0, midnight + 15 * 60_000, HOUR_MS)).toHaveLength(2);
  });
});

it('trades are asked for once, by the hour or by the day', () => {
  const products = { hourly: ['BTC-USD'], daily: ['ADA-USD'] };
  const ids = tradeWindowIds({ date: '2023-12-01', daysAfter: 0 }, products);
  expect(ids).toHaveLength(25);
  expect([ids[0], ids[23], ids[24]]).toEqual(['trades/BTC-USD/2023-12-01T00', 'trades/BTC-USD/2023-12-01T23', 'trades/ADA-USD/2023-12-01']);
  expect(tradeWindowIds({ date: '2023-12-01', daysAfter: 7 }, products)).toEqual([]);
  expect(tradeWindowIds({ date: '2023-12-01', daysAfter: 0 }, { hourly: [], daily: [] })).toEqual([]);
});
