import type { Logger } from '@elias/telemetry';
import { describeError } from '@elias/errors';
import pg from 'pg';
import { clientConfig } from './postgres-connection.js';
import type { PostgresConnection } from './postgres-connection.js';
import { postgresError, PostgresForbiddenError } from './postgres-errors.js';

export interface LeaderLockOptions extends PostgresConnection {
  /** what is led; one process of all that name it holds the lock */
  name: string;
  applicationName: string;
  logger: Logger;
  /** how often the lock is tried for, and the connection that holds it is looked at; default 1,000 */
  lookMs?: number;
}

/** What leading means. Both are awaited; `deposed` runs after each `elected`, also on stop. */
export interface Leadership {
  elected(): Promise<void> | void;
  deposed(): Promise<void> | void;
}

const LOOK_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
const QUERY_TIMEOUT_MS = 5_000;
/**
 * The server ends a session that is silent for this long, so that a leader which was stopped or cut off without a word is followed by
 * another; its own look then finds the session gone.
 */
const SESSION_SETTINGS = '-c idle_session_timeout=15s -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3';

/**
 * One leader among processes, by a session advisory lock on a connection of its own that is watched. Between the loss of a connection and
 * the moment at which its owner sees it another process may lead already: what a leader does must bear two of them for a while.
 */
export class LeaderLock {
  private stopping: (() => void) | undefined;
  private readonly stopped: Promise<void>;
  private isStopped = false;
  private running: Promise<void> | undefined;
  leads = false;
  /** why the lock cannot be tried for; null while it can */
  trouble: string | null = null;

  constructor(private readonly options: LeaderLockOptions) {
    this.stopped = new Promise((resolve) => {
      this.stopping = () => {
        this.isStopped = true;
        resolve();
      };
    });
  }

  /** Competes until stopped. @param onBug gets what is not foreseen, and refused access, which no waiting mends */
  start(leadership: Leadership, onBug: (error: unknown) => void): void {
    this.running ??= this.compete(leadership).catch(onBug);
  }

  /** Steps down, then lets the lock go. */
  async stop(): Promise<void> {
    this.stopping?.();
    await this.running;
  }

  private async compete(leadership: Leadership): Promise<void> {
    while (!this.isStopped) {
      const client = this.newClient();
      const lost = new Promise<void>((resolve) => client.once('end', resolve));
      client.on('error', (error) => {
        this.trouble = describeError(error);
      });
      try {
        await client.connect();
        this.trouble = null;
        if (await this.acquired(client)) await this.lead(client, lost, leadership);
      } catch (cause) {
        const error = postgresError(cause, true);
        if (error instanceof PostgresForbiddenError) throw error;
        this.trouble = describeError(error);
        this.options.logger.warn({ lock: this.options.name, error }, 'the leader lock cannot be tried for');
      } finally {
        await ended(client);
      }
      await this.pause();
    }
  }

  /** Tries until it has the lock; false when it is stopped before. */
  private async acquired(client: pg.Client): Promise<boolean> {
    while (!this.isStopped) {
      const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held', [
        this.options.name,
      ]);
      if (rows[0]?.held === true) return true;
      await this.pause();
    }
    return false;
  }

  private async lead(client: pg.Client, lost: Promise<void>, leadership: Leadership): Promise<void> {
    const { name: lock, logger } = this.options;
    logger.info({ lock }, 'leading');
    this.leads = true;
    try {
      await leadership.elected();
      while (!this.isStopped) {
        await client.query('SELECT 1');
        await this.pause(lost);
      }
      logger.info({ lock }, 'leads no more, as it stops');
    } catch (error) {
      logger.warn({ lock, error }, 'leads no more, as its connection was lost');
    } finally {
      this.leads = false;
      await leadership.deposed();
    }
  }

  /** Until the next look, or until stopped, or until `sooner`. */
  private async pause(sooner?: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const later = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.options.lookMs ?? LOOK_MS);
    });
    await Promise.race([later, this.stopped, ...(sooner === undefined ? [] : [sooner])]);
    clearTimeout(timer);
  }

  private newClient(): pg.Client {
    return new pg.Client({
      ...clientConfig(this.options),
      application_name: this.options.applicationName,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      options: SESSION_SETTINGS,
      keepAlive: true,
    });
  }
}

/** Ends a connection, in whatever state; one that does not answer is cut off. */
async function ended(client: pg.Client): Promise<void> {
  const cut = setTimeout(() => client.connection.stream.destroy(), QUERY_TIMEOUT_MS);
  await client.end().catch(() => undefined);
  clearTimeout(cut);
}
