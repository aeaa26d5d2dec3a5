import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureTopics, KafkaClient, readRange } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import pg from 'pg';
import { isAlive } from '../../deploy/local/processes/process-identity.js';
import type { StackDocument } from '../../deploy/local/state/stack-file.js';

const INFRA = fileURLToPath(new URL('../../dist/deploy/local/infra.js', import.meta.url));
const TOPIC = { name: 'kept', partitions: 1, cleanup: 'delete' as const };

const folder = mkdtempSync(join(tmpdir(), 'elias-servers-'));
const [state, stackFile] = [join(folder, 'state'), join(folder, 'stack.json')];
let infra: ChildProcess;
let output = '';
let first: StackDocument;
let second: StackDocument;
let squatter: Server;

/** Starts the servers as `npm test` does, and waits for their stack file. */
async function start(): Promise<StackDocument> {
  output = '';
  infra = spawn(process.execPath, [INFRA, '--state', state, '--stack', stackFile], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  for (const stream of [infra.stdout!, infra.stderr!]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!existsSync(stackFile)) {
    if (infra.exitCode !== null) throw new Error(output);
    await sleep(100);
  }
  return JSON.parse(readFileSync(stackFile, 'utf8')) as StackDocument;
}

async function ended(): Promise<void> {
  if (infra.exitCode === null && infra.signalCode === null) await new Promise((resolve) => infra.once('exit', resolve));
}

afterAll(async () => {
  infra?.kill('SIGTERM');
  await ended();
  await new Promise((resolve) => squatter?.close(resolve) ?? resolve(null));
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** A topic with one record, an object, a row. */
async function leaveData({ kafka, s3, postgres }: StackDocument): Promise<void> {
  const client = new KafkaClient({ brokers: kafka!.brokers, clientId: 'test', logger: createLogger({ app: 'test', level: 'silent' }) });
  await ensureTopics(client, [TOPIC]);
  const producer = client.producer();
  await producer.connect();
  await producer.send([{ topic: TOPIC.name, key: 'k', partition: 0, value: 'still here' }]);
  await producer.disconnect();
  await client.close();
  await fetch(`${s3!.endpoint}/${s3!.bucket}/kept.txt`, { method: 'PUT', body: 'still here' });
  await query(postgres!.url, "CREATE TABLE kept AS SELECT 'still here' AS word");
}

async function findData({ kafka, s3, postgres }: StackDocument): Promise<string[]> {
  const client = new KafkaClient({ brokers: kafka!.brokers, clientId: 'test', logger: createLogger({ app: 'test', level: 'silent' }) });
  const words: string[] = [];
  const range = { topic: TOPIC.name, partitions: [{ partition: 0, from: '0', to: '1' }] };
  await readRange(client, range, (records) => void words.push(...records.map(({ value }) => String(value))));
  await client.close();
  words.push(await (await fetch(`${s3!.endpoint}/${s3!.bucket}/kept.txt`)).text());
  const [row] = await query(postgres!.url, 'SELECT word FROM kept');
  return [...words, String(row?.word)];
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Local addresses on which these processes listen, as the kernel has them: hexadecimal, least byte first. */
function listeningAddresses(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap((pid) => readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , status, , , , , , inode]) => status === '0A' && inodes.has(`socket:[${inode}]`))
      .map(([, local = '']) => local.split(':')[0] ?? ''),
  );
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

it('Kafka, S3Mock and Postgres start on a new state and take data', async () => {
  first = await start();
  await leaveData(first);
  expect(await findData(first)).toEqual(['still here', 'still here', 'still here']);
  expect(first.processes.map(({ name }) => name).sort()).toEqual(['kafka', 'postgres', 's3mock']);
}, 120_000);

(process.platform === 'linux' ? it : it.skip)('nothing listens on other than loopback', () => {
  const addresses = listeningAddresses(first.processes.map(({ pid }) => pid));
  expect(addresses.length).toBeGreaterThanOrEqual(4);
  expect([...new Set(addresses)].sort()).toEqual(['0000000000000000FFFF00000100007F', '0100007F']);
});

it('the database orders text as RDS does, the one behind Redshift by bytes', async () => {
  const order = async (url: string): Promise<unknown> =>
    (await query(url, "SELECT string_agg(word, ',' ORDER BY word) AS words FROM (VALUES ('a'), ('B')) AS t (word)"))[0]?.words;
  expect([await order(first.postgres!.url), await order(first.postgres!.redshift_url)]).toEqual(['a,B', 'B,a']);
});

it('a start after kill -9 ends what was left, moves off a port that is taken meanwhile, and finds the data', async () => {
  process.kill(infra.pid!, 'SIGKILL');
  await ended();
  expect(first.processes.every(isAlive)).toBe(true);
  const kafka = first.processes.find(({ name }) => name === 'kafka')!;
  process.kill(kafka.pid, 'SIGKILL');
  while (isAlive(kafka)) await sleep(20);
  const port = Number(first.kafka!.brokers[0]!.split(':')[1]);
  squatter = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  rmSync(stackFile);

  second = await start();
  expect(output).toMatch(/^Ended what a killed stack had left running: (s3mock, postgres|postgres, s3mock)\.$/m);
  expect(first.processes.some(isAlive)).toBe(false);
  expect(second.kafka!.brokers).not.toEqual(first.kafka!.brokers);
  expect([second.s3!.endpoint, second.postgres!.url]).toEqual([first.s3!.endpoint, first.postgres!.url]);
  expect(await findData(second)).toEqual(['still here', 'still here', 'still here']);
}, 180_000);

it('a server that dies comes back on its port', async () => {
  const before = second.processes.find(({ name }) => name === 's3mock')!;
  process.kill(before.pid, 'SIGKILL');
  const isBack = (): boolean => output.includes('s3mock is back');
  for (const deadline = Date.now() + 60_000; !isBack() && Date.now() < deadline;) await sleep(100);
  expect(output).toMatch(/^s3mock ended by SIGKILL; it is started again/m);
  expect(await findData(second)).toEqual(['still here', 'still here', 'still here']);
}, 90_000);

it('SIGTERM ends all of them and takes the stack file away', async () => {
  const { processes } = JSON.parse(readFileSync(join(state, 'stack.json'), 'utf8')) as StackDocument;
  infra.kill('SIGTERM');
  await ended();
  expect(infra.exitCode).toBe(0);
  expect(processes.some(isAlive)).toBe(false);
  expect([existsSync(stackFile), existsSync(join(state, 'stack.json'))]).toEqual([false, false]);
}, 60_000);
