import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deadLetterTopic } from '@elias/contracts';
import { ensureTopics } from '@elias/kafka';
import { migratePostgres } from '@elias/postgres';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { runElias } from '../support/run-elias.js';
import type { ToolResult } from '../support/run-tool.js';
import { testStack } from '../support/stack.js';
import { KafkaFixture, silent, text, uniqueName, until } from './kafka-fixtures.js';

const { kafka: servers, postgres } = testStack();
const kafka = new KafkaFixture(servers.brokers);
const group = uniqueName('group');
const letters = deadLetterTopic(group).name;
let database: FreshDatabase;
let topic: string;
let refuse = true;
const seen: string[] = [];

/** An orchestrator's API that notes what it is asked for. */
const asked: unknown[] = [];
const orchestrator = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    asked.push({ authorization: request.headers.authorization, ...(JSON.parse(Buffer.concat(chunks).toString()) as object) });
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"run_id":"some-run"}');
  });
});

beforeAll(async () => {
  database = await freshDatabase(postgres);
  await migratePostgres(database.url, silent);
  await ensureTopics(kafka.client, [{ name: letters, partitions: 1, cleanup: 'delete' }]);
  topic = await kafka.topic('refused');
  await new Promise<void>((resolve) => orchestrator.listen(0, '127.0.0.1', resolve));
  kafka.member(
    topic,
    group,
    async (batch) => {
      for (const record of batch.records) {
        seen.push(text(record));
        if (refuse) await batch.deadLetter(record, 'wrong-shape', new Error('not as it should be'));
      }
    },
    { deadLetterTopic: letters, agedTopics: [topic] },
  );
  await kafka.produce(topic, 3);
  await until('three letters', async () => (await kafka.all(letters)).length === 3);
  refuse = false;
}, 120_000);
afterAll(async () => {
  await kafka.close();
  orchestrator.close();
  await database?.drop();
});

const dlq = (...args: string[]): Promise<ToolResult> =>
  runElias(['dlq', ...args], {
    KAFKA_BROKERS: servers.brokers.join(','),
    POSTGRES_URL: database.url,
    ORCHESTRATOR_URL: `http://127.0.0.1:${(orchestrator.address() as AddressInfo).port}`,
    ORCHESTRATOR_API_TOKEN: 'planted-token-of-a-test',
  });
const counts = async (): Promise<unknown> =>
  (JSON.parse((await dlq('list', '--group', group, '--json')).out) as { by_reason: unknown }).by_reason;

it('counts letters by reason, lists each, and shows all of one', async () => {
  expect(await counts()).toMatchObject([{ group, reason: 'wrong-shape', open: 3, settled: 0 }]);
  expect((await dlq('list', '--group', group)).out).toMatch(/^group +reason +open +settled +last \(UTC\)\n/);
  const each = await dlq('list', '--group', group, '--each', '--limit', '2');
  expect(each.out).toContain(`${group}/0/1`);
  expect(each.out).toContain('and 1 more');
  expect((await dlq('list', '--group', group, '--since', '2099-01-01')).out).toBe('No dead letters.\n');
  const shown = await dlq('show', `${group}/0/1`);
  expect(shown).toMatchObject({ code: 0, errors: '' });
  for (const fact of [`${topic}[0] at offset 1`, 'not as it should be', 'v1']) expect(shown.out).toContain(fact);
});

it('sends one back to its group, once', async () => {
  expect(await dlq('redrive', `${group}/0/1`)).toEqual({
    code: 0,
    out: `${group}/0/1  redriven\n1 of 1 letters settled.\n`,
    errors: '',
  });
  await until('it came again', () => seen.length === 4);
  expect(seen).toEqual(['v0', 'v1', 'v2', 'v1']);
  expect(await dlq('redrive', `${group}/0/1`)).toMatchObject({ code: 1, out: expect.stringContaining('redriven already') as string });
  expect(await counts()).toMatchObject([{ open: 2, settled: 1 }]);
});

it('drops what is left, by group', async () => {
  expect(await dlq('drop', '--group', group)).toMatchObject({ code: 2, errors: expect.stringContaining('--because') as string });
  expect(await dlq('drop', '--group', group, '--because', 'a test')).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 of 2 letters settled.') as string,
  });
  expect(await counts()).toMatchObject([{ open: 0, settled: 3 }]);
  const { rows } = await database.admin.query('SELECT settled_as, because FROM pipeline.settled_letters ORDER BY record_offset');
  expect(rows).toEqual([
    { settled_as: 'dropped', because: 'a test' },
    { settled_as: 'redriven', because: null },
    { settled_as: 'dropped', because: 'a test' },
  ]);
});

it('asks the orchestrator for a window whose record was refused', async () => {
  const headers = {
    ...{ elias_dlq_group: group, elias_dlq_topic: 'elias.windows.candles.v1', elias_dlq_partition: '3', elias_dlq_offset: '44' },
    ...{ elias_dlq_reason: 'wrong-hash', elias_dlq_key: 'candles/60/BTC-USD/2023-12-01' },
  };
  await kafka.client.producer().send([{ topic: letters, partition: 0, key: 'k', value: null, headers }]);
  const redriven = await dlq('redrive', '--group', group, '--json');
  expect(JSON.parse(redriven.out)).toEqual({ letters: [{ letter: `${group}/0/3`, settled_as: 'asked_again', problem: null }] });
  expect(asked).toEqual([
    {
      authorization: 'Bearer planted-token-of-a-test',
      granularity: 60,
      products: ['BTC-USD'],
      from: '2023-12-01T00:00:00Z',
      to: '2023-12-02T00:00:00Z',
      idempotency_key: `dead-letter ${group}/0/3`,
    },
  ]);
});

it('says which letters it does not know', async () => {
  for (const id of ['nonsense', `${group}/0/99`, `${uniqueName('nobody')}/0/0`]) {
    expect(await dlq('show', id)).toMatchObject({
      code: 2,
      out: '',
      errors: expect.stringMatching(/^[^\n]*dead letter[^\n]*\n$/) as string,
    });
  }
  expect(await dlq('redrive')).toMatchObject({ code: 2, errors: expect.stringContaining('--group') as string });
});
