import fastify from 'fastify';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { protectApi } from './protect-api.js';

const TOKEN = 'a-token-of-enough-length';
let server: FastifyInstance;

async function serve(token: string | null, requestsPerSecond = 1_000): Promise<void> {
  server = fastify();
  await protectApi(server, { token, requestsPerSecond });
  for (const path of ['/runs', '/health/live', '/metrics']) server.get(path, () => ({ path }));
  await server.ready();
}
const get = (url: string, authorization?: string): Promise<LightMyRequestResponse> =>
  server.inject({ method: 'GET', url, headers: authorization === undefined ? {} : { authorization } });

afterEach(() => server.close());

it('answers whoever has the token', async () => {
  await serve(TOKEN);
  expect((await get('/runs', `Bearer ${TOKEN}`)).statusCode).toBe(200);
});

it.each([undefined, '', TOKEN, `bearer ${TOKEN}`, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Basic x'])(
  'refuses "%s" with a problem that names no token',
  async (authorization) => {
    await serve(TOKEN);
    for (const url of ['/runs', '/runs?x=/metrics', '/no-such-path']) {
      const answer = await get(url, authorization);
      expect(answer.statusCode).toBe(401);
      expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer' });
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.body).not.toContain(TOKEN);
    }
  },
);

it('lets probes and scrapers in without one', async () => {
  await serve(TOKEN);
  for (const url of ['/health/live', '/metrics']) expect((await get(url)).statusCode).toBe(200);
});

it('asks for no token where none is set', async () => {
  await serve(null);
  expect((await get('/runs')).statusCode).toBe(200);
});

it('sends security headers and allows no other origin', async () => {
  await serve(null);
  const { headers } = await server.inject({ method: 'GET', url: '/runs', headers: { origin: 'https://elsewhere.example' } });
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN' });
  expect(headers['content-security-policy']).toContain("default-src 'self'");
  expect(headers['access-control-allow-origin']).toBeUndefined();
});

it('refuses an address that asks too often, but never its probes', async () => {
  await serve(null, 3);
  const statuses: number[] = [];
  for (let i = 0; i < 5; i += 1) statuses.push((await get('/runs')).statusCode);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect((await get('/health/live')).statusCode).toBe(200);
});
