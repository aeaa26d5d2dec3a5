import { Parser } from '@asyncapi/parser';
import { gatewayAsyncApi } from './gateway-async-api.js';
import { CLIENT_MESSAGES, clientMessageSchema, GATEWAY_EVENT_TYPES, SERVER_MESSAGES } from './gateway-messages.js';

const subscribe = { type: 'subscribe', products: ['BTC-USD'], types: ['live.trade'] };
const place = { topic: 'elias.live.trades.v1', partition: 3, offset: '41' };

it('a subscription begins now unless it says otherwise', () => {
  expect(clientMessageSchema.parse(subscribe)).toEqual({ ...subscribe, from: 'latest' });
});

it.each([
  'earliest',
  '2024-01-01T00:00:00Z',
  '2024-01-01T00:00:00.5Z',
  { after: [place] },
  { after: [{ ...place, offset: '-1', row: 7 }] },
])('a subscription may begin at %j', (from) => {
  expect(clientMessageSchema.parse({ ...subscribe, products: ['*'], from })).toMatchObject({ from });
});

it.each([
  {},
  { type: 'hello' },
  { ...subscribe, products: [] },
  { ...subscribe, products: ['btc'] },
  { ...subscribe, types: ['live.quote'] },
  { ...subscribe, from: 'yesterday' },
  { ...subscribe, from: '2024-13-01T00:00:00Z' },
  { ...subscribe, from: { after: [{ ...place, topic: 'elias.loads.v1' }] } },
  { ...subscribe, from: { after: [{ ...place, offset: '1e3' }] } },
  { ...subscribe, granularity: 60 },
  { type: 'unsubscribe', products: ['BTC-USD'] },
])('%j is no message', (message) => {
  expect(clientMessageSchema.safeParse(message).success).toBe(false);
});

it('the official parser takes the AsyncAPI document, which has every message', async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(gatewayAsyncApi()));
  expect(diagnostics.filter(({ severity }) => severity === 0).map(({ message, path }) => ({ message, path }))).toEqual([]);
  const [ws] = document!.channels().all();
  const names = ws!
    .messages()
    .all()
    .map((message) => message.name());
  expect(names.sort()).toEqual([...Object.keys(CLIENT_MESSAGES), ...Object.keys(SERVER_MESSAGES), ...GATEWAY_EVENT_TYPES].sort());
});
