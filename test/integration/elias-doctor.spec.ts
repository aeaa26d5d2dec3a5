import { ensureTopics } from '@elias/kafka';
import { TOPICS } from '@elias/contracts';
import { migratePostgres } from '@elias/postgres';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { runElias } from '../support/run-elias.js';
import { storeSettings, testStack } from '../support/stack.js';
import { WarehouseScene } from '../support/warehouse-scene.js';
import { KafkaFixture, silent } from './kafka-fixtures.js';

interface Finding {
  what: string;
  verdict: string;
  detail: string;
}

const kafka = new KafkaFixture(testStack().kafka.brokers);
let scene: WarehouseScene;
let database: FreshDatabase;
let settings: Record<string, string>;

beforeAll(async () => {
  scene = await WarehouseScene.create();
  database = await freshDatabase(testStack().postgres);
  await ensureTopics(kafka.client, Object.values(TOPICS));
  settings = {
    ...storeSettings(),
    KAFKA_BROKERS: testStack().kafka.brokers.join(','),
    POSTGRES_URL: database.url,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: scene.endpoint,
    REDSHIFT_DATABASE: 'dev',
    REDSHIFT_WORKGROUP: 'elias',
    EXCHANGE_URL: 'http://127.0.0.1:9',
    ORCHESTRATOR_URL: 'http://127.0.0.1:9',
  };
}, 120_000);
afterAll(async () => {
  await scene?.close();
  await database?.drop();
  await kafka.close();
});

async function examined(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; findings: Finding[]; text: string }> {
  const { code, out, errors } = await runElias(['doctor', '--json', ...args], env);
  expect(errors).toBe('');
  return { code, findings: (JSON.parse(out) as { findings: Finding[] }).findings, text: out };
}
const verdicts = (findings: readonly Finding[], what: string): string[] =>
  findings.filter((finding) => finding.what === what).map(({ verdict }) => verdict);

it('tells what is there, and what is wrong, each by itself', async () => {
  const { code, findings } = await examined(['--redshift'], settings);
  expect(code).toBe(1);
  for (const what of ['Kafka', 'topics', 'S3', 'Redshift', 'tables there'])
    expect({ what, is: verdicts(findings, what) }).toEqual({ what, is: ['ok'] });
  // not migrated yet: nothing but the tables is wrong with it
  expect(verdicts(findings, 'Postgres')).toEqual(['ok', 'ok']);
  expect(findings).toContainEqual({
    what: 'tables',
    verdict: 'wrong',
    detail: expect.stringMatching(/^0001-market-tables, .* are missing/) as string,
  });
  expect([verdicts(findings, 'exchange'), verdicts(findings, 'orchestrator')]).toEqual([['wrong'], ['wrong']]);
});

it('finds tables of this version, and rights that are missing', async () => {
  await migratePostgres(settings['POSTGRES_URL']!, silent);
  expect(verdicts((await examined([], settings)).findings, 'tables')).toEqual(['ok']);
  await database.admin.query('ALTER TABLE market.load_ledger OWNER TO CURRENT_USER');
  const { findings } = await examined([], settings);
  expect(findings.filter(({ what }) => what === 'rights')).toEqual([
    { what: 'rights', verdict: 'wrong', detail: 'this role may not read and write market.load_ledger' },
  ]);
  expect(verdicts(findings, 'Redshift')).toEqual(['note']);
});

it('names settings that are missing, and tells no secret of those that are there', async () => {
  const { KAFKA_BROKERS, ...without } = settings;
  const secret = 'planted-password-of-a-test';
  const { findings, text } = await examined([], { ...without, POSTGRES_URL: `postgres://nobody:${secret}@127.0.0.1:9/none` });
  expect(findings).toContainEqual({ what: 'Kafka', verdict: 'wrong', detail: 'setting KAFKA_BROKERS is missing' });
  expect(verdicts(findings, 'Postgres')).toEqual(['wrong']);
  expect(text).not.toContain(secret);
  expect(KAFKA_BROKERS).toBeDefined();
});
