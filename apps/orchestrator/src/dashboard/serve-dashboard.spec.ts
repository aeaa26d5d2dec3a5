import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fastify from 'fastify';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { protectApi } from '../api/protect-api.js';
import { isDashboardPath, serveDashboard } from './serve-dashboard.js';

const folder = mkdtempSync(join(tmpdir(), 'elias-dashboard-'));
let server: FastifyInstance;

async function serve(built: string, token: string | null = null): Promise<void> {
  server = fastify();
  await protectApi(server, { token, requestsPerSecond: 1_000 });
  await serveDashboard(server, built);
  server.get('/runs', () => ({ runs: [] }));
  await server.ready();
}
const get = (url: string): Promise<LightMyRequestResponse> => server.inject({ method: 'GET', url });

beforeAll(() => {
  mkdirSync(join(folder, 'built/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'not for browsers');
  writeFileSync(join(folder, 'built/index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'built/assets/index-a1b2c3.js'), 'export {};');
  writeFileSync(join(folder, 'built/assets/index-a1b2c3.js.gz'), gzipSync('export {};'));
});
afterEach(() => server.close());
afterAll(() => rmSync(folder, { recursive: true }));

it('a page is asked for each time, an asset once', async () => {
  await serve(join(folder, 'built'));
  const page = await get('/');
  expect(page).toMatchObject({ statusCode: 200, body: '<!doctype html><title>page</title>' });
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  const asset = await get('/assets/index-a1b2c3.js');
  expect(asset.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable' });
  expect(asset.headers['content-type']).toMatch(/^text\/javascript|^application\/javascript/);
});

it('sends the compressed asset to whoever takes it', async () => {
  await serve(join(folder, 'built'));
  const plain = await get('/assets/index-a1b2c3.js');
  expect(plain).toMatchObject({ body: 'export {};' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  const { headers, rawPayload } = await server.inject({ url: '/assets/index-a1b2c3.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'cache-control': 'public, max-age=31536000, immutable' });
  expect(headers['content-type']).toMatch(/javascript/);
  expect(gunzipSync(rawPayload).toString()).toBe('export {};');
});

it('scripts of others and in the page are kept out', async () => {
  await serve(join(folder, 'built'));
  const policy = String((await get('/')).headers['content-security-policy']);
  expect(policy).toMatch(/script-src 'self'(;|$)/);
  expect(policy).not.toContain('upgrade-insecure-requests');
});

it.each(['/assets/index-gone.js', '/assets/../../secret', '/assets/%2e%2e/%2e%2e/secret', '/no-such-page', '/assets/', '/assets'])(
  '%s is not found',
  async (path) => {
    await serve(join(folder, 'built'));
    expect(await get(path)).toMatchObject({ statusCode: 404 });
  },
);

it('is shown without a token, the API is not', async () => {
  await serve(join(folder, 'built'), 'a-token-of-enough-length');
  expect([(await get('/')).statusCode, (await get('/assets/index-a1b2c3.js')).statusCode]).toEqual([200, 200]);
  expect([(await get('/runs')).statusCode, (await get('/assets/../runs')).statusCode]).toEqual([401, 401]);
});

it('says so when it was not built', async () => {
  await serve(join(folder, 'nothing'));
  const answer = await get('/');
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body).toContain('npm run build');
  expect((await get('/runs')).statusCode).toBe(200);
});

it.each([
  ['/', true],
  ['/index.html', true],
  ['/theme.js', true],
  ['/assets/index-a1b2c3.css', true],
  ['/assets/../runs', false],
  ['/assets/a/b', false],
  ['/runs', false],
  ['//runs', false],
])('%s is of the page: %s', (path, expected) => {
  expect(isDashboardPath(path)).toBe(expected);
});
