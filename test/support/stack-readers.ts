import {
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import type { Field } from '@aws-sdk/client-redshift-data';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { candleRow } from './candle-row.js';
import type { CandleField, CandleRow } from './candle-row.js';
import type { StackDocument } from './launched-stack.js';

import { until } from './service-process.js';
import type { WatchedWindow } from './watched-window.js';

/** What of a running stack is read from. */
export type ReadableStack = Pick<StackDocument, 's3' | 'postgres' | 'redshift_data'>;

/** A window, as a store holds it. */
export interface StoredRows {
  rows: CandleRow[];
  /** the ledger's row of that moment, by column; null when there is none */
  ledger: Record<string, string> | null;
}

const LEDGER = ['collection_id', 'csv_sha256', 'row_count', 'unknown_ranges', 'open_ranges', 'state', 'loaded_at'] as const;
const CANDLE = ['started_at', 'open', 'high', 'low', 'close', 'volume'] as const;

/** The three places as a stranger reads them: S3 by its SDK, Postgres by pg, Redshift by the Data API's SDK. Nothing here is Elias's. */
export class StackReaders {
  private constructor(
    private readonly stack: ReadableStack,
    private readonly s3: S3Client,
    private readonly data: RedshiftDataClient,
    /** the database that the services load into */
    readonly postgres: pg.Client,
    /** the database that stands behind the Data API, past which tests change what is in it */
    readonly redshift: pg.Client,
  ) {}

  static async open(stack: ReadableStack): Promise<StackReaders> {
    const credentials = { accessKeyId: stack.s3.access_key_id, secretAccessKey: stack.s3.secret_access_key };
    const { endpoint, region } = stack.s3;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    const data = new RedshiftDataClient({ endpoint: stack.redshift_data.endpoint, region: stack.redshift_data.region, credentials });
    const [postgres, redshift] = [stack.postgres.url, stack.postgres.redshift_url].map((url) => new pg.Client({ connectionString: url }));
    await postgres!.connect();
    await postgres!.query(`SET TIME ZONE 'UTC'`);
    await redshift!.connect();
    return new StackReaders(stack, s3, data, postgres!, redshift!);
  }

  async close(): Promise<void> {
    this.s3.destroy();
    this.data.destroy();
    await this.postgres.end();
    await this.redshift.end();
  }

  async object(key: string): Promise<Buffer> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.stack.s3.bucket, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  }

  /** Keys below a folder, in order. */
  async keys(folder: string): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket: this.stack.s3.bucket, Prefix: folder }));
    return Contents.map(({ Key }) => Key!).sort();
  }

  async put(key: string, body: Uint8Array): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.stack.s3.bucket, Key: key, Body: body }));
  }

  /** Rows and ledger of one moment, since both come of one statement. */
  async inPostgres(window: WatchedWindow): Promise<StoredRows> {
    const { rows } = await this.postgres.query<Record<string, string | null>>(
      windowSql(window, (table, column) => `${table}.${column}::text`),
    );
    return storedRows(rows);
  }

  async inRedshift(window: WatchedWindow): Promise<StoredRows> {
    return storedRows(await this.query(windowSql(window, (table, column) => `${table}."${column}"`)));
  }

  /** Every row of a query through the Data API, values as text. */
  async query(sql: string): Promise<Record<string, string | null>[]> {
    const { workgroup, database } = this.stack.redshift_data;
    const { Id } = await this.data.send(new ExecuteStatementCommand({ WorkgroupName: workgroup, Database: database, Sql: sql }));
    let told = '';
    await until(
      async () => {
        const { Status, Error: error } = await this.data.send(new DescribeStatementCommand({ Id }));
        told = `${Status}: ${error ?? ''}`;
        if (Status === 'FAILED' || Status === 'ABORTED') throw new Error(`${told}\n${sql}`);
        return Status === 'FINISHED';
      },
      60_000,
      () => `${told}\n${sql}`,
    );
    const rows: Record<string, string | null>[] = [];
    let token: string | undefined;
    do {
      const page = await this.data.send(new GetStatementResultCommand({ Id, NextToken: token }));
      const names = (page.ColumnMetadata ?? []).map(({ name }) => name!);
      for (const record of page.Records ?? []) rows.push(Object.fromEntries(record.map((field, i) => [names[i]!, textOf(field)])));
      token = page.NextToken;
    } while (token !== undefined);
    return rows;
  }
}

function windowSql(
  { id, productId, granularity, fromMs, toMs }: WatchedWindow,
  text: (table: 'l' | 'c', column: string) => string,
): string {
  const named = (table: 'l' | 'c', columns: readonly string[]): string[] =>
    columns.map((column) => `${text(table, column)} AS "${column}"`);
  const instant = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
  return `SELECT ${[...named('l', LEDGER), ...named('c', CANDLE)].join(', ')}
FROM market.load_ledger l LEFT JOIN market.candles c ON c.product_id = '${productId}' AND c.granularity = ${granularity}
  AND c.started_at >= '${instant(fromMs)}' AND c.started_at < '${instant(toMs)}'
WHERE l.window_id = '${id}' ORDER BY c.started_at`;
}

function storedRows(rows: readonly Record<string, string | null>[]): StoredRows {
  const first = rows[0];
  if (first === undefined) return { rows: [], ledger: null };
  const ledger = Object.fromEntries(LEDGER.map((column) => [column, first[column] ?? '']));
  const candles = rows.filter((row) => row['started_at'] !== null);
  return {
    ledger,
    rows: candles.map(({ started_at: at, open, high, low, close, volume }) =>
      candleRow({ at, open, high, low, close, volume } as Record<CandleField, string>),
    ),
  };
}

/** One value of the Data API as text; it gives decimals and instants as strings. */
function textOf(field: Field): string | null {
  if (field.isNull === true) return null;
  const value = field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue;
  if (value === undefined) throw new Error(`no value: ${JSON.stringify(field)}`);
  return String(value);
}
