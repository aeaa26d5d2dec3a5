import { EliasError } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import pg from 'pg';
import type { PoolClient } from 'pg';
import { copyIn } from './copy-in.js';
import { clientConfig } from './postgres-connection.js';
import type { PostgresConnection } from './postgres-connection.js';
import { isConflict, postgresError, PostgresStatementError } from './postgres-errors.js';

export type { PoolClient } from 'pg';

export interface PostgresOptions extends PostgresConnection {
  /** most connections at once; default 4 */
  poolSize?: number;
  /** shown in `pg_stat_activity` */
  applicationName: string;
  logger: Logger;
  /** a statement or transaction that takes longer counts as a lost connection; default 300,000 */
  timeoutMs?: number;
}

/** A transaction that loses to others is repeated this often before it is given back as unavailable. */
const CONFLICT_ATTEMPTS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
/** A silent connection is probed after this; the system gives it up some ten probes later. */
const KEEP_ALIVE_AFTER_MS = 10_000;
/** Bounds how long a process that was stopped in mid-transaction keeps others from the rows it locked. */
const IDLE_IN_TRANSACTION_MS = 30_000;

/** A pool of connections. Each error that leaves it says what to do next; see `postgresError`. */
export class Postgres {
  private readonly pool: pg.Pool;
  private readonly timeoutMs: number;
  private readonly lost = new WeakSet<pg.PoolClient>();

  constructor(options: PostgresOptions) {
    const { poolSize = 4, applicationName, logger, timeoutMs = 300_000 } = options;
    this.timeoutMs = timeoutMs;
    this.pool = new pg.Pool({
      ...clientConfig(options),
      max: poolSize,
      application_name: applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: timeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    });
    // From its first moment on: the server may end a connection in the very packet that says that it stands.
    this.pool.on('connect', (client) => client.on('error', () => this.lost.add(client)));
    this.pool.on('error', (error) => logger.warn({ error }, 'an idle Postgres connection was lost'));
  }

  /** Runs one statement by itself and gives its rows. */
  async query<T extends object = Record<string, unknown>>(sql: string, params: readonly unknown[] = []): Promise<T[]> {
    return this.repeatConflicts(() => this.withClient(async (client) => (await client.query<T>(sql, [...params])).rows));
  }

  /**
   * Runs `work` in a READ COMMITTED transaction, again from its start when it loses to another one (40001, 40P01).
   * When it throws, nothing of it stands, save that a lost answer to COMMIT leaves open whether it stands: work must bear repetition.
   * @throws PostgresUnavailableError do the same again later
   */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return this.repeatConflicts(() =>
      this.withClient(async (client) => {
        await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const result = await work(client);
        const { command } = await client.query('COMMIT');
        // COMMIT of a transaction that had failed answers ROLLBACK, without an error.
        if (command !== 'COMMIT') throw new PostgresStatementError('25P02', new Error('work went on after a failed statement'));
        return result;
      }),
    );
  }

  /**
   * Runs `work` in a REPEATABLE READ transaction under a lock of the session. The lock is taken before the transaction begins, so that
   * its snapshot has all that the holder before committed. `work` must bear repetition, as with `transaction`.
   * @param lock any name; one holder at a time in the whole database
   * @returns null, and nothing was done, while somebody else holds the lock
   * @throws PostgresUnavailableError do the same again later
   */
  async exclusiveSnapshot<T>(lock: string, work: (client: PoolClient) => Promise<T>): Promise<T | null> {
    return this.repeatConflicts(() =>
      this.withClient(async (client) => {
        const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held', [lock]);
        if (rows[0]?.held !== true) return null;
        try {
          await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
          const result = await work(client);
          const { command } = await client.query('COMMIT');
          if (command !== 'COMMIT') throw new PostgresStatementError('25P02', new Error('work went on after a failed statement'));
          return result;
        } catch (error) {
          await client.query('ROLLBACK').catch(() => this.lost.add(client));
          throw error;
        } finally {
          // a connection that may still hold it is not used again
          await client.query('SELECT pg_advisory_unlock_all()').catch(() => this.lost.add(client));
        }
      }),
    );
  }

  /**
   * Streams bytes into `COPY … FROM STDIN`, as fast as the server takes them.
   * @param client from `transaction`
   * @returns rows copied
   * @throws pg.DatabaseError which `transaction` turns into a PostgresDataError when the server refused a row
   */
  async copyIn(client: PoolClient, sql: string, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<number> {
    return copyIn(client, sql, chunks);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** One connection for as long as `use` runs. After a failure it is given back clean, or ended. */
  private async withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.connect();
    let released = false;
    const giveBack = (broken: boolean): void => {
      if (released) return;
      released = true;
      client.release(broken);
    };
    const timer = setTimeout(() => {
      this.lost.add(client);
      giveBack(true);
    }, this.timeoutMs);
    try {
      const result = await use(client);
      giveBack(false);
      return result;
    } catch (error) {
      const clean = !this.lost.has(client) && (await rolledBack(client, error));
      giveBack(!clean);
      throw isConflict(error) ? error : postgresError(error, this.lost.has(client));
    } finally {
      clearTimeout(timer);
    }
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw postgresError(error, true);
    }
  }

  private async repeatConflicts<T>(run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await run();
      } catch (error) {
        if (!isConflict(error)) throw error;
        if (attempt === CONFLICT_ATTEMPTS) throw postgresError(error, false);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
      }
    }
  }
}

/** Whether the connection stands after a failure that was told on purpose, by the server or by us; others may have left it in mid-statement. */
async function rolledBack(client: PoolClient, failure: unknown): Promise<boolean> {
  if (!(failure instanceof pg.DatabaseError || failure instanceof EliasError)) return false;
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}
