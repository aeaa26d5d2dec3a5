import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { Webhook } from 'standardwebhooks';
import { NotificationStore, RETRY_AFTER_S } from '../../apps/orchestrator/src/notify/notification-store.js';
import { SendNotifications } from '../../apps/orchestrator/src/notify/send-notifications.js';
import { LoaderDatabase } from '../support/loader-database.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const logger = createLogger({ app: 'test', level: 'silent' });
const run = { run_id: '018c2a00-0000-7000-8000-000000000001', kind: 'daily' as const, date: '2024-02-01' };

let database: LoaderDatabase;
let postgres: Postgres;
let store: NotificationStore;
let receiver: Server;
let url: string;
let received: { headers: IncomingHttpHeaders; body: string }[];
let answers: number[];

beforeAll(async () => {
  database = await LoaderDatabase.create();
  postgres = database.pool();
  store = new NotificationStore(postgres, true);
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answers.shift() ?? 204, { location: '/elsewhere' }).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
beforeEach(async () => {
  [received, answers] = [[], []];
  await postgres.query('TRUNCATE pipeline.notifications');
});
afterAll(async () => {
  receiver.close();
  await database.drop();
});

const metrics = new Metrics();
const send = (to = url): Promise<number> => new SendNotifications(store, { url: to, secret }, logger, metrics).run();
const late = (): Promise<void> => postgres.transaction((client) => store.runLate(client, run, new Date('2024-02-02T06:15:00Z')));
const passTime = (): Promise<unknown> =>
  postgres.query('UPDATE pipeline.notifications SET next_attempt_at = now() WHERE next_attempt_at IS NOT NULL');
const kept = (): Promise<{ attempts: number; delivered: boolean; waits: boolean; problem: string | null }[]> =>
  postgres.query(
    `SELECT attempts, delivered_at IS NOT NULL AS delivered, next_attempt_at IS NOT NULL AS waits, problem FROM pipeline.notifications`,
  );

it('is posted once, signed so that the receiver can tell', async () => {
  await late();
  expect(await send()).toBe(1);
  expect(await send()).toBe(0);
  expect(received).toHaveLength(1);
  const [{ headers, body }] = received as [(typeof received)[number]];
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
    type: 'run.late',
    timestamp: expect.stringMatching(/^20/) as string,
    data: { ...run, deadline_at: '2024-02-02T06:15:00.000Z' },
  });
  expect(await kept()).toEqual([{ attempts: 1, delivered: true, waits: false, problem: null }]);
});

it('what is not taken is tried again later under the same id: refused, redirected, nobody there', async () => {
  await late();
  answers = [503, 302];
  await send();
  expect(await kept()).toEqual([{ attempts: 1, delivered: false, waits: true, problem: 'the receiver answered 503' }]);
  expect(await send()).toBe(0);
  await passTime();
  await send();
  expect(await kept()).toMatchObject([{ attempts: 2, problem: 'the receiver answered 302' }]);
  await passTime();
  await send('http://127.0.0.1:9/');
  expect(await kept()).toMatchObject([{ attempts: 3, delivered: false, problem: expect.any(String) as string }]);
  await passTime();
  await send();
  expect(await kept()).toEqual([{ attempts: 4, delivered: true, waits: false, problem: null }]);
  expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(received).toHaveLength(3);
});

it('is given up after its last try, and kept with the reason', async () => {
  await late();
  for (let tries = 0; tries <= RETRY_AFTER_S.length; tries += 1) {
    answers = [500];
    await passTime();
    expect(await send()).toBe(1);
  }
  await passTime();
  expect(await send()).toBe(0);
  const tries = RETRY_AFTER_S.length + 1;
  expect(await kept()).toEqual([{ attempts: tries, delivered: false, waits: false, problem: 'the receiver answered 500' }]);
  expect(await metrics.text()).toMatch(/elias_orchestrator_notifications_total\{outcome="given_up"\} 1/);
});

it('nothing is kept for nobody', async () => {
  await postgres.transaction((client) => new NotificationStore(postgres, false).runLate(client, run, new Date()));
  expect(await kept()).toEqual([]);
});
