import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeStatementCommand } from '@aws-sdk/client-redshift-data';
import { TestEmulator } from './redshift-emulator-support.js';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await TestEmulator.start();
  await emulator.run('CREATE SCHEMA market');
  await emulator.run('CREATE TABLE market.ledger (id VARCHAR(16) NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (id))');
  await emulator.run('CREATE TABLE market.a (id INTEGER, note VARCHAR(16))');
  await emulator.run('CREATE TABLE market.b (id INTEGER, note VARCHAR(16))');
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.run('DELETE FROM market.ledger', 'DELETE FROM market.a', 'DELETE FROM market.b'));

/** Holds a batch before its commit, until it is known to have got there. */
async function held(sqls: string[], holdMs: number): Promise<string> {
  await emulator.arm({ kind: 'delay', at: 'commit', match: sqls.at(-1)!.replace(/[()]/g, '.'), delay_ms: holdMs });
  const id = await emulator.submit(sqls);
  for (;;) {
    const { SubStatements } = await emulator.client.send(new DescribeStatementCommand({ Id: id }));
    if (SubStatements!.every((sub) => sub.Status === 'FINISHED')) return id;
    await sleep(20);
  }
}

describe('a batch', () => {
  it('is one transaction on one connection, its statements told apart', async () => {
    const { Id, SubStatements, Status, HasResultSet } = await emulator.batch([
      'CREATE TEMP TABLE stage (LIKE market.a)',
      "INSERT INTO stage VALUES (1, 'x'), (2, 'y')",
      'INSERT INTO market.a SELECT * FROM stage',
      'SELECT count(*) FROM market.a',
    ]);
    expect([Status, HasResultSet]).toEqual(['FINISHED', true]);
    expect(SubStatements).toMatchObject([
      { Id: `${Id}:1`, Status: 'FINISHED', ResultRows: -1, HasResultSet: false },
      { Id: `${Id}:2`, Status: 'FINISHED', ResultRows: 2 },
      { Id: `${Id}:3`, Status: 'FINISHED', ResultRows: 2 },
      { Id: `${Id}:4`, Status: 'FINISHED', ResultRows: 1, HasResultSet: true, QueryString: 'SELECT count(*) FROM market.a' },
    ]);
    expect(await emulator.result(`${Id}:4`)).toEqual([[2]]);
    await expect(emulator.result(Id!)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'BatchExecuteStatement result can only be retrieved with sub-statement id.',
    });
    const sub = await emulator.client.send(new DescribeStatementCommand({ Id: `${Id}:4` }));
    expect(sub).toMatchObject({ Id: `${Id}:4`, Status: 'FINISHED', ResultRows: 1, RedshiftQueryId: SubStatements![3]!.RedshiftQueryId });
    await expect(emulator.client.send(new DescribeStatementCommand({ Id: `${Id}:5` }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    expect(await emulator.failure('SELECT * FROM stage')).toMatch(/relation "stage" does not exist/);
  });

  it('that fails rolls all back, and says where', async () => {
    const { Status, Error, SubStatements } = await emulator.batch(["INSERT INTO market.a VALUES (1, 'x')", 'SELECT 1 / 0', 'SELECT 2']);
    expect([Status, Error]).toEqual(['FAILED', 'ERROR: division by zero']);
    expect(SubStatements?.map((sub) => [sub.Status, sub.Error])).toEqual([
      ['FINISHED', undefined],
      ['FAILED', 'ERROR: division by zero'],
      ['ABORTED', undefined],
    ]);
    expect(await emulator.rows('SELECT count(*) FROM market.a')).toEqual([[0]]);
  });

  it('with AUTO_COMMIT goes on after a failure and keeps what stood', async () => {
    const { Status, SubStatements } = await emulator.batch(
      ["INSERT INTO market.a VALUES (1, 'x')", 'SELECT 1 / 0', "INSERT INTO market.a VALUES (2, 'y')"],
      {
        ExecutionMode: 'AUTO_COMMIT',
      },
    );
    expect(Status).toBe('FAILED');
    expect(SubStatements?.map((sub) => sub.Status)).toEqual(['FINISHED', 'FAILED', 'FINISHED']);
    expect(await emulator.rows('SELECT id FROM market.a ORDER BY id')).toEqual([[1], [2]]);
  });

  it('takes what commits by itself only alone', async () => {
    await emulator.run("INSERT INTO market.a VALUES (1, 'x')");
    expect(await emulator.failure('SELECT 1', 'TRUNCATE market.a')).toMatch(/refuses TRUNCATE in a batch/);
    expect(await emulator.failure('SELECT 1', 'VACUUM market.a')).toMatch(/VACUUM cannot run inside a transaction block/);
    await emulator.run('TRUNCATE market.a');
    await emulator.run('VACUUM market.a');
    expect(await emulator.rows('SELECT count(*) FROM market.a')).toEqual([[0]]);
  });
});

describe('no key is enforced', () => {
  it('so a row may stand twice; NOT NULL holds', async () => {
    await emulator.run("INSERT INTO market.ledger VALUES ('w', 1), ('w', 1)");
    expect(await emulator.rows('SELECT count(*) FROM market.ledger')).toEqual([[2]]);
    expect(await emulator.failure('INSERT INTO market.ledger (id) VALUES (NULL)')).toMatch(/NULL value into column/);
  });
});

describe('MERGE', () => {
  it('updates and inserts, and refuses two matches in the words of Redshift', async () => {
    await emulator.run("INSERT INTO market.a VALUES (1, 'old')");
    await emulator.run("INSERT INTO market.b VALUES (1, 'new'), (2, 'two')");
    const merge = `MERGE INTO market.a USING market.b s ON market.a.id = s.id WHEN MATCHED THEN UPDATE SET note = s.note
      WHEN NOT MATCHED THEN INSERT (id, note) VALUES (s.id, s.note)`;
    await emulator.run(merge);
    expect(await emulator.rows('SELECT * FROM market.a ORDER BY id')).toEqual([
      [1, 'new'],
      [2, 'two'],
    ]);
    await emulator.run("INSERT INTO market.b VALUES (1, 'again')");
    expect(await emulator.failure(merge)).toBe('ERROR: Found multiple matches to update the same tuple.');
  });
});

describe('batches that overlap', () => {
  it('run side by side', async () => {
    const first = await held(["INSERT INTO market.a VALUES (1, 'x')"], 3_000);
    const startedAt = Date.now();
    await emulator.run("INSERT INTO market.b VALUES (1, 'x')", 'SELECT count(*) FROM market.a');
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    expect(await emulator.client.send(new DescribeStatementCommand({ Id: first }))).toMatchObject({ Status: 'STARTED' });
    expect(await emulator.describe(first)).toMatchObject({ Status: 'FINISHED' });
  });

  it('LOCK as the first statement makes the second one wait and then see what the first one did', async () => {
    const move = (n: number): string[] => [
      'LOCK market.ledger',
      'CREATE TEMP TABLE seen (id VARCHAR(16), n INTEGER)',
      "INSERT INTO seen SELECT id, n FROM market.ledger WHERE id = 'w'",
      "DELETE FROM market.ledger WHERE id = 'w'",
      `INSERT INTO market.a SELECT n, '${n}' FROM seen`,
      `INSERT INTO market.ledger VALUES ('w', ${n})`,
    ];
    const first = await held(move(1), 800);
    const second = await emulator.submit(move(2));
    await sleep(300);
    expect((await emulator.client.send(new DescribeStatementCommand({ Id: second }))).SubStatements![0]).toMatchObject({
      Status: 'STARTED',
    });
    expect((await emulator.describe(first)).Status).toBe('FINISHED');
    expect(await emulator.describe(second)).toMatchObject({ Status: 'FINISHED' });
    expect(await emulator.rows('SELECT id, n FROM market.ledger')).toEqual([['w', 2]]);
    expect(await emulator.rows('SELECT id, note FROM market.a')).toEqual([[1, '2']]);
  });

  it('twelve of them behind one lock end as one would, without a conflict', async () => {
    await emulator.run("INSERT INTO market.ledger VALUES ('w', 0)");
    const add = ['LOCK market.ledger', 'INSERT INTO market.a SELECT n, NULL FROM market.ledger', 'UPDATE market.ledger SET n = n + 1'];
    const ids = await Promise.all(Array.from({ length: 12 }, () => emulator.submit(add)));
    expect(new Set(await Promise.all(ids.map(async (id) => (await emulator.describe(id)).Status)))).toEqual(new Set(['FINISHED']));
    expect(await emulator.rows('SELECT n FROM market.ledger')).toEqual([[12]]);
    expect(await emulator.rows('SELECT count(DISTINCT id), max(id) FROM market.a')).toEqual([[12, 11]]);
  });

  it('LOCK after the snapshot comes too late: 1023', async () => {
    await emulator.run("INSERT INTO market.ledger VALUES ('w', 0)");
    const late = ['SELECT count(*) FROM market.a', 'LOCK market.ledger', 'UPDATE market.ledger SET n = n + 1'];
    await emulator.arm({ kind: 'delay', at: 'statement', match: '^LOCK market.ledger', delay_ms: 500, times: 2 });
    const ids = await Promise.all([emulator.submit(late), emulator.submit(late)]);
    const ends = await Promise.all(ids.map((id) => emulator.describe(id)));
    expect(ends.map(({ Status }) => Status).sort()).toEqual(['FAILED', 'FINISHED']);
    expect(ends.find(({ Status }) => Status === 'FAILED')!.Error).toMatch(
      /^ERROR: 1023\n {2}Detail: Serializable isolation violation on table - \d+, transactions forming the cycle are: \d+, \d+ \(pid:\d+\)$/,
    );
    expect(await emulator.rows('SELECT n FROM market.ledger')).toEqual([[1]]);
  });

  it('that read each other’s tables: one of them fails with 1023, though their rows never meet', async () => {
    const cross = (read: string, write: string, id: number): string[] => [
      `SELECT count(*) FROM ${read}`,
      `INSERT INTO ${write} VALUES (${id}, NULL)`,
    ];
    await emulator.arm({ kind: 'delay', at: 'commit', match: 'SELECT count', delay_ms: 400, times: 2 });
    const ids = await Promise.all([emulator.submit(cross('market.a', 'market.b', 1)), emulator.submit(cross('market.b', 'market.a', 2))]);
    const ends = await Promise.all(ids.map((id) => emulator.describe(id)));
    expect(ends.map(({ Status }) => Status).sort()).toEqual(['FAILED', 'FINISHED']);
    expect(ends.find(({ Status }) => Status === 'FAILED')!.Error).toMatch(/^ERROR: 1023/);
  });

  it('writers of one table wait for each other; inserts never conflict, a delete that waited sees what came before', async () => {
    const first = await held(["INSERT INTO market.a VALUES (1, 'x')"], 500);
    const second = await emulator.submit(["INSERT INTO market.a VALUES (2, 'y')"]);
    const third = await emulator.submit(['DELETE FROM market.a WHERE id = 1']);
    for (const id of [first, second, third]) expect(await emulator.describe(id)).toMatchObject({ Status: 'FINISHED' });
    expect(await emulator.rows('SELECT id FROM market.a')).toEqual([[2]]);
  });

  it('deadlocks are found', async () => {
    await emulator.arm({ kind: 'delay', at: 'statement', match: 'second', delay_ms: 400, times: 2 });
    const crossed = (one: string, two: string): string[] => [
      `INSERT INTO ${one} VALUES (1, 'first')`,
      `INSERT INTO ${two} VALUES (1, 'second')`,
    ];
    const ids = await Promise.all([emulator.submit(crossed('market.a', 'market.b')), emulator.submit(crossed('market.b', 'market.a'))]);
    const ends = await Promise.all(ids.map((id) => emulator.describe(id)));
    expect(ends.map(({ Status }) => Status).sort()).toEqual(['FAILED', 'FINISHED']);
    expect(ends.find(({ Status }) => Status === 'FAILED')!.Error).toMatch(/^ERROR: deadlock detected/);
  });

  it('a table dropped underneath is 1018', async () => {
    await emulator.run('CREATE TABLE market.doomed (id INTEGER)');
    await emulator.arm({ kind: 'delay', at: 'statement', match: 'INTO market.doomed', delay_ms: 800 });
    const id = await emulator.submit(['SELECT count(*) FROM market.a', 'INSERT INTO market.doomed VALUES (1)']);
    await sleep(400);
    await emulator.run('DROP TABLE market.doomed');
    expect(await emulator.describe(id)).toMatchObject({ Status: 'FAILED', Error: 'ERROR: 1018\n  Detail: Relation does not exist' });
  });

  it('readers go on while a batch writes, and wait only for a table that is locked', async () => {
    const writer = await held(['LOCK market.ledger', "INSERT INTO market.a VALUES (1, 'x')"], 1_500);
    const startedAt = Date.now();
    expect(await emulator.rows('SELECT count(*) FROM market.a')).toEqual([[0]]);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(await emulator.rows('SELECT count(*) FROM market.ledger')).toEqual([[0]]);
    expect(Date.now() - startedAt).toBeGreaterThan(900);
    expect(await emulator.describe(writer)).toMatchObject({ Status: 'FINISHED' });
  });
});
