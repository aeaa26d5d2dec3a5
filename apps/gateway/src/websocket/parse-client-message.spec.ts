import { parseClientMessage } from './parse-client-message.js';

it('takes a message as text or bytes', () => {
  const message = { type: 'unsubscribe', products: ['BTC-USD'], types: ['live.trade'] };
  expect(parseClientMessage(JSON.stringify(message))).toEqual({ event: 'message', data: message });
  expect(parseClientMessage(Buffer.from(JSON.stringify(message)))).toEqual({ event: 'message', data: message });
});

it.each([
  ['{', 'that is no JSON'],
  ['[]', /Invalid input/],
  ['{"type":"subscribe","products":["BTC-USD"],"types":["live.quote"]}', /at types\[0\]/],
  [`{"type":"subscribe","${'x'.repeat(2_000)}":1}`, /^.{1,500}$/],
])('says why %.60s is none', (text, reason) => {
  expect(parseClientMessage(text)).toEqual({ event: 'refused', data: expect.stringMatching(reason) });
});
