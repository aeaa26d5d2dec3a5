import { readClientMessage } from './client-message.js';

const read = (message: unknown): unknown =>
  readClientMessage(typeof message === 'string' ? message : JSON.stringify(message), (productId) => ['A-USD', 'B-USD'].includes(productId));

it('a channel’s own products come before the common ones', () => {
  const channels = ['heartbeat', { name: 'matches', product_ids: ['B-USD'] }, { name: 'ticker' }];
  expect(read({ type: 'subscribe', product_ids: ['A-USD'], channels })).toEqual({
    type: 'subscribe',
    wanted: [
      { channel: 'heartbeat', productIds: ['A-USD'] },
      { channel: 'matches', productIds: ['B-USD'] },
      { channel: 'ticker', productIds: ['A-USD'] },
    ],
  });
});

it('an unsubscribe without products is for all of the channel', () => {
  expect(read({ type: 'unsubscribe', channels: ['ticker'] })).toEqual({
    type: 'unsubscribe',
    wanted: [{ channel: 'ticker', productIds: null }],
  });
});

it.each([
  ['{"type":', 'Malformed JSON', undefined],
  ['null', 'Malformed message', expect.any(String)],
  [{ type: 'publish' }, 'Malformed message', expect.stringContaining('type')],
  [{ type: 'subscribe', channels: [{}] }, 'Malformed message', expect.stringContaining('channels')],
  [{ type: 'subscribe', product_ids: ['A-USD'] }, 'Failed to subscribe', 'No channels provided'],
  [{ type: 'subscribe', product_ids: ['A-USD'], channels: [] }, 'Failed to subscribe', 'No channels provided'],
  [{ type: 'subscribe', channels: ['ticker'] }, 'Failed to subscribe', 'No product_ids provided'],
  [{ type: 'subscribe', product_ids: ['A-USD'], channels: ['tickers'] }, 'Failed to subscribe', 'tickers is not a valid channel'],
  [{ type: 'subscribe', product_ids: ['A-USD'], channels: ['full'] }, 'Failed to subscribe', 'full requires authentication'],
  [{ type: 'subscribe', product_ids: ['A-USD'], channels: ['status'] }, 'Failed to subscribe', 'status is not simulated'],
  [{ type: 'subscribe', product_ids: ['A-USD', 'C-USD'], channels: ['ticker'] }, 'Failed to subscribe', 'C-USD is not a valid product'],
  [{ type: 'unsubscribe', product_ids: ['a'], channels: ['ticker'] }, 'Failed to unsubscribe', 'a is not a valid product'],
])('refuses %j', (message, text, reason) => {
  expect(read(message)).toEqual({ type: 'error', message: text, ...(reason === undefined ? {} : { reason: reason as unknown }) });
});
