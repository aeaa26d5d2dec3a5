import { parseStreamQuery } from './stream-query.js';

const asked = { products: 'BTC-USD,ETH-USD', types: 'live.trade,market.candle' };

it('begins now, at what it says, or where the client was', () => {
  const wanted = { products: ['BTC-USD', 'ETH-USD'], types: ['live.trade', 'market.candle'] };
  expect(parseStreamQuery(asked, undefined)).toMatchObject({ ...wanted, from: 'latest' });
  expect(parseStreamQuery({ ...asked, from: '2024-01-01T00:00:00Z' }, '')).toMatchObject({ from: '2024-01-01T00:00:00Z' });
  expect(parseStreamQuery({ ...asked, from: 'earliest' }, 'live.trade=3:41')).toMatchObject({
    from: { after: [{ topic: 'elias.live.trades.v1', partition: 3, offset: '41' }] },
  });
});

it.each([
  [{ products: 'BTC-USD' }, undefined],
  [{ ...asked, types: 'live.quote' }, undefined],
  [{ ...asked, products: 'btc' }, undefined],
  [{ ...asked, from: 'yesterday' }, undefined],
  [{ ...asked, granularity: '60' }, undefined],
  [{ ...asked, products: ['BTC-USD', 'ETH-USD'] }, undefined],
  [asked, 'live.trade=x'],
])('%j with Last-Event-ID %j is refused with a reason', (given, lastEventId) => {
  expect(parseStreamQuery(given, lastEventId)).toEqual(expect.any(String));
});
