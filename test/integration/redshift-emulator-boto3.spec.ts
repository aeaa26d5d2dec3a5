import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { itWithPython, PYTHON } from '../support/it-with-python.js';
import { testStack } from '../support/stack.js';
import { TestEmulator } from './redshift-emulator-support.js';

const withBoto3 = itWithPython('boto3');

let emulator: TestEmulator;
beforeAll(async () => {
  emulator = await TestEmulator.start();
});
afterAll(() => emulator.stop());

const SCRIPT = `
import boto3, botocore, gzip, json, os, time
s3 = boto3.client('s3', endpoint_url=os.environ['S3_ENDPOINT'], config=botocore.config.Config(s3={'addressing_style': 'path'}))
data = boto3.client('redshift-data')  # AWS_ENDPOINT_URL_REDSHIFT_DATA names the emulator
where = dict(Database='dev', WorkgroupName='elias')

def finished(id):
    while True:
        d = data.describe_statement(Id=id)
        if d['Status'] in ('FINISHED', 'FAILED', 'ABORTED'):
            return d
        time.sleep(0.05)

def run(sql, **more):
    d = finished(data.execute_statement(Sql=sql, **where, **more)['Id'])
    assert d['Status'] == 'FINISHED', d.get('Error')
    return d

def rows(sql, **more):
    d = run(sql, **more)
    found, token = [], {}
    while True:
        page = data.get_statement_result(Id=d['Id'], **token)
        found += [[None if 'isNull' in f else next(iter(f.values())) for f in r] for r in page['Records']]
        if not page.get('NextToken'):
            return found
        token = {'NextToken': page['NextToken']}

out = {}
run('CREATE SCHEMA market')
run('CREATE TABLE market.candles (product_id VARCHAR(64) NOT NULL, started_at TIMESTAMP NOT NULL, "open" DECIMAL(24,10) NOT NULL)')
bucket = os.environ['BUCKET']
s3.put_object(Bucket=bucket, Key='py/one.csv.gz', Body=gzip.compress(b'BTC-USD,2023-12-01T00:00:00Z,37718.01\\nETH-USD,2023-12-01T00:00:00Z,2087.5\\n'))
entries = [{'url': f's3://{bucket}/py/one.csv.gz', 'mandatory': True}]
s3.put_object(Bucket=bucket, Key='py/manifest', Body=json.dumps({'entries': entries}))
copy = f"COPY market.candles FROM 's3://{bucket}/py/manifest' IAM_ROLE default MANIFEST CSV GZIP TIMEFORMAT 'auto'"
batch = finished(data.batch_execute_statement(Sqls=['LOCK market.candles', copy, 'SELECT count(*) FROM market.candles'], **where)['Id'])
out['batch'] = [batch['Status'], [s['Status'] for s in batch['SubStatements']]]
out['rows'] = rows('SELECT product_id, started_at, "open" FROM market.candles WHERE product_id = :p', Parameters=[{'name': 'p', 'value': 'BTC-USD'}])
failed = finished(data.execute_statement(Sql='SELECT nothing', **where)['Id'])
out['failed'] = [failed['Status'], failed['Error'], failed['HasResultSet']]
try:
    data.describe_statement(Id='00000000-0000-4000-8000-000000000000')
except data.exceptions.ResourceNotFoundException as error:
    out['missing'] = error.response['Error']['Message']
out['tables'] = [t['name'] for t in data.list_tables(SchemaPattern='market', **where)['Tables']]
out['columns'] = [c['name'] for c in data.describe_table(Schema='market', Table='candles', **where)['ColumnList']]
first = data.execute_statement(Sql='SELECT 1', ClientToken='py', **where)['Id']
out['token'] = data.execute_statement(Sql='SELECT 1', ClientToken='py', **where)['Id'] == first
out['created'] = str(type(data.describe_statement(Id=first)['CreatedAt']).__name__)
out['listed'] = len(data.list_statements(Status='FAILED')['Statements'])
print(json.dumps(out))
`;

withBoto3('boto3 loads from S3 and queries', async () => {
  const { s3 } = testStack();
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', SCRIPT], {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: s3.access_key_id,
      AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
      AWS_DEFAULT_REGION: s3.region,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: emulator.url,
      S3_ENDPOINT: s3.endpoint,
      BUCKET: emulator.bucket,
    },
  });
  expect(JSON.parse(stdout)).toEqual({
    batch: ['FINISHED', ['FINISHED', 'FINISHED', 'FINISHED']],
    rows: [['BTC-USD', '2023-12-01 00:00:00.0', '37718.0100000000']],
    failed: ['FAILED', 'ERROR: column "nothing" does not exist\n  Position: 8', false],
    missing: 'Query does not exist.',
    tables: ['candles'],
    columns: ['product_id', 'started_at', 'open'],
    token: true,
    created: 'datetime',
    listed: 1,
  });
});
