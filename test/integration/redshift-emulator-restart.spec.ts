import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchExecuteStatementCommand } from '@aws-sdk/client-redshift-data';
import { ADDRESSEE, TestEmulator } from './redshift-emulator-support.js';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await TestEmulator.start();
  await emulator.run('CREATE TABLE t (id INTEGER)');
});
afterAll(() => emulator.stop());

it('knows statements, results and tokens after a restart', async () => {
  const command = new BatchExecuteStatementCommand({
    ...ADDRESSEE,
    Sqls: ['INSERT INTO t VALUES (1)', 'SELECT count(*) FROM t'],
    ClientToken: 'restart',
  });
  const { Id } = await emulator.client.send(command);
  await emulator.describe(Id!);
  await emulator.stopService();
  await emulator.startService();
  expect((await emulator.client.send(command)).Id).toBe(Id);
  expect(await emulator.result(`${Id}:2`)).toEqual([[1]]);
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[1]]);
});

it('a stop ends what runs, and nothing of it stands', async () => {
  await emulator.arm({ kind: 'delay', delay_ms: 60_000, match: 'VALUES .2', at: 'commit' });
  const id = await emulator.submit(['INSERT INTO t VALUES (2)']);
  await sleep(300);
  await emulator.stopService();
  await emulator.startService();
  expect(await emulator.describe(id)).toMatchObject({ Status: 'ABORTED' });
  expect(await emulator.rows('SELECT count(*) FROM t WHERE id = 2')).toEqual([[0]]);
});

it('settles by the commit what a killed emulator left open', async () => {
  const committed = await emulator.run('INSERT INTO t VALUES (3)');
  const open = await emulator.run('INSERT INTO t VALUES (4)');
  await emulator.stopService();
  // as a kill between the commit and its record leaves them: both open, one with its marker
  const { admin } = emulator.database;
  await admin.query(`UPDATE emulator.statements SET record = jsonb_set(record, '{status}', '"STARTED"') WHERE id = ANY ($1)`, [
    [committed.Id, open.Id],
  ]);
  await admin.query(`DELETE FROM emulator.commits WHERE id = $1`, [open.Id]);
  await emulator.startService();
  expect(await emulator.describe(committed.Id!)).toMatchObject({ Status: 'FINISHED', ResultRows: 1 });
  expect(await emulator.describe(open.Id!)).toMatchObject({
    Status: 'FAILED',
    Error: expect.stringMatching(/connection to the database was lost/) as string,
  });
});

async function cutConnections(): Promise<void> {
  const { admin, name } = emulator.database;
  await admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'redshift-emulator%'`,
    [name],
  );
}

it('is not ready while Postgres is away, and comes back by itself', async () => {
  const readiness = async (): Promise<number> => (await fetch(`${emulator.url}/health/ready`)).status;
  expect(await readiness()).toBe(200);
  await cutConnections();
  const seen = new Set<number>();
  const deadline = Date.now() + 10_000;
  do {
    seen.add(await readiness());
    await sleep(50);
  } while (!(seen.has(503) && seen.has(200)) && Date.now() < deadline);
  expect(seen).toEqual(new Set([503, 200]));
  expect(await emulator.rows('SELECT 1')).toEqual([[1]]);
});

it('stopped before it has its lock again, it does not take it later', async () => {
  await cutConnections();
  await emulator.stopService();
  const { admin } = emulator.database;
  const locks = async (): Promise<number | null> =>
    (
      await admin.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    ).rowCount;
  await sleep(500); // until the cut session's own lock is gone
  const until = Date.now() + 2_000;
  do {
    expect(await locks()).toBe(0);
    await sleep(100);
  } while (Date.now() < until);
  await emulator.startService();
  expect(await locks()).toBe(1);
});

it('is alone on its database', async () => {
  await expect(emulator.startService()).rejects.toThrow(/another redshift-emulator works on this database/);
}, 30_000);

const MAIN = 'dist/apps/redshift-emulator/src/main.js';
const built = ((): boolean => {
  try {
    readFileSync(MAIN);
    return true;
  } catch {
    return false;
  }
})();

/** Needs the build, which `npm test` makes. */
(built ? it : it.skip)(
  'kill -9 while a batch holds its locks: the next one takes over at once',
  async () => {
    await emulator.stopService();
    const folder = mkdtempSync(join(tmpdir(), 'redshift-emulator-'));
    const portFile = join(folder, 'port');
    const child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        EMULATOR_POSTGRES_URL: emulator.database.url,
        HTTP_PORT_FILE: portFile,
        EMULATOR_FAULTS: JSON.stringify([{ kind: 'delay', delay_ms: 60_000, match: 'VALUES .5', at: 'commit' }]),
      },
      stdio: 'ignore',
    });
    const port = await (async (): Promise<string> => {
      for (;;) {
        try {
          return readFileSync(portFile, 'utf8').trim();
        } catch {
          await sleep(50);
        }
      }
    })();
    const killed = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'RedshiftData.BatchExecuteStatement' },
      body: JSON.stringify({ ...ADDRESSEE, Sqls: ['LOCK t', 'INSERT INTO t VALUES (5)'], ClientToken: 'killed', WaitTimeSeconds: 1 }),
    });
    const { Id } = (await killed.json()) as { Id: string };
    child.kill('SIGKILL');
    await emulator.startService();
    expect(await emulator.describe(Id)).toMatchObject({ Status: 'FAILED' });
    await emulator.run('LOCK t', 'INSERT INTO t VALUES (6)');
    expect(await emulator.rows('SELECT id FROM t WHERE id > 4')).toEqual([[6]]);
    rmSync(folder, { recursive: true });
  },
  60_000,
);
