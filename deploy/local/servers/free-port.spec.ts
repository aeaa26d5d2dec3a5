import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { answers, pickPort, portIsFree } from './free-port.js';

const free = (ports: number[]) => (port: number) => Promise.resolve(ports.includes(port));

it('takes the preferred port when nobody has it', async () => {
  expect(await pickPort(9_092, new Set(), free([9_092, 9_093]))).toBe(9_092);
});

it('takes the next free one, passing over those of its own stack', async () => {
  expect(await pickPort(9_092, new Set([9_094]), free([9_094, 9_095]))).toBe(9_095);
});

it('gives up with a sentence when there is none', async () => {
  await expect(pickPort(65_530, new Set(), free([]))).rejects.toThrow('no free port between 65530');
});

it.each(['127.0.0.1', '0.0.0.0'])('sees a server that listens on %s', async (host) => {
  const server = createServer().listen(0, host);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  expect([await portIsFree(port), await answers(port)]).toEqual([false, true]);
  await new Promise((resolve) => server.close(resolve));
  expect([await portIsFree(port), await answers(port)]).toEqual([true, false]);
});
