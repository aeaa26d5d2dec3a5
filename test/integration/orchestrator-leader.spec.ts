import { jest } from '@jest/globals';
import { OrchestratorScene } from '../support/orchestrator-scene.js';
import type { ServiceProcess } from '../support/service-process.js';

jest.setTimeout(90_000);

let scene: OrchestratorScene;
beforeAll(async () => {
  scene = await OrchestratorScene.open();
});
beforeEach(() => scene.begin());
afterEach(() => scene.end());
afterAll(() => scene.close());

const day = (n: number): string => `2023-12-${String(n).padStart(2, '0')}`;
const asked = (date: string): string[] => scene.requests.map(({ window }) => window.id).filter((id) => id.endsWith(date));

/** Two instances, of which one leads. */
async function pair(): Promise<{ leader: ServiceProcess; standby: ServiceProcess }> {
  const [one, two] = [scene.start(), scene.start()];
  await Promise.all([one.ready(), two.ready()]);
  await scene.until(
    async () => (await Promise.all([scene.leadership(one), scene.leadership(two)])).includes('leader'),
    () => 'nobody leads',
  );
  return (await scene.leadership(one)) === 'leader' ? { leader: one, standby: two } : { leader: two, standby: one };
}

/** Has Postgres end the connection that holds the leader's lock. */
const cutLock = (): Promise<object[]> =>
  scene.postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'elias-orchestrator-lock'`);

it('of two instances one leads; when it is killed the other takes over, and nothing is asked for twice', async () => {
  const { leader, standby } = await pair();
  expect(await scene.leadership(standby)).toBe('standby');
  expect(await Promise.all([leader, standby].map((each) => each.metric('elias_orchestrator_leader')))).toEqual([1, 0]);

  const runs = await scene.client(standby);
  await runs.start({ products: scene.products, from: day(10), to: day(11) });
  await scene.until(
    () => asked(day(10)).length === 2,
    () => 'what the standby took is not asked for',
  );
  leader.kill('SIGKILL');
  await leader.exited;
  await runs.start({ products: scene.products, from: day(11), to: day(12) });
  await scene.leads(standby);
  await scene.until(
    () => asked(day(11)).length === 2,
    () => 'the new leader does not ask',
  );
  expect(asked(day(10))).toHaveLength(2);
});

it('a leader whose connection is cut competes again and goes on', async () => {
  const orchestrator = scene.start();
  await scene.leads(orchestrator);
  expect(await cutLock()).toHaveLength(1);
  await scene.until(
    () => orchestrator.output.includes('leads no more, as its connection was lost'),
    () => 'it does not see the loss',
  );
  await scene.leads(orchestrator);
  await (await scene.client(orchestrator)).start({ products: scene.products, from: day(20), to: day(21) });
  await scene.until(
    () => asked(day(20)).length === 2,
    () => 'it does not ask any more',
  );
});

it('a leader that stands still is followed by the other, and is standby when it wakes', async () => {
  const { leader, standby } = await pair();
  leader.kill('SIGSTOP');
  await scene.leads(standby);
  leader.kill('SIGCONT');
  await scene.until(
    async () => (await scene.leadership(leader)) === 'standby',
    () => 'it still takes itself for the leader',
  );
  expect(await scene.leadership(standby)).toBe('leader');
});
