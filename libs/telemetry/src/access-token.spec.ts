import { isLoopback, sameText } from './access-token.js';

it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('%s is this machine’s own', (host) => {
  expect(isLoopback(host)).toBe(true);
});

it.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.org', 'localhost.example.org', ''])('%s is reached from elsewhere', (host) => {
  expect(isLoopback(host)).toBe(false);
});

it('compares texts of any length', () => {
  expect([sameText('Bearer a', 'Bearer a'), sameText('Bearer a', 'Bearer b'), sameText('', 'Bearer a')]).toEqual([true, false, false]);
});
