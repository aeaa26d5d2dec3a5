import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { StateSettings } from '../state/state-directory.js';
import { choosePorts, startOnPorts } from './start-on-ports.js';

const SIGNAL = new AbortController().signal;
const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))));

async function occupy(port = 0): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return (server.address() as AddressInfo).port;
}

function memory(ports: Record<string, number> = {}) {
  let settings = { ports } as StateSettings;
  return { settings: () => settings, saveSettings: (next: StateSettings) => void (settings = next) };
}

it('takes the remembered port where it is free, else the next, and never one twice', async () => {
  const busy = await occupy();
  const ports = await choosePorts({ kafka: busy, postgres: 21_431 }, { kafka: 1, s3: busy, postgres: 21_432 });
  expect(ports.kafka).toBeGreaterThan(busy);
  expect(ports.s3).toBeGreaterThan(ports.kafka);
  expect(ports.postgres).toBe(21_431);
});

it('keeps the ports that are free when another server has to move', async () => {
  const busy = await occupy(21_531);
  expect(await choosePorts({}, { kafka: busy, s3: busy + 1 })).toEqual({ kafka: busy + 2, s3: busy + 1 });
});

it('tries again when somebody takes the port before the server does, and remembers the last', async () => {
  const state = memory({ other: 7 });
  const tried: number[] = [];
  const ports = await startOnPorts(
    state,
    { kafka: 21_092 },
    async ({ kafka }) => {
      tried.push(kafka);
      if (tried.length > 1) return;
      await occupy(kafka);
      throw new Error('address in use');
    },
    SIGNAL,
    1,
  );
  expect(tried).toHaveLength(2);
  expect(ports.kafka).toBe(tried[1]);
  expect(state.settings().ports).toEqual({ other: 7, kafka: tried[1] });
});

it('tries once more when the ports are free again, since two stacks may have hindered each other', async () => {
  let tries = 0;
  const start = (): Promise<void> => Promise.reject(new Error(`broken ${(tries += 1)}`));
  await expect(startOnPorts(memory(), { kafka: 21_192 }, start, SIGNAL, 1)).rejects.toThrow('broken 2');
});

it('does not try again when it was told to stop', async () => {
  let tries = 0;
  const start = (): Promise<void> => Promise.reject(new Error(`broken ${(tries += 1)}`));
  await expect(startOnPorts(memory(), { kafka: 21_192 }, start, AbortSignal.abort(), 1)).rejects.toThrow('broken 1');
});
