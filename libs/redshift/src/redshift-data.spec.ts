import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RedshiftData } from './redshift-data.js';
import { RedshiftRefusedError, RedshiftUnavailableError, StatementFailedError } from './redshift-errors.js';
import type { ResultRow } from './result-rows.js';

/** The service's end of one request: an answer, or `cut` to lose it. */
type Answer = { status?: number; body: object } | 'cut';
interface Asked {
  operation: string;
  input: Record<string, unknown>;
}

const ID = '11111111-2222-3333-4444-555555555555';
const refusal = (type: string, status = 400): Answer => ({ status, body: { __type: type, Message: 'no' } });
const finished = (more: object = {}): Answer => ({
  body: { Id: ID, Status: 'FINISHED', Duration: 2_500_000, ResultRows: 3, HasResultSet: true, ...more },
});

describe('the Data API', () => {
  let server: Server;
  let data: RedshiftData;
  let asked: Asked[];
  let answers: Answer[];

  beforeAll(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    server = createServer((request, response) => void answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(() => {
    asked = [];
    answers = [];
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    data = new RedshiftData({ region: 'us-east-1', target: { database: 'dev', workgroup: 'elias' }, endpoint, busyForMs: 700 });
  });
  afterEach(() => data.close());

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).replace('RedshiftData.', '');
    asked.push({ operation, input: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> });
    const next = answers.shift();
    if (next === 'cut') request.socket.destroy();
    else
      response
        .writeHead(next?.status ?? (next === undefined ? 418 : 200), { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(next?.body ?? {}));
  }
  const operations = (): string[] => asked.map(({ operation }) => operation);
  const rowsOf = async (rows: AsyncIterable<ResultRow>): Promise<ResultRow[]> => {
    const all: ResultRow[] = [];
    for await (const row of rows) all.push(row);
    return all;
  };

  it('waits until the statement ended', async () => {
    answers = [{ body: { Id: ID, Status: 'SUBMITTED' } }, { body: { Id: ID, Status: 'STARTED' } }, finished()];
    expect(await data.execute('SELECT :n::int', { n: 7 })).toMatchObject({ id: ID, hasResultSet: true, resultRows: 3, durationMs: 2.5 });
    expect(operations()).toEqual(['ExecuteStatement', 'DescribeStatement', 'DescribeStatement']);
    expect(asked[0]!.input).toMatchObject({
      Database: 'dev',
      WorkgroupName: 'elias',
      Sql: 'SELECT :n::int',
      Parameters: [{ name: 'n', value: '7' }],
    });
    expect(asked[1]!.input).toMatchObject({ Id: ID, WaitTimeSeconds: 20 });
  });

  it('gives rows of all pages by name, nulls as null, decimals as text', async () => {
    const ColumnMetadata = [{ name: 'product_id' }, { name: 'close' }, { name: 'n' }];
    answers = [
      { body: { Id: ID } },
      finished(),
      {
        body: {
          ColumnMetadata,
          Records: [[{ stringValue: 'BTC-USD' }, { stringValue: '0.0000000001' }, { longValue: 0 }]],
          NextToken: 'more',
        },
      },
      { body: { ColumnMetadata, Records: [[{ stringValue: '' }, { isNull: true }, { longValue: 2 }]] } },
    ];
    expect(await rowsOf(data.query('SELECT'))).toEqual([
      { product_id: 'BTC-USD', close: '0.0000000001', n: 0 },
      { product_id: '', close: null, n: 2 },
    ]);
    expect(asked.at(-1)!.input).toEqual({ Id: ID, NextToken: 'more' });
  });

  it('sends a batch once, with its token, and names each statement', async () => {
    const SubStatements = [
      { Id: `${ID}:1`, Status: 'FINISHED', ResultRows: -1 },
      { Id: `${ID}:2`, Status: 'FINISHED', ResultRows: 2, HasResultSet: true },
    ];
    answers = [{ body: { Id: ID } }, finished({ SubStatements })];
    const batch = await data.batch(['LOCK t', 'SELECT 1'], { clientToken: 'a'.repeat(64), name: 'load' });
    expect(batch.statements.map(({ id, resultRows }) => [id, resultRows])).toEqual([
      [`${ID}:1`, 0],
      [`${ID}:2`, 2],
    ]);
    expect(asked[0]!.input).toMatchObject({ Sqls: ['LOCK t', 'SELECT 1'], ClientToken: 'a'.repeat(64), StatementName: 'load' });
  });

  it.each(['ActiveStatementsExceededException', 'ThrottlingException', 'ActiveSessionsExceededException'])(
    'sends again with the same token after %s',
    async (type) => {
      answers = [refusal(type), refusal(type), { body: { Id: ID } }, finished()];
      await data.batch(['SELECT 1']);
      const tokens = asked.filter(({ operation }) => operation === 'BatchExecuteStatement').map(({ input }) => input['ClientToken']);
      expect(tokens).toHaveLength(3);
      expect(new Set(tokens).size).toBe(1);
    },
  );

  it('gives up waiting for a busy service, to be retried', async () => {
    answers = Array.from({ length: 40 }, () => refusal('ActiveStatementsExceededException'));
    await expect(data.execute('SELECT 1')).rejects.toMatchObject({
      name: 'RedshiftUnavailableError',
      disposition: 'retry',
      reason: 'ActiveStatementsExceededException',
    });
    expect(operations().every((operation) => operation === 'ExecuteStatement')).toBe(true);
  });

  it('survives a lost answer: the token is the same on each try', async () => {
    answers = ['cut', { body: { Id: ID } }, 'cut', finished()];
    await data.batch(['SELECT 1'], { clientToken: 'token' });
    expect(asked.filter(({ operation }) => operation === 'BatchExecuteStatement').map(({ input }) => input['ClientToken'])).toEqual([
      'token',
      'token',
    ]);
  });

  it.each([
    { text: 'ERROR: 1023 DETAIL: Serializable isolation violation on table - 104', status: 'FAILED', sqlCode: 1023, disposition: 'retry' },
    { text: 'ERROR:1018 DETAIL: Relation does not exist.', status: 'FAILED', sqlCode: 1018, disposition: 'retry' },
    { text: '', status: 'ABORTED', sqlCode: null, disposition: 'retry' },
    { text: 'ERROR: syntax error at or near "SELEC"\n  Position: 1', status: 'FAILED', sqlCode: null, disposition: 'dead-letter' },
  ])('tells "$text" ($status) as $disposition', async ({ text, status, sqlCode, disposition }) => {
    const SubStatements = [
      { Id: `${ID}:1`, Status: 'FINISHED' },
      { Id: `${ID}:2`, Status: status, Error: text },
    ];
    answers = [
      { body: { Id: ID } },
      { body: { Id: ID, Status: status, Error: text, CreatedAt: 1_700_000_000, UpdatedAt: 1_700_000_000.5, SubStatements } },
    ];
    const error: unknown = await data.batch(['a', 'b']).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StatementFailedError);
    expect((error as StatementFailedError).failure).toEqual({
      id: ID,
      status,
      text,
      sqlCode,
      failedIndex: 1,
      createdAtMs: 1_700_000_000_000,
      failedAtMs: 1_700_000_000_500,
    });
    expect((error as StatementFailedError).disposition).toBe(disposition);
  });

  it.each([
    { answers: [refusal('ValidationException')], error: RedshiftRefusedError },
    { answers: [refusal('AccessDeniedException', 403)], error: RedshiftUnavailableError },
    { answers: Array.from({ length: 3 }, () => refusal('InternalServerException', 500)), error: RedshiftUnavailableError },
    { answers: Array.from({ length: 3 }, () => 'cut' as const), error: RedshiftUnavailableError },
    { answers: [{ body: { Id: ID } }, refusal('ResourceNotFoundException', 404)], error: RedshiftUnavailableError },
    { answers: [refusal('ResourceNotFoundException', 404)], error: RedshiftRefusedError },
  ])('an answer that cannot be worked with is typed: $error.name', async ({ answers: given, error }) => {
    answers = [...given];
    await expect(data.execute('SELECT 1')).rejects.toBeInstanceOf(error);
  });

  it('stops waiting when told to', async () => {
    answers = Array.from({ length: 100 }, () => ({ body: { Id: ID, Status: 'STARTED' } }));
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 100);
    await expect(data.execute('SELECT 1', {}, { signal: stop.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses an empty parameter, which the service does not take', async () => {
    await expect(data.execute('SELECT :a', { a: '' })).rejects.toThrow('parameter a is empty');
    expect(asked).toEqual([]);
  });
});
