import { alarmsAnswer, servicesAnswer } from '../../apps/orchestrator/src/pipeline/service-answers.js';
import { ApiScene } from '../support/api-scene.js';
import { madeId } from '../support/made-telling.js';
import { until } from '../support/service-process.js';

const TOKEN = 'a-token-of-enough-length';
const WINDOW = 'candles/60/AAA-USD/2023-12-01';
let scene: ApiScene;
const opened: AbortController[] = [];

beforeAll(async () => {
  scene = await ApiScene.open({ ORCHESTRATOR_API_TOKEN: TOKEN });
});
afterEach(() => opened.splice(0).forEach((one) => one.abort()));
afterAll(() => scene.close());

const bearer = { authorization: `Bearer ${TOKEN}` };
const enter = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${scene.url}/session`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

/** What a browser's EventSource would get. */
class Listener {
  text = '';
  ended = false;

  static async open(headers: Record<string, string>): Promise<{ listener: Listener; response: Response }> {
    const controller = new AbortController();
    opened.push(controller);
    const response = await fetch(`${scene.url}/stream`, { headers, signal: controller.signal });
    const listener = new Listener();
    void listener.read(response).catch(() => (listener.ended = true));
    return { listener, response };
  }

  get events(): { name: string; data: Record<string, unknown> }[] {
    return [...this.text.matchAll(/^event: (\w+)\ndata: (.*)\n$/gm)].map(([, name, data]) => ({
      name: name!,
      data: JSON.parse(data!) as Record<string, unknown>,
    }));
  }

  async named(name: string, count = 1): Promise<Record<string, unknown>> {
    const all = (): Record<string, unknown>[] => this.events.filter((event) => event.name === name).map(({ data }) => data);
    await until(
      () => all().length >= count,
      15_000,
      () => `no ${count} events ${name}:\n${this.text}`,
    );
    return all()[count - 1]!;
  }

  private async read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) this.text += decoder.decode(chunk as Uint8Array, { stream: true });
    this.ended = true;
  }
}

it('a browser gets a cookie for the token, and listens with it', async () => {
  const answer = await enter(JSON.stringify({ token: TOKEN }));
  expect(answer.status).toBe(204);
  const cookie = answer.headers.get('set-cookie')!;
  expect(cookie).toMatch(/^elias_session=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/);
  expect(cookie).not.toContain(TOKEN);
  const session = { cookie: cookie.split(';')[0]! };
  expect((await fetch(`${scene.url}/products`, { headers: session })).status).toBe(200);
  const { listener, response } = await Listener.open(session);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  servicesAnswer.parse(await listener.named('services'));
  alarmsAnswer.parse(await listener.named('alarms'));
  const ended = await fetch(`${scene.url}/session`, { method: 'DELETE', headers: session });
  expect([ended.status, ended.headers.get('set-cookie')]).toEqual([
    204,
    expect.stringMatching(/^elias_session=; .*Expires=Thu, 01 Jan 1970/),
  ]);
});

it('the cookie is Secure where it was given over TLS', async () => {
  const answer = await enter(JSON.stringify({ token: TOKEN }), { 'x-forwarded-proto': 'https' });
  expect(answer.headers.get('set-cookie')).toMatch(/; Secure/);
});

it('runs are told when they are new and when they change, to all who listen', async () => {
  const listeners = [(await Listener.open(bearer)).listener, (await Listener.open(bearer)).listener];
  for (const listener of listeners) await listener.named('services');
  const runId = madeId('stream');
  await scene.run({ runId, windows: [WINDOW], state: 'running' });
  for (const listener of listeners)
    expect(await listener.named('run')).toMatchObject({ run_id: runId, state: 'running', counts: { running: 1 } });
  await scene.postgres.query(`UPDATE pipeline.tasks SET state = 'succeeded' WHERE run_id = $1`, [runId]);
  for (const listener of listeners) expect(await listener.named('run', 2)).toMatchObject({ run_id: runId, state: 'succeeded' });
});

it.each([
  ['no token', '{}', 422],
  ['a number', '{"token": 1}', 422],
  ['more than the token', `{"token": "${TOKEN}", "admin": true}`, 422],
  ['a wrong token', `{"token": "${TOKEN}x"}`, 401],
  ['no JSON', '{', 400],
  ['a very long one', `{"token": "${'x'.repeat(1_001)}"}`, 422],
])('%s is no session', async (_name, body, status) => {
  const answer = await enter(body);
  expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([status, 'application/problem+json']);
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(await answer.text()).not.toContain(TOKEN);
});

it.each([
  ['nothing', {}],
  ['a forged cookie', { cookie: `elias_session=9999999999999.${'A'.repeat(43)}` }],
  ['the token as a cookie', { cookie: `elias_session=${TOKEN}` }],
])('%s hears nothing', async (_name, headers: Record<string, string>) => {
  const answer = await fetch(`${scene.url}/stream`, { headers });
  expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([401, 'application/problem+json']);
  await answer.body?.cancel();
});

it('a page of others cannot change anything with the cookie', async () => {
  const cookie = (await enter(JSON.stringify({ token: TOKEN }))).headers.get('set-cookie')!.split(';')[0]!;
  const post = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${scene.url}/no-such-path`, { method: 'POST', headers: { cookie, ...headers } })).status;
  expect(await post({ 'sec-fetch-site': 'same-site' })).toBe(401);
  expect(await post({ 'sec-fetch-site': 'cross-site' })).toBe(401);
  expect(await post({ origin: 'http://elsewhere.example' })).toBe(401);
  expect(await post({ origin: 'null' })).toBe(401);
  expect(await post({ origin: scene.url })).toBe(404);
  expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(404);
});

it('the hundred and first is asked to come later; a query is refused', async () => {
  await Promise.all(Array.from({ length: 100 }, () => Listener.open(bearer)));
  const full = await fetch(`${scene.url}/stream`, { headers: bearer });
  expect([full.status, full.headers.get('content-type')?.split(';')[0]]).toEqual([503, 'application/problem+json']);
  await full.body?.cancel();
  expect((await fetch(`${scene.url}/stream?since=1`, { headers: bearer })).status).toBe(400);
  opened.splice(0).forEach((one) => one.abort());
  await until(
    async () => {
      const { listener, response } = await Listener.open(bearer);
      return response.status === 200 && (await listener.named('services')) !== undefined;
    },
    10_000,
    () => 'no room after they left',
  );
});

it('HEAD is answered and ends', async () => {
  const answer = await fetch(`${scene.url}/stream`, { method: 'HEAD', headers: bearer });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
});
