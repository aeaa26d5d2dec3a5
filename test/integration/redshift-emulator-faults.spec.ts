import { DescribeStatementCommand, ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { ADDRESSEE, TestEmulator } from './redshift-emulator-support.js';

let emulator: TestEmulator;

beforeAll(async () => {
  emulator = await TestEmulator.start();
  await emulator.run('CREATE TABLE t (id INTEGER)');
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await fetch(`${emulator.url}/_emulator/faults`, { method: 'DELETE' });
  await emulator.run('DELETE FROM t');
});

/** A client that does not try again, so that the fault itself is seen. */
const once = <T>(call: (client: RedshiftDataClient) => Promise<T>): Promise<T> => {
  const client = new RedshiftDataClient({ region: 'us-east-1', endpoint: emulator.url, maxAttempts: 1 });
  return call(client).finally(() => client.destroy());
};
const insert = (token?: string): ExecuteStatementCommand =>
  new ExecuteStatementCommand({ ...ADDRESSEE, Sql: 'INSERT INTO t VALUES (1)', ClientToken: token });

it.each([
  ['throttle', 'ThrottlingException', 400],
  ['active_statements_exceeded', 'ActiveStatementsExceededException', 400],
  ['active_sessions_exceeded', 'ActiveSessionsExceededException', 400],
  ['internal_error', 'InternalServerException', 500],
  ['database_connection', 'DatabaseConnectionException', 500],
])('%s refuses the request as %s, HTTP %d', async (kind, name, status) => {
  await emulator.arm({ kind });
  await expect(once((client) => client.send(insert()))).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[0]]);
});

it('the SDK repeats a throttled call by itself, with the same token', async () => {
  await emulator.arm({ kind: 'throttle', operation: 'ExecuteStatement', times: 2 });
  const { Id } = await emulator.client.send(insert());
  expect(await emulator.describe(Id!)).toMatchObject({ Status: 'FINISHED' });
});

it.each(['reply_lost', 'fail_after_commit_reply_lost'])('%s: the call stands, and its token finds it', async (kind) => {
  await emulator.arm({ kind });
  await expect(once((client) => client.send(insert(kind)))).rejects.toThrow();
  if (kind === 'fail_after_commit_reply_lost') expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[1]]);
  const { Id } = await once((client) => client.send(insert(kind)));
  expect(await emulator.describe(Id!)).toMatchObject({ Status: 'FINISHED' });
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[1]]);
});

it('request_lost: nothing runs', async () => {
  await emulator.arm({ kind: 'request_lost', operation: 'ExecuteStatement' });
  await expect(once((client) => client.send(insert('lost')))).rejects.toThrow();
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[0]]);
});

it.each([
  ['serializable', /^ERROR: 1023\n {2}Detail: Serializable isolation violation on table/],
  ['dropped_table', /^ERROR: 1018\n {2}Detail: Relation does not exist/],
  ['deadlock', /^ERROR: deadlock detected/],
  ['sql_error', /^ERROR: injected fault/],
  ['connection_lost', /^ERROR: (terminating connection|the connection to the database was lost)/],
])('%s at the commit rolls back, and the same token gives the same failure', async (kind, error) => {
  await emulator.arm({ kind });
  const token = `fault ${kind}`;
  const { Id } = await emulator.client.send(insert(token));
  expect(await emulator.describe(Id!)).toMatchObject({ Status: 'FAILED', Error: expect.stringMatching(error) as string });
  expect((await emulator.client.send(insert(token))).Id).toBe(Id);
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[0]]);
});

it('aborted ends a batch as the service itself may', async () => {
  await emulator.arm({ kind: 'aborted', at: 'statement', match: 'SELECT 2' });
  const { Status, SubStatements, Error } = await emulator.batch(['INSERT INTO t VALUES (1)', 'SELECT 2', 'SELECT 3']);
  expect([Status, Error]).toEqual(['ABORTED', undefined]);
  expect(SubStatements?.map((sub) => sub.Status)).toEqual(['FINISHED', 'ABORTED', 'ABORTED']);
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[0]]);
});

it('faults keep to their operation; what is armed can be read and dropped', async () => {
  await emulator.arm({ kind: 'internal_error', operation: 'DescribeStatement', times: 5 });
  const { Id } = await emulator.client.send(insert());
  await expect(once((client) => client.send(new DescribeStatementCommand({ Id: Id! })))).rejects.toMatchObject({
    name: 'InternalServerException',
  });
  const { armed } = (await (await fetch(`${emulator.url}/_emulator/faults`)).json()) as { armed: object[] };
  expect(armed).toMatchObject([{ kind: 'internal_error', times: 4 }]);
  await expect(emulator.arm({ kind: 'rain' })).rejects.toThrow(/kind/);
});
