import { LIVE_EVENTS } from '@elias/contracts';
import { LIVE_COLUMNS, purgeStatement, upsertStatement } from './live-sql.js';

it.each([
  ['trades', 'live.trade'],
  ['tickers', 'live.ticker'],
  ['candles', 'live.candle'],
] as const)('%s has a column for each field of %s', (table, type) => {
  expect(LIVE_COLUMNS[table].map(([name]) => name)).toEqual(Object.keys(LIVE_EVENTS[type].schema.shape));
});

it('a ticker and a candle give way to a later one', () => {
  expect(upsertStatement('tickers')).toMatch(/WHERE \(excluded\.trade_id, excluded\.received_at\) >= \(t\.trade_id, t\.received_at\)$/);
  expect(upsertStatement('candles')).toContain('ON CONFLICT (product_id, granularity, started_at) DO UPDATE SET open = excluded.open,');
  expect(upsertStatement('candles')).toMatch(/WHERE \(excluded\.answered_at\) >= \(t\.answered_at\)$/);
});

it('purges by when a trade was made and by when a candle began', () => {
  expect(purgeStatement('trades')).toContain('l.traded_at < $1');
  expect(purgeStatement('candles')).toContain('l.started_at < $1');
});
