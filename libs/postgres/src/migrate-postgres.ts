import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@elias/telemetry';
import { runner } from 'node-pg-migrate';
import type { RunnerOption } from 'node-pg-migrate';
import pg from 'pg';
import { clientConfig } from './postgres-connection.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresError } from './postgres-errors.js';
import type { Postgres } from './postgres.js';

type LoaderStrategy = NonNullable<RunnerOption['migrationLoaderStrategies']>[number];
type MigrationUnits = Awaited<ReturnType<Exclude<LoaderStrategy['loader'], string>>>;

/** Beside the sources as `.ts`, beside the build as `.js`: the build keeps the folders. */
const MIGRATIONS_DIR = fileURLToPath(new URL('../migrations', import.meta.url));

/**
 * Brings the database to this version's tables. Each migration runs once, all pending ones in one transaction, under an advisory
 * lock: whoever comes meanwhile waits and then finds nothing to do.
 * @param server as a role that may create schemas in the database; its URL where nothing else is to be said
 * @returns names of the migrations that were applied now
 * @throws PostgresUnavailableError nothing was applied
 */
export async function migratePostgres(server: string | PostgresConnection, logger: Logger): Promise<string[]> {
  const client = new pg.Client({
    ...clientConfig(typeof server === 'string' ? { url: server } : server),
    application_name: 'elias-migrate',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  let lost = false;
  client.on('error', () => {
    lost = true;
  });
  try {
    await client.connect().catch((error: unknown) => {
      lost = true;
      throw error;
    });
    const applied = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      ignorePattern: '\\..*|.*\\.(?:map|d\\.ts|spec\\.[jt]s)',
      migrationLoaderStrategies: [{ extensions: ['.ts', '.js'], loader: importMigrations }],
      direction: 'up',
      singleTransaction: true,
      checkOrder: true,
      advisoryLockMode: 'wait',
      migrationsSchema: 'market',
      createMigrationsSchema: true,
      migrationsTable: 'schema_migrations',
      logger: {
        info: (line: string) => logger.debug({ line }, 'migrating Postgres'),
        warn: (line: string) => logger.warn({ line }, 'migrating Postgres'),
        error: (line: string) => logger.error({ line }, 'migrating Postgres'),
      },
    });
    const names = applied.map(({ name }) => name);
    if (names.length > 0) logger.info({ migrations: names }, 'Postgres migrated');
    return names;
  } catch (error) {
    throw postgresError(error, lost);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Names of this version's migrations that the database does not have yet, in their order.
 * @throws PostgresUnavailableError
 */
export async function pendingMigrations(postgres: Postgres): Promise<string[]> {
  const files = await readdir(MIGRATIONS_DIR);
  const names = new Set(files.filter((file) => /^\d{4}-[a-z-]+\.[jt]s$/.test(file)).map((file) => file.slice(0, -'.ts'.length)));
  const [table] = await postgres.query<{ known: boolean }>(`SELECT to_regclass('market.schema_migrations') IS NOT NULL AS known`);
  const applied = table?.known === true ? await postgres.query<{ name: string }>('SELECT name FROM market.schema_migrations') : [];
  for (const { name } of applied) names.delete(name);
  return [...names].sort();
}

/** Imports them as modules of this process. node-pg-migrate's own loader compiles TypeScript once more, by jiti. */
async function importMigrations(paths: string[]): Promise<MigrationUnits> {
  return Promise.all(
    paths.map(async (path) => ({ id: path, filePaths: [path], actions: (await import(path)) as MigrationUnits[number]['actions'] })),
  );
}
