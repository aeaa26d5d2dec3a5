import pg from 'pg';
import type { FieldDef } from 'pg';
import copyStreams from 'pg-copy-streams';
import type { CopyStreamQuery } from 'pg-copy-streams';

/** A value as PostgreSQL writes it; null for NULL. */
export type RawValue = string | null;

export interface RawResult {
  rows: RawValue[][];
  rowCount: number;
  fields: FieldDef[];
}

/** Values stay the text that PostgreSQL sent: decimals must not go through floats. */
const RAW_TYPES: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** Bytes that wait for PostgreSQL before the reader of the files waits too. */
const COPY_BUFFER_BYTES = 1_048_576;

export const SESSION_NAME = 'redshift-emulator statement';

/** One connection that runs the statements of one call, and goes with it. */
export class PostgresSession {
  private constructor(
    private readonly client: pg.Client,
    /** process id of its backend, which DescribeStatement shows as RedshiftPid */
    readonly pid: number,
  ) {}

  /** @param database the name that Redshift's side knows */
  static async open(url: string, database: string): Promise<PostgresSession> {
    const client = new pg.Client({
      connectionString: url,
      application_name: SESSION_NAME,
      types: RAW_TYPES,
      options: `-c TimeZone=UTC -c DateStyle=ISO -c standard_conforming_strings=on -c client_min_messages=warning -c emulator.database=${database}`,
    });
    // a lost connection fails the statement that runs; this only keeps Node from ending the process
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<[string]>({ text: 'SELECT pg_backend_pid()', rowMode: 'array' });
      return new PostgresSession(client, Number(rows[0]![0]));
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async query(text: string, values?: unknown[]): Promise<RawResult> {
    const { rows, rowCount, fields } = await this.client.query<RawValue[]>({
      text,
      rowMode: 'array',
      ...(values === undefined ? {} : { values }),
    });
    return { rows, rowCount: rowCount ?? 0, fields };
  }

  /** @param sql `COPY … FROM STDIN …` */
  copyFrom(sql: string): CopyStreamQuery {
    return this.client.query(copyStreams.from(sql, { highWaterMark: COPY_BUFFER_BYTES }));
  }

  async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}
