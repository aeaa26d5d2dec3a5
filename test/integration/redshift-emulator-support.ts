import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { BatchExecuteStatementCommandInput, DescribeStatementCommandOutput, Field } from '@aws-sdk/client-redshift-data';
import { loadConfig } from '@elias/config';
import { createLogger, startService } from '@elias/telemetry';
import type { RunningService } from '@elias/telemetry';
import { Emulator } from '../../apps/redshift-emulator/src/emulator.js';
import { redshiftEmulatorConfig } from '../../apps/redshift-emulator/src/redshift-emulator.config.js';
import { RedshiftEmulatorModule } from '../../apps/redshift-emulator/src/redshift-emulator.module.js';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { testStack } from '../support/stack.js';

export const ADDRESSEE = { Database: 'dev', WorkgroupName: 'elias' };

export const CANDLES_DDL = `CREATE TABLE market.candles (
  product_id VARCHAR(64) NOT NULL, granularity INTEGER NOT NULL, started_at TIMESTAMP NOT NULL, "open" DECIMAL(24,10) NOT NULL, high DECIMAL(24,10) NOT NULL,
  low DECIMAL(24,10) NOT NULL, close DECIMAL(24,10) NOT NULL, volume DECIMAL(30,10) NOT NULL, PRIMARY KEY (product_id, granularity, started_at)
) DISTSTYLE AUTO SORTKEY (started_at)`;
export const LEDGER_DDL =
  'CREATE TABLE market.load_ledger (window_id VARCHAR(160) NOT NULL, row_count INTEGER NOT NULL, PRIMARY KEY (window_id))';

export type Value = string | number | boolean | null;

export function valueOf(field: Field): Value {
  if (field.isNull === true) return null;
  return field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue ?? null;
}

/** An emulator on a database and a bucket of its own, spoken to over HTTP by the AWS SDK. */
export class TestEmulator {
  readonly bucket = `test-${randomBytes(6).toString('hex')}`;
  readonly s3: S3Client;
  client!: RedshiftDataClient;
  url!: string;
  private service: RunningService | undefined;

  private constructor(
    readonly database: FreshDatabase,
    private readonly settings: Record<string, string>,
  ) {
    const { s3 } = testStack();
    process.env.AWS_ACCESS_KEY_ID ??= s3.access_key_id;
    process.env.AWS_SECRET_ACCESS_KEY ??= s3.secret_access_key;
    this.s3 = new S3Client({ region: s3.region, endpoint: s3.endpoint, forcePathStyle: true });
  }

  static async start(settings: Record<string, string> = {}): Promise<TestEmulator> {
    const emulator = new TestEmulator(await freshDatabase(testStack().postgres), settings);
    await emulator.s3.send(new CreateBucketCommand({ Bucket: emulator.bucket }));
    await emulator.startService();
    return emulator;
  }

  async startService(): Promise<void> {
    const config = loadConfig(redshiftEmulatorConfig, {
      EMULATOR_POSTGRES_URL: this.database.url,
      S3_ENDPOINT: testStack().s3.endpoint,
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
      ...this.settings,
    });
    const logger = createLogger({ app: 'redshift-emulator', level: config.LOG_LEVEL });
    const emulator = await Emulator.start(config, logger);
    this.service = await startService({
      app: 'redshift-emulator',
      config,
      module: RedshiftEmulatorModule.forRoot({ emulator, config, logger }),
      logger,
    });
    this.url = `http://127.0.0.1:${this.service.port}`;
    this.client = new RedshiftDataClient({ region: 'us-east-1', endpoint: this.url });
  }

  async stopService(): Promise<void> {
    this.client.destroy();
    await this.service?.close();
  }

  async stop(): Promise<void> {
    await this.stopService();
    this.s3.destroy();
    await this.database.drop();
  }

  async put(key: string, body: string | Buffer): Promise<string> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: Buffer.from(body) }));
    return `s3://${this.bucket}/${key}`;
  }

  putGzip(key: string, text: string): Promise<string> {
    return this.put(key, gzipSync(text));
  }

  async arm(fault: object): Promise<void> {
    const response = await fetch(`${this.url}/_emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (response.status !== 201) throw new Error(await response.text());
  }

  submit(sqls: string[], options: Partial<BatchExecuteStatementCommandInput> = {}): Promise<string> {
    return this.client.send(new BatchExecuteStatementCommand({ ...ADDRESSEE, Sqls: sqls, ...options })).then(({ Id }) => Id!);
  }

  async describe(id: string): Promise<DescribeStatementCommandOutput> {
    for (;;) {
      const described = await this.client.send(new DescribeStatementCommand({ Id: id, WaitTimeSeconds: 30 }));
      if (['FINISHED', 'FAILED', 'ABORTED'].includes(described.Status!)) return described;
    }
  }

  async batch(sqls: string[], options: Partial<BatchExecuteStatementCommandInput> = {}): Promise<DescribeStatementCommandOutput> {
    return this.describe(await this.submit(sqls, options));
  }

  async execute(sql: string): Promise<DescribeStatementCommandOutput> {
    const { Id } = await this.client.send(new ExecuteStatementCommand({ ...ADDRESSEE, Sql: sql }));
    return this.describe(Id!);
  }

  /** Runs what must succeed. */
  async run(...sqls: string[]): Promise<DescribeStatementCommandOutput> {
    const described = sqls.length === 1 ? await this.execute(sqls[0]!) : await this.batch(sqls);
    if (described.Status !== 'FINISHED') throw new Error(`${described.Status}: ${described.Error}`);
    return described;
  }

  /** The error of what must fail. */
  async failure(...sqls: string[]): Promise<string> {
    const described = sqls.length === 1 ? await this.execute(sqls[0]!) : await this.batch(sqls);
    if (described.Status !== 'FAILED') throw new Error(`is ${described.Status}`);
    return described.Error!;
  }

  async rows(sql: string): Promise<Value[][]> {
    const { Id } = await this.run(sql);
    return this.result(Id!);
  }

  async result(id: string): Promise<Value[][]> {
    const rows: Value[][] = [];
    let token: string | undefined;
    do {
      const page = await this.client.send(new GetStatementResultCommand({ Id: id, NextToken: token }));
      rows.push(...page.Records!.map((record) => record.map(valueOf)));
      token = page.NextToken;
    } while (token !== undefined);
    return rows;
  }
}
