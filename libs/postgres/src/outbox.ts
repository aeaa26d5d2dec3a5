import { durableStep } from '@elias/telemetry';
import type { PoolClient } from 'pg';
import type { Postgres } from './postgres.js';

/**
 * Messages that leave with the transaction that made them: written in it, sent once it stands. Delivery is at least once, in the order
 * of writing as far as one sender goes; a message is JSON. The table is `pipeline.outbox`.
 */
export class Outbox<T extends object> {
  constructor(private readonly postgres: Postgres) {}

  async insert(client: PoolClient, messages: readonly T[]): Promise<void> {
    if (messages.length === 0) return;
    await client.query('INSERT INTO pipeline.outbox (record) SELECT * FROM unnest($1::jsonb[])', [
      messages.map((message) => JSON.stringify(message)),
    ]);
  }

  /**
   * Sends the oldest messages, and forgets them once `send` resolves. What another process is sending is passed over.
   * @returns how many were sent
   * @throws what `send` rejects with; they stay
   */
  async send(most: number, send: (messages: T[]) => Promise<unknown>): Promise<number> {
    return this.postgres.transaction(async (client) => {
      const { rows } = await client.query<{ id: string; record: T }>(
        'SELECT id, record FROM pipeline.outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED',
        [most],
      );
      if (rows.length === 0) return 0;
      await durableStep('outbox.send', () => send(rows.map(({ record }) => record)));
      await client.query('DELETE FROM pipeline.outbox WHERE id = ANY($1::bigint[])', [rows.map(({ id }) => id)]);
      return rows.length;
    });
  }
}
