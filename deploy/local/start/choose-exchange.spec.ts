import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chooseExchange, coinbaseAnswers } from './choose-exchange.js';

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);

it.each([
  ['auto', null, yes, 'coinbase', 'the real Coinbase'],
  ['auto', null, no, 'simulator', 'Coinbase does not answer'],
  ['auto', 'simulator', yes, 'simulator', 'whose data this state holds'],
  ['auto', 'coinbase', yes, 'coinbase', 'the real Coinbase'],
  ['simulator', null, yes, 'simulator', 'the simulator'],
  ['coinbase', null, yes, 'coinbase', 'the real Coinbase'],
] as const)('%s on a state of %s', async (choice, held, reachable, kind, words) => {
  const decision = await chooseExchange(choice, held, reachable);
  expect(decision.kind).toBe(kind);
  expect(decision.sentence).toContain(words);
});

it.each([
  ['coinbase', null, no, 'Coinbase does not answer'],
  ['coinbase', 'simulator', yes, 'not mixed'],
  ['simulator', 'coinbase', yes, 'not mixed'],
  ['auto', 'coinbase', no, 'not mixed'],
] as const)('%s on a state of %s is refused', async (choice, held, reachable, words) => {
  await expect(chooseExchange(choice, held, reachable)).rejects.toThrow(words);
});

it.each([
  ['its time', 200, '{"iso":"2026-01-01T00:00:00Z","epoch":1767225600}', true],
  ['something else', 200, '<html></html>', false],
  ['an error', 503, '{"epoch":1}', false],
])('with %s the exchange counts as %#', async (_, status, body, expected) => {
  const server = createServer((request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await coinbaseAnswers(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).toBe(expected);
  await new Promise((resolve) => server.close(resolve));
});
