import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { PORTS } from './setup/doctor.mjs';
import { choosePorts, PREFERRED_PORTS } from './start-servers.js';

it('prefers the ports that the doctor looks at', () => {
  expect(Object.values(PORTS).sort()).toEqual(Object.values(PREFERRED_PORTS).sort());
});

it('takes the remembered port where it is free, else the next, and never one port twice', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => busy.once('listening', resolve));
  const { port } = busy.address() as AddressInfo;
  try {
    const ports = await choosePorts({ kafka: port, s3: port, postgres: 45_431 }, 30_000);
    expect(ports.kafka).toBeGreaterThan(port);
    expect(ports.s3).toBeGreaterThan(port);
    expect(ports.postgres).toBe(45_431);
    expect(new Set(Object.values(ports)).size).toBe(Object.keys(PREFERRED_PORTS).length);
  } finally {
    await new Promise((resolve) => busy.close(resolve));
  }
});
