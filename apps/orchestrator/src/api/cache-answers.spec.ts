import fastify from 'fastify';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { cacheAnswers, isAmong, tagOf, takesGzip } from './cache-answers.js';

let server: FastifyInstance;
let runs = 1;
const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' | 'POST' = 'GET'): Promise<LightMyRequestResponse> =>
  server.inject({ method, url, headers });

beforeEach(async () => {
  runs = 1;
  server = fastify();
  cacheAnswers(server);
  server.get('/runs', () => ({ runs }));
  server.post('/runs', () => ({ runs }));
  server.get('/refused', (_request, reply) => reply.status(404).send({ status: 404 }));
  server.get('/tagged', (_request, reply) => reply.header('etag', 'W/"mine"').send({ a: 1 }));
  server.get('/own', (_request, reply) => reply.header('cache-control', 'no-store').send({ a: 1 }));
  await server.ready();
});
afterEach(() => server.close());

it('what was read before is not sent again until it changes', async () => {
  const first = await get('/runs');
  expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'accept-encoding, authorization, cookie' });
  const tag = String(first.headers['etag']);
  const again = await get('/runs', { 'if-none-match': tag });
  expect([again.statusCode, again.body, again.headers['etag']]).toEqual([304, '', tag]);
  expect((await get('/runs', { 'if-none-match': tag }, 'HEAD')).statusCode).toBe(304);
  runs = 2;
  const changed = await get('/runs', { 'if-none-match': tag });
  expect([changed.statusCode, changed.json()]).toEqual([200, { runs: 2 }]);
});

it('refusals, and what is not read, are never kept', async () => {
  for (const answer of [await get('/refused'), await get('/runs', {}, 'POST')]) {
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(answer.headers['etag']).toBeUndefined();
  }
  expect((await get('/refused', { 'if-none-match': '*' })).statusCode).toBe(404);
  expect((await get('/own')).headers).toMatchObject({ 'cache-control': 'no-store' });
});

it.each([
  [tagOf('a'), true],
  [tagOf('a').slice(2), true],
  [`"x", ${tagOf('a')}`, true],
  ['*', true],
  [tagOf('b'), false],
  ['', false],
  [undefined, false],
])('%s is the tag: %s', (sent, expected) => {
  expect(isAmong(tagOf('a'), sent)).toBe(expected);
});

it('an answer that brings its tag keeps it', async () => {
  const [first, again] = [await get('/tagged'), await get('/tagged', { 'if-none-match': 'W/"mine"' })];
  expect([first.headers['etag'], first.json(), again.statusCode, again.body]).toEqual(['W/"mine"', { a: 1 }, 304, '']);
});

it.each([
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.2', true],
  ['*', true],
  ['*;q=0.5, gzip;q=0', false],
  ['gzip; q=0.0', false],
  ['br', false],
  ['', false],
  [undefined, false],
])('%s takes gzip: %s', (sent, expected) => {
  expect(takesGzip(sent)).toBe(expected);
});
