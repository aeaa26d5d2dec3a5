import type { PostgresSession } from '../postgres/postgres-session.js';

export type Isolation = 'serializable' | 'snapshot';

/** PostgreSQL may or may not have committed; `emulator.commits` tells once the backend is gone. */
export class CommitUnknownError extends Error {
  constructor(cause: unknown) {
    super('the connection to the database was lost during COMMIT', { cause });
  }
}

/**
 * A transaction as Redshift runs them: the snapshot is taken by the first statement that needs one, after that
 * statement's own table lock; LOCK takes none. PostgreSQL does the same as long as nothing else is asked first, so
 * `hasSnapshot` guards what the emulator itself may ask.
 * Source: AWS, "Serializable isolation" and "Write and read/write operations".
 */
export class Transaction {
  hasSnapshot = false;
  /** of the table written last, for the text of error 1023 */
  tableId = 0;
  private open = false;

  constructor(
    readonly session: PostgresSession,
    private readonly isolation: Isolation,
    private readonly readOnly: boolean,
  ) {}

  /**
   * Reading transactions run on a plain snapshot: they can lose nothing, and would only make writers fail.
   * Tables have no index here, so PostgreSQL's SERIALIZABLE sees conflicts by whole tables, as Redshift does.
   */
  async begin(): Promise<void> {
    const level = this.readOnly ? 'REPEATABLE READ, READ ONLY' : this.isolation === 'serializable' ? 'SERIALIZABLE' : 'REPEATABLE READ';
    await this.session.query(`BEGIN ISOLATION LEVEL ${level}`);
    this.open = true;
  }

  /**
   * @param record what a killed emulator finds of this transaction when it committed
   * @throws CommitUnknownError the connection went while it committed
   */
  async commit(id: string, record: object): Promise<void> {
    if (!this.readOnly) await this.session.query('INSERT INTO emulator.commits (id, record) VALUES ($1, $2)', [id, JSON.stringify(record)]);
    try {
      await this.session.query('COMMIT');
    } catch (error) {
      if (!this.readOnly && (error as { code?: string }).code === undefined) throw new CommitUnknownError(error);
      throw error;
    }
    this.open = false;
  }

  async rollback(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.session.query('ROLLBACK').catch(() => undefined);
  }
}
