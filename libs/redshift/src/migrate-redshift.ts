import { createHash } from 'node:crypto';
import type { Logger } from '@elias/telemetry';
import { MIGRATIONS } from './migrations/index.js';
import type { Migration } from './migrations/index.js';
import { MigrationMismatchError, StatementFailedError } from './redshift-errors.js';
import type { RedshiftData } from './redshift-data.js';
import { quoteText } from './sql-text.js';

const LEDGER = 'market.schema_migrations';

/** What stands before any migration; may run any number of times. */
const GROUNDWORK = [
  'CREATE SCHEMA IF NOT EXISTS market',
  `CREATE TABLE IF NOT EXISTS ${LEDGER} (name VARCHAR(128) NOT NULL, sha256 VARCHAR(64) NOT NULL, applied_at TIMESTAMP NOT NULL, PRIMARY KEY (name))`,
];

/**
 * Applies what is missing, in order, each migration and its ledger row in one transaction. Several may run at once: the ledger is
 * locked first, and who comes second finds the first one's rows.
 * @returns names of the migrations applied by this call
 * @throws MigrationMismatchError when an applied migration has another text than this version's
 * @throws StatementFailedError, RedshiftUnavailableError, RedshiftRefusedError
 */
export async function migrateRedshift(
  data: RedshiftData,
  logger: Logger,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<string[]> {
  await layGround(data);
  const standing = await appliedMigrations(data);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (isApplied(migration, standing)) continue;
    try {
      await data.batch(migrationBatch(migration), { name: `elias migration ${migration.name}` });
    } catch (error) {
      if (!(error instanceof StatementFailedError) || !isApplied(migration, await appliedMigrations(data))) throw error;
      continue;
    }
    logger.info({ migration: migration.name }, 'Redshift migration applied');
    applied.push(migration.name);
  }
  return applied;
}

/**
 * Names of migrations that the warehouse does not have, in their order; all of them where it has no ledger yet.
 * @throws MigrationMismatchError, RedshiftUnavailableError, RedshiftRefusedError
 */
export async function migrationsPending(data: RedshiftData): Promise<string[]> {
  const standing = await appliedMigrations(data).catch((error: unknown) => {
    if (error instanceof StatementFailedError) return new Map<string, string>();
    throw error;
  });
  return MIGRATIONS.filter((migration) => !isApplied(migration, standing)).map(({ name }) => name);
}

/** Hash of a migration's text, as the ledger keeps it. */
export function migrationSha256(migration: Migration): string {
  return createHash('sha256').update(migration.statements.join(';\n')).digest('hex');
}

/** The batch that applies one migration. A second run of it fails on its first statement that makes something. */
export function migrationBatch(migration: Migration): string[] {
  const row = `${quoteText(migration.name)}, ${quoteText(migrationSha256(migration))}, GETDATE()`;
  return [`LOCK ${LEDGER}`, ...migration.statements, `INSERT INTO ${LEDGER} (name, sha256, applied_at) VALUES (${row})`];
}

/** Two first starts at once collide in the catalogue although both say IF NOT EXISTS; the second look finds the other's. */
async function layGround(data: RedshiftData): Promise<void> {
  for (const sql of GROUNDWORK) {
    try {
      await data.execute(sql);
    } catch (error) {
      if (!(error instanceof StatementFailedError)) throw error;
      await data.execute(sql);
    }
  }
}

async function appliedMigrations(data: RedshiftData): Promise<Map<string, string>> {
  const applied = new Map<string, string>();
  for await (const row of data.query(`SELECT name, sha256 FROM ${LEDGER}`)) applied.set(String(row['name']), String(row['sha256']));
  return applied;
}

function isApplied(migration: Migration, standing: ReadonlyMap<string, string>): boolean {
  const sha256 = standing.get(migration.name);
  if (sha256 === undefined) return false;
  if (sha256 === migrationSha256(migration)) return true;
  throw new MigrationMismatchError(`migration ${migration.name} in Redshift is not this version's: its hash is ${sha256}`);
}
