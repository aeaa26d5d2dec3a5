import type { Position } from '@elias/contracts';
import { formatPlace, parsePlace } from './place.js';

const positions: Position[] = [
  { topic: 'elias.live.trades.v1', partition: 3, offset: '1234' },
  { topic: 'elias.live.trades.v1', partition: 5, offset: '-1' },
  { topic: 'elias.windows.candles.v1', partition: 2, offset: '77', row: 12 },
];

it('comes out as it went in', () => {
  const text = formatPlace(positions);
  expect(text).toBe('live.trade=3:1234,5:-1;market.candle=2:77.12');
  expect(parsePlace(text)).toEqual(positions);
});

it.each(['', 'live.trade', 'live.trade=', 'live.quote=1:2', 'live.trade=1:2,', 'live.trade=1:1e3', 'live.trade=1:2;', 'live.trade=-1:2'])(
  '%j is no place',
  (text) => {
    expect(parsePlace(text)).toBeNull();
  },
);
