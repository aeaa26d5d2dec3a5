import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testStack } from '../support/stack.js';
import { startChildConsumer } from './kafka-child-process.js';
import { KafkaFixture, uniqueName, until } from './kafka-fixtures.js';

const { brokers } = testStack().kafka;
const kafka = new KafkaFixture(brokers);
const directory = mkdtempSync(join(tmpdir(), 'elias-kill-'));
const children: ChildProcess[] = [];

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await kafka.close();
  rmSync(directory, { recursive: true });
});

function consumer(topic: string, groupId: string, file: string): ChildProcess {
  const child = startChildConsumer({ brokers, topic, groupId, file });
  children.push(child);
  return child;
}

it('a consumer that is killed goes on where it had committed: nothing is skipped, little comes twice', async () => {
  const topic = await kafka.topic('kill', { partitions: 3 });
  const groupId = uniqueName('kill');
  const file = join(directory, 'done');
  const perPartition = 1_200;
  for (const partition of [0, 1, 2]) await kafka.produce(topic, perPartition, { partition, prefix: `${partition}:` });
  const lines = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  const distinct = (): number => new Set(lines().map((line) => line.split(' ')[1])).size;

  const first = consumer(topic, groupId, file);
  await until(
    'some commits',
    async () => lines().length > 600 && (await kafka.committed(groupId, topic)).every((offset) => Number(offset) > 0),
  );
  first.kill('SIGKILL');
  await until('the end of the first', () => first.signalCode === 'SIGKILL');
  const committed = (await kafka.committed(groupId, topic)).map(Number);
  const doneByFirst = lines().length;
  // what is committed was done
  for (const [partition, offset] of committed.entries()) {
    const done = new Set(lines().map((line) => line.split(' ')[1]));
    for (let index = 0; index < offset; index += 1) expect(done.has(`${partition}:${index}`)).toBe(true);
  }

  const second = consumer(topic, groupId, file);
  const third = consumer(topic, groupId, file);
  await until('every record', () => distinct() === 3 * perPartition, 60_000);
  for (const child of [second, third]) child.kill('SIGTERM');
  await until('the end of both', () => second.exitCode !== null && third.exitCode !== null);
  expect([second.exitCode, third.exitCode]).toEqual([0, 0]);
  expect(await kafka.committed(groupId, topic)).toEqual(['1200', '1200', '1200']);
  const twice = lines().length - distinct();
  // at most what the first had done since its last commit, a second's worth, and what a join among the two repeats
  expect(twice).toBeLessThan(doneByFirst);
}, 240_000);

it('a bug in a handler ends the process non-zero, with nothing committed past it', async () => {
  const topic = await kafka.topic('bug-ends');
  const groupId = uniqueName('bug-ends');
  await kafka.client.producer().send(['v0', 'bug', 'v2'].map((value) => ({ topic, partition: 0, key: null, value })));
  const child = consumer(topic, groupId, join(directory, 'unused'));
  await until('the end of the process', () => child.exitCode !== null);
  expect(child.exitCode).toBe(1);
  expect(['0', null]).toContain((await kafka.committed(groupId, topic))[0]);
}, 120_000);
