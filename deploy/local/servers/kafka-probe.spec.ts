import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { brokersIn, kafkaAnswers, metadataRequest } from './kafka-probe.js';

/** An answer's head: size, correlation id, throttle time, number of brokers. */
function answer(brokers: number): Buffer {
  const buffer = Buffer.alloc(16);
  [12, 1, 0, brokers].forEach((value, i) => buffer.writeInt32BE(value, i * 4));
  return buffer;
}

it('asks for metadata in a request whose size fits', () => {
  const request = metadataRequest();
  expect(request.readInt32BE(0)).toBe(request.length - 4);
  expect([request.readInt16BE(4), request.readInt16BE(6)]).toEqual([3, 5]);
});

it('waits for the whole answer', () => {
  expect(brokersIn(answer(1).subarray(0, 10))).toBeNull();
  expect(brokersIn(answer(1))).toBe(1);
});

it.each([
  ['a living broker', 1, true],
  ['only a fenced one', 0, false],
])('with %s it is %#', async (_, brokers, expected) => {
  const server = createServer((socket) => socket.once('data', () => socket.end(answer(brokers)))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await kafkaAnswers((server.address() as AddressInfo).port)).toBe(expected);
  await new Promise((resolve) => server.close(resolve));
});

it('is not there when nobody listens', async () => {
  expect(await kafkaAnswers(1)).toBe(false);
});
