import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';

/** Rows as text, as the store writes it; null is null. */
export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** there are more rows than were asked for */
  readonly more: boolean;
}

/** A store that answers queries of people. */
export interface QueryStore {
  /** @param limit most rows that are given */
  run(sql: string, limit: number): Promise<QueryResult>;
}

const AS_TEXT = { getTypeParser: () => (text: unknown) => text as string };

/** Postgres, in a transaction that cannot write, by a cursor: memory is bounded by the limit, whatever the query gives. */
export function postgresQueries(postgres: Postgres): QueryStore {
  return {
    run: (sql, limit) =>
      postgres.transaction(async (client) => {
        await client.query('SET TRANSACTION READ ONLY');
        await client.query("SET LOCAL TIME ZONE 'UTC'");
        // a name has it sent by the extended protocol, which takes one statement
        await client.query({ name: 'elias_query', text: `DECLARE told NO SCROLL CURSOR FOR ${sql}` });
        const { fields, rows } = await client.query<(string | null)[]>({
          text: `FETCH ${limit + 1} FROM told`,
          rowMode: 'array',
          types: AS_TEXT,
        });
        return { columns: fields.map(({ name }) => name), rows: rows.slice(0, limit), more: rows.length > limit };
      }),
  };
}

/** Redshift, through the Data API, which takes one statement. It wakes the warehouse. */
export function redshiftQueries(redshift: RedshiftData): QueryStore {
  return {
    async run(sql, limit) {
      let columns: readonly string[] = [];
      const rows: (string | null)[][] = [];
      for await (const page of redshift.queryPages(sql)) {
        columns = page.columns;
        rows.push(...page.rows.slice(0, limit + 1 - rows.length).map((row) => row.map((value) => (value === null ? null : String(value)))));
        if (rows.length > limit) break;
      }
      return { columns, rows: rows.slice(0, limit), more: rows.length > limit };
    },
  };
}
