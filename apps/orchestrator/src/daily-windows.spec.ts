import { dailyWindowIds } from './daily-windows.js';

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
