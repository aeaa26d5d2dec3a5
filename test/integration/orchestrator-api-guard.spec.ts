import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiScene } from '../support/api-scene.js';
import type { ApiAnswer } from '../support/api-scene.js';

let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open({ ORCHESTRATOR_API_REQUESTS_PER_SECOND: '60' });
});
afterAll(() => scene.close());

/** One line of a request as it is, which no client would send. */
async function raw(line: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(scene.url).port) });
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => (text += part));
  socket.write(`${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

it('who asks too often is told when to come again', async () => {
  const answers: ApiAnswer[] = [];
  for (let i = 0; i < 70; i += 1) answers.push(await scene.get('/grid?days=0'));
  const refused = answers.filter(({ status }) => status === 429);
  expect([answers.filter(({ status }) => status === 400).length, refused.length]).toEqual([60, 10]);
  const [first] = refused;
  expect(first).toMatchObject({ type: 'application/problem+json', headers: { 'retry-after': '1' } });
  expect(first!.json).toMatchObject({ type: 'about:blank', title: 'Too Many Requests', status: 429 });
  await sleep(1_100);
  expect((await scene.get('/products')).status).toBe(200);
});

it.each([
  ['nobody is trusted', {}, [200, 200, 429]],
  ['another is trusted', { ORCHESTRATOR_TRUSTED_PROXIES: '10.0.0.0/8' }, [200, 200, 429]],
  ['the proxy is trusted', { ORCHESTRATOR_TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' }, [200, 200, 200]],
])('whom a proxy names is who asks, where the proxy is trusted: %s', async (_name, settings, expected) => {
  const behind = await ApiScene.open({ ORCHESTRATOR_API_REQUESTS_PER_SECOND: '2', ...settings });
  try {
    const statuses: number[] = [];
    for (const asking of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
      const { status } = await fetch(`${behind.url}/openapi.json`, { headers: { 'x-forwarded-for': `198.51.100.9, ${asking}` } });
      statuses.push(status);
    }
    expect(statuses).toEqual(expected);
  } finally {
    await behind.close();
  }
});

it('an answer that was read before is not sent again', async () => {
  const first = await fetch(`${scene.url}/grid?to=2023-12-01`);
  const again = await fetch(`${scene.url}/grid?to=2023-12-01`, { headers: { 'if-none-match': first.headers.get('etag')! } });
  expect([first.status, first.headers.get('cache-control'), again.status, await again.text()]).toEqual([200, 'private, no-cache', 304, '']);
});

it.each([
  ['/no-such-path', 404],
  ['/products/', 404],
  ['/products/../products', 404],
  ['/archives/..%2f..%2fetc%2fpasswd', 404],
  ['/archives%2fdownload?key=x', 404],
  ['/archives/download/..%00', 404],
  ['/%00', 404],
  ['/%ff', 400],
  ['/products/%', 400],
  ['/products?%00=1', 400],
  ['/grid?days[]=1', 400],
  ['/grid?days=1e1', 200],
  ['/grid?days=NaN', 400],
  ['/grid?__proto__=1', 400],
  ['/grid?to=2023-12-01&constructor=1', 400],
  [`/coverage?from=${'9'.repeat(100)}`, 400],
])('%s is %i, as a problem', async (path, status) => {
  const [head, body] = (await raw(`GET ${path}`)).split('\r\n\r\n') as [string, string];
  expect([path, Number(head.slice(9, 12))]).toEqual([path, status]);
  if (status === 200) return;
  expect(head).toMatch(/content-type: application\/problem\+json/i);
  expect(JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1))).toMatchObject({ status });
});

it.each([
  ['a body that is too large', 'application/json', `{"token": "${'x'.repeat(2_000_000)}"}`, 413],
  ['no JSON', 'application/json', '{"token": ', 400],
  ['an empty body', 'application/json', '', 400],
  ['another type', 'text/plain', 'token', 422],
  ['what would change all objects', 'application/json', '{"__proto__": {"token": "x"}}', 400],
])('%s is refused', async (_name, type, body, status) => {
  const answer = await fetch(`${scene.url}/session`, { method: 'POST', headers: { 'content-type': type }, body });
  expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, 'application/problem+json']);
  expect(await answer.json()).toMatchObject({ status });
});
