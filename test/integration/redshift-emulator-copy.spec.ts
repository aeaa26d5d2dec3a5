import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { CancelStatementCommand, DescribeStatementCommand } from '@aws-sdk/client-redshift-data';
import { TestEmulator } from './redshift-emulator-support.js';
import type { Value } from './redshift-emulator-support.js';

let emulator: TestEmulator;
let at: (key: string) => string;

beforeAll(async () => {
  emulator = await TestEmulator.start();
  at = (key) => `'s3://${emulator.bucket}/${key}' IAM_ROLE default`;
  await emulator.run('CREATE SCHEMA market');
  await emulator.run(
    'CREATE TABLE market.candles (product_id VARCHAR(64) NOT NULL, started_at TIMESTAMP NOT NULL, "open" DECIMAL(24,10) NOT NULL, volume DECIMAL(30,10) NOT NULL)',
  );
  await emulator.run("CREATE TABLE t (id INTEGER, name VARCHAR(8), note VARCHAR(8) DEFAULT 'none')");
});
afterAll(() => emulator.stop());
beforeEach(() => emulator.run('DELETE FROM t', 'DELETE FROM market.candles'));

const candles = (): Promise<Value[][]> => emulator.rows('SELECT product_id, started_at, "open", volume FROM market.candles ORDER BY 1, 2');
const rows = (): Promise<Value[][]> => emulator.rows('SELECT id, name, note FROM t ORDER BY id, name');

interface ShownError {
  file: string;
  line: number;
  column: string;
  type: string;
  length: string;
  position: number;
  code: number;
  message: string;
}

/** As the loader reads them: by the query of the failed COPY, char columns trimmed. */
async function loadErrors(queryId: number): Promise<ShownError[]> {
  const found = await emulator.rows(
    `SELECT TRIM(file_name), line_number, TRIM(column_name), TRIM(column_type), TRIM(column_length), position, error_code, TRIM(error_message)
     FROM sys_load_error_detail WHERE query_id = ${queryId} ORDER BY line_number`,
  );
  return found.map(
    ([file, line, column, type, length, position, code, message]) =>
      ({ file, line, column, type, length, position, code, message }) as ShownError,
  );
}

const CSV = 'product_id,started_at,open,volume\nBTC-USD,2023-12-01T00:00:00Z,37718.01,3.1\nBTC-USD,2023-12-01T00:01:00Z,37720,0.00000001\n';
const LOADED = [
  ['BTC-USD', '2023-12-01 00:00:00.0', '37718.0100000000', '3.1000000000'],
  ['BTC-USD', '2023-12-01 00:01:00.0', '37720.0000000000', '0.0000000100'],
];

it('loads the gzip files of a manifest; an entry twice loads twice', async () => {
  const url = await emulator.putGzip('m/data.csv.gz', CSV);
  const entry = { url, mandatory: true, meta: { content_length: gzipSync(CSV).length } };
  await emulator.put('m/manifest.json', JSON.stringify({ entries: [entry, entry] }));
  const { SubStatements } = await emulator.run(
    'CREATE TEMP TABLE stage (LIKE market.candles)',
    `COPY stage (product_id, started_at, "open", volume) FROM ${at('m/manifest.json')} MANIFEST CSV GZIP IGNOREHEADER 1 TIMEFORMAT 'auto'`,
    'SELECT pg_last_copy_count()',
    'INSERT INTO market.candles SELECT DISTINCT * FROM stage',
  );
  expect(SubStatements![1]).toMatchObject({ ResultRows: 0, HasResultSet: false });
  expect(await emulator.result(SubStatements![2]!.Id!)).toEqual([[4]]);
  expect(await candles()).toEqual(LOADED);
  expect(await emulator.rows('SELECT pg_last_copy_count()')).toEqual([[0]]);
  expect(
    await emulator.rows(
      `SELECT status, table_name, data_source, file_format, loaded_rows, source_file_count, error_count, duration > 0 FROM sys_load_history WHERE query_id = ${SubStatements![1]!.RedshiftQueryId}`,
    ),
  ).toEqual([['completed', 'stage', `s3://${emulator.bucket}/m/manifest.json`, 'csv', 4, 2, 0, true]]);
});

it('loads what has the prefix, and zstd too', async () => {
  await emulator.put('p/one.csv', zstdCompressSync(CSV));
  await emulator.put('p/two.csv', zstdCompressSync(CSV.replaceAll('BTC', 'ETH')));
  await emulator.put('p/', '');
  await emulator.run(`COPY market.candles FROM ${at('p/')} CSV ZSTD IGNOREHEADER 1 TIMEFORMAT 'auto'`);
  expect(await candles()).toHaveLength(4);
});

it.each([
  [
    "CSV NULL AS ''",
    '1,a,x\n2,,y\n,"",z\n',
    [
      [1, 'a', 'x'],
      [2, null, 'y'],
      [null, '', 'z'],
    ],
  ],
  [
    "DELIMITER '|'",
    '1|a|x\n2|\\N|"y"\n',
    [
      [1, 'a', 'x'],
      [2, null, '"y"'],
    ],
  ],
  ["DELIMITER '\\t' ESCAPE", '1\ta\\\tb\tx\n', [[1, 'a\tb', 'x']]],
  [
    "JSON 'auto'",
    '{"id":1,"name":"a","more":[1]}\n{"id":2}',
    [
      [1, 'a', null],
      [2, null, null],
    ],
  ],
  ['CSV TRUNCATECOLUMNS', '1,äöüäöü,x\n', [[1, 'äöüä', 'x']]],
])('%s', async (options, file, expected) => {
  await emulator.put('formats/file', file);
  await emulator.run(`COPY t FROM ${at('formats/file')} ${options}`);
  expect(await rows()).toEqual(expected);
});

it('fills columns that are left out with their default', async () => {
  await emulator.put('part/file', '1,a\n');
  await emulator.run(`COPY t (id, name) FROM ${at('part/file')} CSV`);
  expect(await rows()).toEqual([[1, 'a', 'none']]);
});

it('NOLOAD parses and loads nothing', async () => {
  await emulator.put('noload/file', '1,a,b\n');
  await emulator.run(`COPY t FROM ${at('noload/file')} CSV NOLOAD`);
  expect(await rows()).toEqual([]);
  await emulator.put('noload/file', 'x,a,b\n');
  expect(await emulator.failure(`COPY t FROM ${at('noload/file')} CSV NOLOAD`)).toMatch(/^ERROR: Load into table 't' failed/);
});

it('ROUNDEC rounds where DECIMALs are else cut', async () => {
  const row = 'BTC-USD,2023-12-01 00:00:00,1.00000000005,1\n';
  await emulator.put('round/file', row);
  await emulator.run(`COPY market.candles FROM ${at('round/file')} CSV`);
  await emulator.run(`COPY market.candles FROM ${at('round/file')} CSV ROUNDEC`);
  expect((await emulator.rows('SELECT "open" FROM market.candles ORDER BY 1')).flat()).toEqual(['1.0000000000', '1.0000000001']);
});

it('a bad row fails the whole batch; its place and reason outlive the rollback', async () => {
  const url = await emulator.putGzip('bad/data.csv.gz', CSV.replace('37720', '4.776e-05'));
  const { Status, Error, SubStatements } = await emulator.batch([
    `INSERT INTO market.candles VALUES ('X', '2023-12-01 00:00:00', 1, 1)`,
    `COPY market.candles FROM '${url}' IAM_ROLE default CSV GZIP IGNOREHEADER 1 TIMEFORMAT 'auto'`,
  ]);
  const text = `ERROR: Load into table 'candles' failed.  Check 'sys_load_error_detail' system table for details.`;
  expect([Status, Error, SubStatements![1]!.Error]).toEqual(['FAILED', text, text]);
  expect(await candles()).toEqual([]);
  expect(await loadErrors(SubStatements![1]!.RedshiftQueryId!)).toEqual([
    {
      file: url,
      line: 3,
      column: 'open',
      type: 'numeric',
      length: '24, 10',
      position: 5,
      code: 1207,
      message: "Invalid digit, Value 'e', Pos 5, Type: Decimal",
    },
  ]);
  const [padded] = await emulator.rows(
    `SELECT file_name FROM sys_load_error_detail WHERE query_id = ${SubStatements![1]!.RedshiftQueryId}`,
  );
  expect(padded![0]).toHaveLength(256);
});

it('MAXERROR passes over so many bad rows and no more', async () => {
  await emulator.put('max/file', '1,a,x\nb,b,x\n3,much too long,x\n4,d,x\n5\n');
  const { SubStatements } = await emulator.run(`COPY t FROM ${at('max/file')} CSV MAXERROR 3`, 'SELECT pg_last_copy_count()');
  expect(await rows()).toEqual([
    [1, 'a', 'x'],
    [4, 'd', 'x'],
  ]);
  expect(await emulator.result(SubStatements![1]!.Id!)).toEqual([[2]]);
  expect((await loadErrors(SubStatements![0]!.RedshiftQueryId!)).map(({ line, code, message }) => [line, code, message])).toEqual([
    [2, 1207, "Invalid digit, Value 'b', Pos 0, Type: Integer"],
    [3, 1204, 'String length exceeds DDL length'],
    [5, 1214, 'Delimiter not found'],
  ]);
  expect(await emulator.failure(`COPY t FROM ${at('max/file')} CSV MAXERROR 2`)).toMatch(/Load into table 't' failed/);
  expect(await rows()).toHaveLength(2);
});

it('goes on after a load that failed', async () => {
  await emulator.put('big/file', `${'1,a,x\n'.repeat(300_000)}b,b,b\n`);
  expect(await emulator.failure(`COPY t FROM ${at('big/file')} CSV`)).toMatch(/Load into table 't' failed/);
  await emulator.put('big/file', '1,a,x\n'.repeat(300_000));
  await emulator.run(`COPY t FROM ${at('big/file')} CSV`);
  expect(await emulator.rows('SELECT count(*) FROM t')).toEqual([[300_000]]);
});

it('can be cancelled while it loads', async () => {
  await emulator.put('long/file', '1,a,x\n'.repeat(500_000));
  const url = `s3://${emulator.bucket}/long/file`;
  await emulator.put('long/manifest', JSON.stringify({ entries: Array(20).fill({ url, mandatory: true }) }));
  const id = await emulator.submit([`COPY t FROM ${at('long/manifest')} CSV MANIFEST`]);
  await sleep(700);
  expect((await emulator.client.send(new DescribeStatementCommand({ Id: id }))).Status).toBe('STARTED');
  expect(await emulator.client.send(new CancelStatementCommand({ Id: id }))).toMatchObject({ Status: true });
  expect(await emulator.describe(id)).toMatchObject({ Status: 'ABORTED' });
  expect(await rows()).toEqual([]);
});

describe('what cannot be loaded at all', () => {
  it.each([
    ['a table that is not there', () => `COPY nowhere FROM ${at('x')} CSV`, 'Cannot COPY into nonexistent table nowhere'],
    ['a column that is not there', () => `COPY t (nothing) FROM ${at('x')} CSV`, 'column "nothing" of relation "t" does not exist'],
    ['a prefix without objects', () => `COPY t FROM ${at('nothing/here')} CSV`, "The specified S3 prefix 'nothing/here' does not exist"],
    [
      'a bucket that is not there',
      () => `COPY t FROM 's3://no-such-bucket-here/x' IAM_ROLE default CSV`,
      /^S3ServiceException:The specified bucket does not exist,Status 404,Error NoSuchBucket/,
    ],
    [
      'a manifest that is not there',
      () => `COPY t FROM ${at('no/manifest')} CSV MANIFEST`,
      /^Problem reading manifest file - S3ServiceException:The specified key does not exist\.,Status 404,Error NoSuchKey/,
    ],
  ])('%s', async (_what, sql, message) => {
    const error = (await emulator.failure(sql())).replace(/^ERROR: /, '');
    if (typeof message === 'string') expect(error).toBe(message);
    else expect(error).toMatch(message);
  });

  it('manifests: malformed, with a file that is missing, with none of its files', async () => {
    const good = await emulator.put('man/good.csv', '1,a,x\n');
    const missing = `s3://${emulator.bucket}/man/missing.csv`;
    const load = async (manifest: unknown): Promise<string> => {
      await emulator.put('man/manifest', typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
      const { Status, Error } = await emulator.execute(`COPY t FROM ${at('man/manifest')} CSV MANIFEST`);
      return Status === 'FINISHED' ? 'loaded' : Error!;
    };
    expect(await load('{"entries":')).toMatch(/Problem reading manifest file/);
    expect(await load({ entries: [{ url: 'file:///etc/passwd' }] })).toMatch(/Problem reading manifest file - Invalid S3 URL/);
    expect(await load({ entries: [{ url: good }, { url: missing, mandatory: true }] })).toMatch(
      /S3ServiceException:The specified key does not exist\.,Status 404,Error NoSuchKey/,
    );
    expect(await load({ entries: [{ url: missing, mandatory: false }] })).toMatch(/Error NoSuchKey/);
    expect(await rows()).toEqual([]);
    expect(await load({ entries: [{ url: missing, mandatory: false }, { url: good }] })).toBe('loaded');
    expect(await rows()).toEqual([[1, 'a', 'x']]);
  });

  it('bytes that are not gzip, and gzip cut short', async () => {
    await emulator.put('gz/plain', '1,a,x\n');
    expect(await emulator.failure(`COPY t FROM ${at('gz/plain')} CSV GZIP`)).toMatch(
      /Error decompressing file .*gz\/plain: not valid GZIP data/,
    );
    const whole = gzipSync('1,a,x\n'.repeat(50_000));
    await emulator.put('gz/cut', whole.subarray(0, whole.length - 9));
    expect(await emulator.failure(`COPY t FROM ${at('gz/cut')} CSV GZIP`)).toMatch(/not valid GZIP data/);
    expect(await rows()).toEqual([]);
  });
});
