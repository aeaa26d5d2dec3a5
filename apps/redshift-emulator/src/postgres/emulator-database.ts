import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@elias/telemetry';
import pg from 'pg';
import { EMULATOR_SCHEMA } from './emulator-schema.js';
import { PostgresSession, SESSION_NAME } from './postgres-session.js';

/** Session lock that one emulator holds per database: it keeps statements in memory and must be the only one. */
const SINGLE_EMULATOR_LOCK = 7_230_451_001;

/** Time a killed emulator's lock and transactions may take to go, milliseconds. */
const TAKE_OVER_MS = 10_000;

/** The PostgreSQL database behind the emulator. */
export class EmulatorDatabase {
  /**
   * For the emulator's own tables; READ COMMITTED, so never part of a serialization conflict. It does not wait for the
   * disk: a batch's own commit does, and takes along what was written before it.
   */
  readonly pool: pg.Pool;
  private lock: pg.Client | undefined;
  private lost: string | null = 'not connected yet';
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly logger: Logger,
  ) {
    this.pool = new pg.Pool({ connectionString: url, max: 6, application_name: 'redshift-emulator', options: '-c synchronous_commit=off' });
    this.pool.on('error', (error) => logger.warn({ error }, 'connection to Postgres lost'));
  }

  /** Takes the database over, ends what a killed emulator left running in it, makes its own tables. */
  async start(): Promise<void> {
    await this.takeLock();
    await this.endLeftovers();
    await this.pool.query(EMULATOR_SCHEMA);
  }

  /** A connection of its own for one call. */
  openSession(database: string): Promise<PostgresSession> {
    return PostgresSession.open(this.url, database);
  }

  /** Asks a backend to stop what it runs; nothing happens when it runs nothing. */
  async cancel(pid: number): Promise<void> {
    await this.pool.query('SELECT pg_cancel_backend($1)', [pid]);
  }

  async terminate(pid: number): Promise<void> {
    await this.pool.query('SELECT pg_terminate_backend($1)', [pid]);
  }

  async nextQueryId(): Promise<number> {
    const { rows } = await this.pool.query<{ id: string }>(`SELECT nextval('emulator.query_ids') AS id`);
    return Number(rows[0]!.id);
  }

  /** Whether a transaction whose connection went during its COMMIT stands: asked once its backend is gone. */
  async hasCommitted(id: string, pid: number): Promise<boolean> {
    const deadline = performance.now() + TAKE_OVER_MS;
    for (;;) {
      const { rows } = await this.pool.query<{ gone: boolean; committed: boolean }>(
        `SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $2 AND application_name = $3) AS gone,
                EXISTS (SELECT FROM emulator.commits WHERE id = $1) AS committed`,
        [id, pid, SESSION_NAME],
      );
      const { gone, committed } = rows[0]!;
      if (committed || gone) return committed;
      if (performance.now() > deadline) return false;
      await sleep(50);
    }
  }

  /** Why it cannot work; null when it can. Asked on the lock's own connection too: without the lock it must not work. */
  async unreadiness(): Promise<string | null> {
    if (this.lock === undefined) return this.lost;
    await Promise.all([this.lock.query('SELECT 1'), this.pool.query('SELECT 1')]);
    return null;
  }

  async close(): Promise<void> {
    this.closed = true;
    const lock = this.lock;
    this.lock = undefined;
    await lock?.end();
    await this.pool.end();
  }

  private async takeLock(): Promise<void> {
    const deadline = performance.now() + TAKE_OVER_MS;
    const client = new pg.Client({ connectionString: this.url, application_name: 'redshift-emulator lock', keepAlive: true });
    client.on('error', () => this.lockLost(client));
    client.on('end', () => this.lockLost(client));
    await client.connect();
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [SINGLE_EMULATOR_LOCK]);
      if (this.closed) return client.end();
      if (rows[0]!.taken) break;
      if (performance.now() > deadline) {
        await client.end();
        throw new Error('another redshift-emulator works on this database; each needs one of its own');
      }
      await sleep(100);
    }
    this.lock = client;
    this.lost = null;
  }

  private lockLost(client: pg.Client): void {
    if (this.lock !== client) return;
    this.lock = undefined;
    this.lost = 'the connection to Postgres was lost';
    this.logger.warn('connection to Postgres lost, connecting again');
    void this.retakeLock();
  }

  private async retakeLock(): Promise<void> {
    while (this.lost !== null && !this.closed) {
      await sleep(1_000, undefined, { ref: false });
      if (this.closed) return;
      try {
        await this.takeLock();
        this.logger.info('connected to Postgres again');
      } catch (error) {
        this.logger.debug({ error }, 'Postgres does not answer yet');
      }
    }
  }

  /** A killed emulator's transactions must be over before it is asked which of them committed. */
  private async endLeftovers(): Promise<void> {
    const deadline = performance.now() + TAKE_OVER_MS;
    for (;;) {
      const { rowCount } = await this.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = $1 AND usename = current_user`,
        [SESSION_NAME],
      );
      if (rowCount === 0) return;
      if (performance.now() > deadline) throw new Error('transactions of a killed redshift-emulator do not end');
      await sleep(100);
    }
  }
}
