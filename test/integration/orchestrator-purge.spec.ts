import { createLogger } from '@elias/telemetry';
import { PurgeOld } from '../../apps/orchestrator/src/purge/purge-old.js';
import { PurgeStore, PURGED_STAGES } from '../../apps/orchestrator/src/purge/purge-store.js';
import { ApiScene } from '../support/api-scene.js';
import { madeId, madeTelling } from '../support/made-telling.js';

const WINDOW = 'candles/60/AAA-USD/2023-12-01';
const logger = createLogger({ app: 'test', level: 'silent' });
let scene: ApiScene;
beforeAll(async () => {
  scene = await ApiScene.open();
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.postgres.query(
    `TRUNCATE pipeline.runs, pipeline.tasks, pipeline.facts, pipeline.notifications, pipeline.transform_outcomes, pipeline.transform_marks,
       market.candles, market.load_ledger`,
  );
});

const purge = async (): Promise<void> => {
  const old = new PurgeOld(new PurgeStore(scene.postgres), logger);
  for (let rounds = 0; (await old.run()) > 0; rounds += 1) if (rounds > 100) throw new Error('it does not end');
};
const facts = async (windowId = WINDOW): Promise<string[]> => {
  const rows = await scene.postgres.query<{ name: string }>(
    `SELECT stage || ' ' || COALESCE(fact -> 'revision' ->> 'collectionId', telling) AS name FROM pipeline.facts WHERE window_id = $1`,
    [windowId],
  );
  return rows.map(({ name }) => name).sort();
};
const aged = (days: number): Promise<unknown> =>
  scene.postgres.query(`UPDATE pipeline.facts SET recorded_at = now() - $1 * interval '1 day'`, [days]);

/** Two tellings of a window went all the way; Postgres holds the second. */
async function twoTellings(): Promise<{ first: string; second: string }> {
  const [first, second] = [madeId('first'), madeId('collection second')];
  await scene.tell(WINDOW, first);
  await scene.tell(WINDOW, second);
  await scene.loader.deliver({ telling: madeTelling({ productId: 'AAA-USD', telling: 'second' }) });
  return { first, second };
}

it('of a replaced telling what was sealed stays, of the one in Postgres everything does', async () => {
  const { first, second } = await twoTellings();
  const all = await facts();
  await aged(89);
  await purge();
  expect(await facts()).toEqual(all);
  await aged(91);
  await purge();
  expect(await facts()).toEqual(all.filter((name) => name.endsWith(second) || name === `sealed ${first}`));
  expect(all.length).toBeGreaterThan((await facts()).length);
  const { json } = await scene.get(`/revisions?window=${WINDOW}`);
  const told = (json['revisions'] as { collection_id: string; archive_key: string | null }[]).map(({ collection_id, archive_key }) => [
    collection_id,
    archive_key !== null,
  ]);
  expect(told.sort()).toEqual(
    [
      [first, true],
      [second, true],
    ].sort(),
  );
});

it('facts stay while a task of their window is open', async () => {
  await twoTellings();
  const all = await facts();
  await aged(91);
  await scene.run({ runId: madeId('run'), windows: [WINDOW] });
  await purge();
  expect(await facts()).toEqual(all);
  await scene.postgres.query('UPDATE pipeline.tasks SET settled = true');
  await purge();
  expect((await facts()).length).toBeLessThan(all.length);
});

it('all that is old is looked through, however many there are of one moment, and what stays holds nothing up', async () => {
  await twoTellings();
  await scene.postgres.query(
    `INSERT INTO pipeline.facts (window_id, stage, telling, fact, recorded_at)
     SELECT 'candles/60/BBB-USD/2023-12-' || to_char(n % 28 + 1, 'FM00'), s, 'of ' || n, '{"revision": {"collectionId": "x"}}', timestamptz '2023-12-01'
     FROM generate_series(1, 2500) n, unnest($1::text[]) s`,
    [PURGED_STAGES],
  );
  await aged(91);
  await purge();
  const left = await scene.postgres.query<{ stage: string; count: string }>(
    `SELECT stage, count(*) FROM pipeline.facts WHERE window_id LIKE '%BBB%' GROUP BY stage ORDER BY stage`,
  );
  // a window that Postgres never had keeps what was told of it, save failures
  expect(left).toEqual(['collected', 'rds_loaded', 'warehouse_loaded'].map((stage) => ({ stage, count: '2500' })));
  await scene.postgres.query(
    `INSERT INTO market.load_ledger SELECT 'candles/60/BBB-USD/2023-12-' || to_char(n, 'FM00'), 0, 0, now(), 'y', 0, '', 0, '', '', '', 'loaded', now()
     FROM generate_series(1, 28) n`,
  );
  await purge();
  expect(await scene.postgres.query(`SELECT FROM pipeline.facts WHERE window_id LIKE '%BBB%'`)).toHaveLength(0);
});

it('notifications that are done with, and outcomes that nobody waits for, go when they are old', async () => {
  await scene.postgres.query(
    `INSERT INTO pipeline.notifications (notification_id, type, body, created_at, next_attempt_at) VALUES
       (gen_random_uuid(), 'done', '{}', now() - interval '91 days', NULL), (gen_random_uuid(), 'due', '{}', now() - interval '91 days', now()),
       (gen_random_uuid(), 'young', '{}', now() - interval '89 days', NULL)`,
  );
  await scene.postgres.query(
    `INSERT INTO pipeline.transform_outcomes (window_id, outcome, computed_at) VALUES
       ('old', 'published', now() - interval '91 days'), ('marked', 'published', now() - interval '91 days'), ('young', 'published', now())`,
  );
  await scene.postgres.query(`INSERT INTO pipeline.transform_marks (window_id, day) VALUES ('marked', '2023-12-01')`);
  await purge();
  const types = await scene.postgres.query<{ type: string }>('SELECT type FROM pipeline.notifications ORDER BY type');
  const outcomes = await scene.postgres.query<{ window_id: string }>(
    'SELECT window_id FROM pipeline.transform_outcomes ORDER BY window_id',
  );
  expect([types.map(({ type }) => type), outcomes.map(({ window_id }) => window_id)]).toEqual([
    ['due', 'young'],
    ['marked', 'young'],
  ]);
});
