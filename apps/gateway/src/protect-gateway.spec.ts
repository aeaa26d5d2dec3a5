import { isAllowed, socketRefusal } from './protect-gateway.js';

const TOKEN = 'a-token-of-enough-length';

it('lets in whoever has the token, and everybody where there is none', () => {
  expect(isAllowed(undefined, null)).toBe(true);
  expect(isAllowed(`Bearer ${TOKEN}`, TOKEN)).toBe(true);
  for (const wrong of [undefined, '', TOKEN, `bearer ${TOKEN}`, `Bearer ${TOKEN}x`]) expect(isAllowed(wrong, TOKEN)).toBe(false);
});

it.each([
  [{}, null, false, null],
  [{}, TOKEN, false, 401],
  [{ authorization: `Bearer ${TOKEN}` }, TOKEN, true, 503],
  [{ host: 'localhost:8090', origin: 'http://localhost:8090' }, null, false, null],
  [{ host: 'localhost:8090', origin: 'https://example.org' }, null, false, 403],
  [{ host: 'localhost:8090', origin: 'null' }, null, false, 403],
] as const)('a WebSocket with %j, token %j, full %j is answered %j', (headers, token, full, status) => {
  expect(socketRefusal({ headers }, token, full)).toBe(status);
});
