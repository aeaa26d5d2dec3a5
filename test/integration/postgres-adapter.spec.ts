import { setTimeout as delay } from 'node:timers/promises';
import { LOAD_LEDGER_MODEL, MARKET_TABLES, MARKET_VIEWS, marketView, postgresTable } from '@elias/contracts';
import {
  migratePostgres,
  Postgres,
  PostgresDataError,
  PostgresForbiddenError,
  PostgresNotMigratedError,
  PostgresStatementError,
  PostgresUnavailableError,
} from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { freshDatabase } from '../support/fresh-database.js';
import type { FreshDatabase } from '../support/fresh-database.js';
import { testStack } from '../support/stack.js';

const logger = createLogger({ app: 'test', level: 'silent' });
let database: FreshDatabase;
let postgres: Postgres;

beforeAll(async () => {
  database = await freshDatabase(testStack().postgres);
  postgres = new Postgres({ url: database.url, applicationName: 'adapter-test', poolSize: 3, logger });
});

afterAll(async () => {
  await postgres.close();
  await database.drop();
});

/** Ends the connections that are at work; idle ones of the pool could be taken up before they tell that they ended. */
const terminate = (): Promise<unknown> =>
  database.admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'adapter-test' AND state <> 'idle'`,
  );

describe('migrations', () => {
  it('say what to do where they have not run', async () => {
    await expect(postgres.query('SELECT * FROM market.candles')).rejects.toThrow(PostgresNotMigratedError);
  });

  it('run once, however many start at the same time', async () => {
    const names = await Promise.all([1, 2, 3].map(() => migratePostgres(database.url, logger)));
    expect(names.map((list) => list.length).sort()).toEqual([0, 0, names.flat().length]);
    expect(names.flat()).toContain('0001-market-tables');
    expect(await migratePostgres(database.url, logger)).toEqual([]);
  });

  it('make the tables and views of the models', async () => {
    const columnsOf = (schema: string): Promise<unknown[]> =>
      postgres.query(
        `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null, co.collname AS collation,
           (SELECT array_position(i.indkey::int2[], a.attnum) FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS key
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_collation co ON co.oid = a.attcollation
         WHERE n.nspname = $1 AND c.relkind = 'r' AND a.attnum > 0 AND c.relname = ANY ($2) ORDER BY 1, a.attnum`,
        [schema, MARKET_TABLES.map(({ name }) => name)],
      );
    const migrated = await columnsOf('market');
    const modelled = [...MARKET_TABLES.map(postgresTable), ...MARKET_VIEWS.map(marketView)];
    await database.admin.query(`CREATE SCHEMA model; ${modelled.join('\n').replaceAll('market.', 'model.')}`);
    expect(migrated).toEqual(await columnsOf('model'));
    expect(migrated).toHaveLength(MARKET_TABLES.reduce((sum, { columns }) => sum + columns.length, 0));
    for (const { name } of MARKET_VIEWS) {
      const { rows } = await database.admin.query<{ made: string; modelled: string }>(
        `SELECT pg_get_viewdef('market.${name}'::regclass) AS made, pg_get_viewdef('model.${name}'::regclass) AS modelled`,
      );
      expect(rows[0]!.made).toBe(rows[0]!.modelled.replaceAll('model.', 'market.'));
    }
  });

  it('find the tables in the place where loaders look', async () => {
    expect(await postgres.query(`SELECT * FROM market.${LOAD_LEDGER_MODEL.name}`)).toEqual([]);
  });
});

describe('transactions', () => {
  beforeAll(async () => {
    await postgres.query('CREATE TABLE counters (id INTEGER PRIMARY KEY, value INTEGER NOT NULL CHECK (value < 1000))');
  });
  beforeEach(async () => {
    await postgres.query('TRUNCATE counters');
    await postgres.query('INSERT INTO counters VALUES (1, 0), (2, 0)');
  });
  const values = (): Promise<unknown[]> => postgres.query('SELECT id, value FROM counters ORDER BY id');

  it('stand when work ends, and leave nothing when it throws', async () => {
    await postgres.transaction((client) => client.query('UPDATE counters SET value = 7 WHERE id = 1'));
    const failure = new Error('work failed');
    const failing = postgres.transaction(async (client) => {
      await client.query('UPDATE counters SET value = 8');
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    expect(await values()).toEqual([
      { id: 1, value: 7 },
      { id: 2, value: 0 },
    ]);
  });

  it('are repeated when they lose a deadlock', async () => {
    let runs = 0;
    const add = (first: number, second: number): Promise<void> =>
      postgres.transaction(async (client) => {
        runs += 1;
        await client.query('UPDATE counters SET value = value + 1 WHERE id = $1', [first]);
        await delay(runs <= 2 ? 200 : 0);
        await client.query('UPDATE counters SET value = value + 1 WHERE id = $1', [second]);
      });
    await Promise.all([add(1, 2), add(2, 1)]);
    expect(runs).toBeGreaterThan(2);
    expect(await values()).toEqual([
      { id: 1, value: 2 },
      { id: 2, value: 2 },
    ]);
  });

  it('are unavailable when their connection is ended, and the pool recovers', async () => {
    const cut = postgres.transaction(async (client) => {
      await client.query('UPDATE counters SET value = 9 WHERE id = 1');
      await terminate();
      await client.query('UPDATE counters SET value = 9 WHERE id = 2');
    });
    await expect(cut).rejects.toThrow(PostgresUnavailableError);
    expect(await values()).toEqual([
      { id: 1, value: 0 },
      { id: 2, value: 0 },
    ]);
  });

  it('are not taken for done when work went on after a failed statement', async () => {
    const careless = postgres.transaction(async (client) => {
      await client.query('UPDATE counters SET value = 5');
      await client.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(careless).rejects.toThrow(PostgresStatementError);
    expect(await values()).toEqual([
      { id: 1, value: 0 },
      { id: 2, value: 0 },
    ]);
  });

  it('that take too long are given up, and the server lets go of their locks', async () => {
    const hasty = new Postgres({ url: database.url, applicationName: 'adapter-test', timeoutMs: 300, logger });
    const stuck = hasty.transaction(async (client) => {
      await client.query('UPDATE counters SET value = 6 WHERE id = 1');
      await client.query('SELECT pg_sleep(20)');
    });
    await expect(stuck).rejects.toThrow(PostgresUnavailableError);
    await hasty.close();
    await postgres.query('UPDATE counters SET value = 1 WHERE id = 1');
  });
});

describe('copyIn', () => {
  beforeAll(() => postgres.query('CREATE TABLE copied (id INTEGER PRIMARY KEY, note TEXT)'));
  beforeEach(() => postgres.query('TRUNCATE copied'));
  const COPY = 'COPY copied (id, note) FROM STDIN (FORMAT csv)';
  const count = async (): Promise<unknown> => (await postgres.query('SELECT count(*)::int AS n FROM copied'))[0];

  it('copies chunks that cut lines anywhere', async () => {
    const chunks = ['1,a\n2,', 'b\n', '', '3,c', '\n'].map((text) => Buffer.from(text));
    expect(await postgres.transaction((client) => postgres.copyIn(client, COPY, chunks))).toBe(3);
    expect(await count()).toEqual({ n: 3 });
  });

  it('takes the next chunk only when the last one is gone', async () => {
    let taken = 0;
    function* chunks(): Generator<Buffer> {
      for (; taken < 400; taken += 1) {
        yield Buffer.from(Array.from({ length: 500 }, (_, i) => `${taken * 500 + i},${'x'.repeat(200)}\n`).join(''));
      }
    }
    const before = process.memoryUsage().rss;
    expect(await postgres.transaction((client) => postgres.copyIn(client, COPY, chunks()))).toBe(200_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(80e6);
  });

  it.each([
    { name: 'a doubled key', text: '1,a\n2,b\n2,c\n', want: { sqlState: '23505', line: 3 } },
    { name: 'a value of another type', text: '1,a\ntwo,b\n', want: { sqlState: '22P02', line: 2, column: 'id' } },
    { name: 'a column too many', text: '1,a,b\n', want: { sqlState: '22P04', line: 1 } },
  ])('names the line of $name, and leaves the connection usable', async ({ text, want }) => {
    const only = new Postgres({ url: database.url, applicationName: 'adapter-test', poolSize: 1, logger });
    const failing = only.transaction((client) => only.copyIn(client, COPY, [Buffer.from(text)]));
    await expect(failing).rejects.toThrow(PostgresDataError);
    await expect(failing).rejects.toMatchObject(want);
    expect(await only.query('SELECT pg_backend_pid() > 0 AS ok')).toEqual([{ ok: true }]);
    await only.close();
    expect(await count()).toEqual({ n: 0 });
  });

  it('ends early when the server refuses while chunks still come', async () => {
    let taken = 0;
    function* chunks(): Generator<Buffer> {
      for (; taken < 2_000; taken += 1) yield Buffer.from(`${taken === 10 ? 'ten' : taken},${'x'.repeat(100_000)}\n`);
    }
    await expect(postgres.transaction((client) => postgres.copyIn(client, COPY, chunks()))).rejects.toThrow(PostgresDataError);
    expect(taken).toBeLessThan(2_000);
  });

  it('copies nothing when the source of the rows fails', async () => {
    const failure = new Error('source failed');
    function* chunks(): Generator<Buffer> {
      yield Buffer.from('1,a\n');
      throw failure;
    }
    await expect(postgres.transaction((client) => postgres.copyIn(client, COPY, chunks()))).rejects.toBe(failure);
    expect(await count()).toEqual({ n: 0 });
  });

  it('is unavailable when the connection is ended in the middle', async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('1,a\n');
      await terminate();
      for (let i = 2; i < 100; i += 1) {
        await delay(5);
        yield Buffer.from(`${i},b\n`);
      }
    }
    await expect(postgres.transaction((client) => postgres.copyIn(client, COPY, chunks()))).rejects.toThrow(PostgresUnavailableError);
    expect(await count()).toEqual({ n: 0 });
  });
});

describe('errors', () => {
  it.each([
    { name: 'a port where nothing listens', change: (url: URL): string => (url.port = '1'), error: PostgresUnavailableError },
    { name: 'a wrong password', change: (url: URL): string => (url.password = 'wrong'), error: PostgresForbiddenError },
    { name: 'an unknown database', change: (url: URL): string => (url.pathname = '/nowhere'), error: PostgresForbiddenError },
  ])('$name', async ({ change, error }) => {
    const url = new URL(database.url);
    change(url);
    const other = new Postgres({ url: url.href, applicationName: 'adapter-test', logger });
    await expect(other.query('SELECT 1')).rejects.toThrow(error);
    await other.close();
    await expect(migratePostgres(url.href, logger)).rejects.toThrow(error);
  });

  it('a wrong statement is a bug', async () => {
    await expect(postgres.query('SELEKT 1')).rejects.toThrow(PostgresStatementError);
  });
});
