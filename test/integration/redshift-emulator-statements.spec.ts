import {
  CancelStatementCommand,
  DescribeStatementCommand,
  DescribeTableCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  GetStatementResultV2Command,
  ListDatabasesCommand,
  ListSchemasCommand,
  ListSessionsCommand,
  ListStatementsCommand,
  ListTablesCommand,
} from '@aws-sdk/client-redshift-data';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADDRESSEE, CANDLES_DDL, TestEmulator } from './redshift-emulator-support.js';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await TestEmulator.start();
  await emulator.run('CREATE SCHEMA market');
  await emulator.run(CANDLES_DDL);
  await emulator.run('CREATE TABLE t (id INTEGER, name VARCHAR(4))');
});
afterAll(() => emulator.stop());

const send = (
  sql: string,
  more: object = {},
): Promise<{ Id?: string | undefined; Status?: string | undefined; HasResultSet?: boolean | undefined }> =>
  emulator.client.send(new ExecuteStatementCommand({ ...ADDRESSEE, Sql: sql, ...more }));

describe('a call', () => {
  it('is answered before it runs and is then followed by its id', async () => {
    await emulator.arm({ kind: 'delay', at: 'statement', match: 'SELECT 42', delay_ms: 600 });
    const { Id, Status } = await send('SELECT 42 AS answer');
    expect(Id).toMatch(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}$/);
    expect(Status).toBeUndefined();
    const early = await emulator.client.send(new DescribeStatementCommand({ Id: Id! }));
    expect(['SUBMITTED', 'PICKED', 'STARTED']).toContain(early.Status);
    expect(early).toMatchObject({ Duration: -1, ResultRows: -1, ResultSize: -1, HasResultSet: false });
    await expect(emulator.client.send(new GetStatementResultCommand({ Id: Id! }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      ResourceId: Id,
    });
    const done = await emulator.describe(Id!);
    expect(done).toMatchObject({
      Id,
      Status: 'FINISHED',
      HasResultSet: true,
      ResultRows: 1,
      ResultSize: 2,
      QueryString: 'SELECT 42 AS answer',
      Database: 'dev',
      WorkgroupName: 'elias',
      ResultFormat: 'JSON',
    });
    expect(done.Duration).toBeGreaterThan(600e6);
    expect(done.RedshiftPid).toBeGreaterThan(0);
    expect(done.RedshiftQueryId).toBeGreaterThan(1_000);
    expect(Math.abs(done.CreatedAt!.getTime() - Date.now())).toBeLessThan(10_000);
    expect(await emulator.result(Id!)).toEqual([[42]]);
  });

  it('with WaitTimeSeconds tells how far it came', async () => {
    expect(await send('SELECT 1', { WaitTimeSeconds: 5 })).toMatchObject({ Status: 'FINISHED', HasResultSet: true });
    await emulator.arm({ kind: 'delay', at: 'statement', match: 'SELECT 43', delay_ms: 1_500 });
    const startedAt = Date.now();
    expect(await send('SELECT 43', { WaitTimeSeconds: 1 })).toMatchObject({ Status: 'STARTED' });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(950);
  });

  it('that fails says so in its status, never as an HTTP error', async () => {
    expect(await emulator.failure('SELECT nothing FROM t')).toBe('ERROR: column "nothing" does not exist\n  Position: 8');
    expect(await emulator.failure('SELECT nvl(id, nothing) FROM t')).toMatch(/column "nothing" does not exist\n {2}Position: 16$/);
    expect(await emulator.failure('SELECT 1 FROM missing')).toBe('ERROR: relation "missing" does not exist\n  Position: 15');
    expect(await emulator.failure('INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING')).toBe(
      'ERROR: syntax error at or near "ON"\n  Position: 26',
    );
    expect(await emulator.failure('SELECT close * volume FROM market.candles')).toMatch(/refuses "\*" on decimal columns/);
    expect(await emulator.failure("INSERT INTO t VALUES (1, 'äöü')")).toBe('ERROR: value too long for type character varying(4)');
    expect(await emulator.failure('INSERT INTO market.candles (product_id) VALUES (NULL)')).toMatch(
      /Cannot insert a NULL value into column product_id/,
    );
  });
});

describe('results', () => {
  it('carry each type in its member', async () => {
    const { Id } = await emulator.run(
      `SELECT 1::int2 AS i2, 9007199254740991::bigint AS i8, 1.50::decimal(10,2) AS d, 1.5::float AS f, true AS b, 'x'::varchar(8) AS v,
       TIMESTAMP '2022-02-22 00:00:00' AS t, TIMESTAMP '2022-02-22 01:02:03.5' AS t2, DATE '2022-02-22' AS day, NULL::int AS n`,
    );
    const { Records, ColumnMetadata, TotalNumRows } = await emulator.client.send(new GetStatementResultCommand({ Id: Id! }));
    expect(Records).toEqual([
      [
        { longValue: 1 },
        { longValue: 9007199254740991 },
        { stringValue: '1.50' },
        { doubleValue: 1.5 },
        { booleanValue: true },
        { stringValue: 'x' },
        { stringValue: '2022-02-22 00:00:00.0' },
        { stringValue: '2022-02-22 01:02:03.5' },
        { stringValue: '2022-02-22' },
        { isNull: true },
      ],
    ]);
    expect(TotalNumRows).toBe(1);
    expect(ColumnMetadata?.map(({ label, typeName, precision, scale }) => [label, typeName, precision, scale])).toEqual([
      ['i2', 'int2', 5, 0],
      ['i8', 'int8', 19, 0],
      ['d', 'numeric', 10, 2],
      ['f', 'float8', 17, 0],
      ['b', 'bool', 1, 0],
      ['v', 'varchar', 8, 0],
      ['t', 'timestamp', 29, 0],
      ['t2', 'timestamp', 29, 0],
      ['day', 'date', 13, 0],
      ['n', 'int4', 10, 0],
    ]);
  });

  it('come in pages, columns with the table they come from', async () => {
    await emulator.run('CREATE TABLE many (id INTEGER NOT NULL)');
    await emulator.run('INSERT INTO many SELECT 1');
    for (let doubling = 0; doubling < 12; doubling += 1)
      await emulator.run('INSERT INTO many SELECT id + (SELECT max(id) FROM many) FROM many');
    const { Id, ResultRows } = await emulator.run('SELECT id AS number FROM many ORDER BY id');
    expect(ResultRows).toBe(4_096);
    const first = await emulator.client.send(new GetStatementResultCommand({ Id: Id! }));
    expect(first.NextToken).toBeDefined();
    expect(first.TotalNumRows).toBe(4_096);
    expect(first.ColumnMetadata).toMatchObject([{ name: 'id', label: 'number', tableName: 'many', schemaName: 'public', nullable: 0 }]);
    expect((await emulator.result(Id!)).map(([id]) => id)).toEqual(Array.from({ length: 4_096 }, (_, index) => index + 1));
  });

  it('as CSV are fetched by GetStatementResultV2 alone; an empty result is a result', async () => {
    const { Id } = await send(`SELECT 1 AS a, 'x, "y"' AS b UNION ALL SELECT 2, NULL ORDER BY 1`, {
      ResultFormat: 'CSV',
      WaitTimeSeconds: 10,
    });
    const { Records } = await emulator.client.send(new GetStatementResultV2Command({ Id: Id! }));
    expect(Records).toEqual([{ CSVRecords: '1,"x, ""y"""\n2,\n' }]);
    await expect(emulator.client.send(new GetStatementResultCommand({ Id: Id! }))).rejects.toMatchObject({ name: 'ValidationException' });
    const empty = await emulator.run('SELECT id FROM t WHERE id < 0');
    expect(empty).toMatchObject({ HasResultSet: true, ResultRows: 0 });
    expect(await emulator.result(empty.Id!)).toEqual([]);
  });

  it('of what gives none do not exist', async () => {
    const done = await emulator.run("INSERT INTO t VALUES (7, 'a'), (8, 'b')");
    expect(done).toMatchObject({ HasResultSet: false, ResultRows: 2 });
    await expect(emulator.result(done.Id!)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('requests that are refused', () => {
  const refused = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => Promise.reject(new Error('was taken')),
      (error: Error) => error,
    );
  it.each([
    [
      'an unknown id',
      () => emulator.client.send(new DescribeStatementCommand({ Id: '00000000-0000-4000-8000-000000000000' })),
      'ResourceNotFoundException',
      'Query does not exist.',
    ],
    [
      'a malformed id',
      () => emulator.client.send(new DescribeStatementCommand({ Id: 'x' })),
      'ValidationException',
      /pattern of a statement id/,
    ],
    [
      'SQL that is too long',
      () => send(`SELECT '${'x'.repeat(102_400)}'`),
      'ValidationException',
      'Cannot process query string larger than 100kB',
    ],
    [
      'an unused parameter',
      () =>
        send('SELECT :a', {
          Parameters: [
            { name: 'a', value: '1' },
            { name: 'id', value: '1' },
          ],
        }),
      'ValidationException',
      'Parameters list contains unused parameters. Unused parameters: [id]',
    ],
    [
      'an empty parameter',
      () => send('SELECT :a', { Parameters: [{ name: 'a', value: '' }] }),
      'ValidationException',
      /Parameters.0.value/,
    ],
    ['a wait out of bounds', () => send('SELECT 1', { WaitTimeSeconds: 31 }), 'ValidationException', /WaitTimeSeconds/],
    [
      'an unknown workgroup',
      () => send('SELECT 1', { WorkgroupName: 'other' }),
      'ValidationException',
      "Redshift endpoint doesn't exist in this region.",
    ],
    ['an unknown database', () => send('SELECT 1', { Database: 'prod' }), 'ValidationException', 'FATAL: database "prod" does not exist'],
    ['a session', () => send('SELECT 1', { SessionKeepAliveSeconds: 60 }), 'ValidationException', /does not support sessions/],
    ['41 statements', () => emulator.submit(Array<string>(41).fill('SELECT 1')), 'ValidationException', /Sqls/],
    [
      'an operation that is not there',
      () => emulator.client.send(new ListSessionsCommand({})),
      'UnknownOperationException',
      /does not support ListSessions/,
    ],
  ])('%s', async (_what, request, name, message) => {
    const error = await refused(request());
    expect(error.name).toBe(name);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  it('what is no JSON, and no operation', async () => {
    const post = (target: string, body: string): Promise<Response> =>
      fetch(emulator.url, { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, body });
    const broken = await post('RedshiftData.ExecuteStatement', '{');
    expect([broken.status, await broken.json()]).toEqual([
      400,
      { __type: 'SerializationException', Message: 'The request body is not JSON.' },
    ]);
    expect(broken.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    const other = await post('Kinesis.PutRecord', '{}');
    expect([other.status, await other.json()]).toMatchObject([400, { __type: 'UnknownOperationException' }]);
  });
});

it('binds parameters', async () => {
  const { Id } = await send("SELECT :a::int + 1, :b, ':a' -- :c", {
    Parameters: [
      { name: 'a', value: '41' },
      { name: 'b', value: "O'Brien; --" },
    ],
    WaitTimeSeconds: 10,
  });
  expect(await emulator.result(Id!)).toEqual([[42, "O'Brien; --", ':a']]);
  const { QueryString, QueryParameters } = await emulator.describe(Id!);
  expect(QueryString).toBe("SELECT :a::int + 1, :b, ':a' -- :c");
  expect(QueryParameters).toHaveLength(2);
});

it('gives the same id for the same token, and runs nothing again', async () => {
  const token = 'a'.repeat(64);
  const first = await send('INSERT INTO t VALUES (1000, NULL)', { ClientToken: token, WaitTimeSeconds: 10 });
  const second = await send('INSERT INTO t VALUES (1000, NULL)', { ClientToken: token, WaitTimeSeconds: 10 });
  expect(second.Id).toBe(first.Id);
  expect(await emulator.rows('SELECT count(*) FROM t WHERE id = 1000')).toEqual([[1]]);
  const failed = await send('SELECT nothing', { ClientToken: 'failed', WaitTimeSeconds: 10 });
  expect(failed.Status).toBe('FAILED');
  expect(await send('SELECT nothing', { ClientToken: 'failed', WaitTimeSeconds: 10 })).toMatchObject({ Id: failed.Id, Status: 'FAILED' });
  const [one, two] = await Promise.all(
    [1, 2].map(() => send('INSERT INTO t VALUES (1001, NULL)', { ClientToken: 'at once', WaitTimeSeconds: 10 })),
  );
  expect(one!.Id).toBe(two!.Id);
  expect(await emulator.rows('SELECT count(*) FROM t WHERE id = 1001')).toEqual([[1]]);
});

describe('cancelling', () => {
  it('aborts what runs, and nothing of it stands', async () => {
    await emulator.run('CREATE TABLE locked (id INTEGER)');
    await emulator.arm({ kind: 'delay', at: 'commit', match: 'INSERT INTO locked', delay_ms: 30_000 });
    const holder = await emulator.submit(['LOCK locked', 'INSERT INTO locked VALUES (1)']);
    await sleep(200);
    const waiter = await emulator.submit(['INSERT INTO locked VALUES (2)']);
    await sleep(200);
    for (const id of [waiter, holder]) {
      expect(await emulator.client.send(new CancelStatementCommand({ Id: id }))).toMatchObject({ Status: true });
      expect(await emulator.describe(id)).toMatchObject({ Status: 'ABORTED' });
    }
    expect(await emulator.rows('SELECT count(*) FROM locked')).toEqual([[0]]);
  });

  it('is refused when it is over', async () => {
    const { Id } = await emulator.run('SELECT 1');
    await expect(emulator.client.send(new CancelStatementCommand({ Id: Id! }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: `Could not cancel a query that is already in FINISHED state with ID: ${Id}`,
    });
  });
});

it('lists statements, databases, schemas and tables, and describes a table', async () => {
  const { Id } = await send('SELECT 5', { StatementName: 'listed one', WaitTimeSeconds: 10 });
  const { Statements } = await emulator.client.send(new ListStatementsCommand({ StatementName: 'listed' }));
  expect(Statements).toMatchObject([
    { Id, Status: 'FINISHED', StatementName: 'listed one', QueryString: 'SELECT 5', IsBatchStatement: false },
  ]);
  expect((await emulator.client.send(new ListDatabasesCommand(ADDRESSEE))).Databases).toEqual(['dev']);
  const { Schemas } = await emulator.client.send(new ListSchemasCommand(ADDRESSEE));
  expect(Schemas).toEqual(expect.arrayContaining(['market', 'public']));
  expect(Schemas).not.toContain('emulator');
  const { Tables } = await emulator.client.send(new ListTablesCommand({ ...ADDRESSEE, SchemaPattern: 'mar%' }));
  expect(Tables).toEqual([{ name: 'candles', schema: 'market', type: 'TABLE' }]);
  const { ColumnList } = await emulator.client.send(new DescribeTableCommand({ ...ADDRESSEE, Schema: 'market', Table: 'candles' }));
  expect(ColumnList?.map(({ name, typeName, precision, scale, nullable }) => [name, typeName, precision, scale, nullable])).toEqual([
    ['product_id', 'varchar', 64, 0, 0],
    ['granularity', 'int4', 10, 0, 0],
    ['started_at', 'timestamp', 29, 0, 0],
    ...['open', 'high', 'low', 'close'].map((name) => [name, 'numeric', 24, 10, 0]),
    ['volume', 'numeric', 30, 10, 0],
  ]);
});

it('tells health', async () => {
  expect((await fetch(`${emulator.url}/health/live`)).status).toBe(200);
  expect(await (await fetch(`${emulator.url}/health/ready`)).json()).toMatchObject({ ready: true });
});
