import { formatInstant } from '@elias/market-data';
import type { PoolClient, Postgres } from '@elias/postgres';
import { v7 as uuidv7 } from 'uuid';
import type { CheckResult } from '../checks/check.js';
import type { RunKind } from '../runs/run-store.js';

/** What is told of: a run that ended badly, one that is not done by its deadline, checks that failed. */
export type NotificationType = 'run.failed' | 'run.late' | 'checks.failed';

/** A run as its notifications name it. */
export interface NotifiedRun {
  readonly run_id: string;
  readonly kind: RunKind;
  readonly date: string | null;
}

/** What is posted: JSON as Standard Webhooks has it. */
export interface NotificationBody {
  readonly type: NotificationType;
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface DueNotification {
  readonly notification_id: string;
  readonly type: NotificationType;
  readonly body: NotificationBody;
  /** this one among them */
  readonly attempts: number;
}

/** Waits between tries, seconds; after the last one it is given up. */
export const RETRY_AFTER_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000] as const;

/** Notifications leave by a table: written with what they tell of, sent once that stands, at least once each. */
export class NotificationStore {
  /** @param wanted false when nobody is to be told */
  constructor(
    private readonly postgres: Postgres,
    private readonly wanted: boolean,
  ) {}

  runFailed(client: PoolClient, run: NotifiedRun, tasks: number): Promise<void> {
    return this.insert(client, 'run.failed', run, { failed_tasks: tasks });
  }

  runLate(client: PoolClient, run: NotifiedRun, deadlineAt: Date): Promise<void> {
    return this.insert(client, 'run.late', run, { deadline_at: deadlineAt.toISOString() });
  }

  checksFailed(client: PoolClient, run: NotifiedRun, failed: readonly CheckResult[]): Promise<void> {
    const checks = failed.map(({ name, productId, text }) => ({ name, product_id: productId, text }));
    return this.insert(client, 'checks.failed', run, { checks });
  }

  /** Takes notifications whose time has come; one that is not noted as delivered comes again after its wait. */
  takeDue(most: number): Promise<DueNotification[]> {
    return this.postgres.query<DueNotification>(
      `UPDATE pipeline.notifications n SET attempts = attempts + 1,
         next_attempt_at = now() + ($2::int[])[attempts + 1] * interval '1 second'
       WHERE notification_id IN (SELECT notification_id FROM pipeline.notifications WHERE next_attempt_at <= now()
         ORDER BY next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING notification_id, type, body, attempts`,
      [most, RETRY_AFTER_S],
    );
  }

  async delivered(id: string): Promise<void> {
    await this.postgres.query(
      'UPDATE pipeline.notifications SET delivered_at = now(), next_attempt_at = NULL, problem = NULL WHERE notification_id = $1',
      [id],
    );
  }

  async refused(id: string, problem: string): Promise<void> {
    await this.postgres.query('UPDATE pipeline.notifications SET problem = $2 WHERE notification_id = $1', [id, problem.slice(0, 500)]);
  }

  private async insert(client: PoolClient, type: NotificationType, run: NotifiedRun, more: Record<string, unknown>): Promise<void> {
    if (!this.wanted) return;
    const timestamp = formatInstant(Math.floor(Date.now() / 1_000) * 1_000);
    const body: NotificationBody = { type, timestamp, data: { run_id: run.run_id, kind: run.kind, date: run.date, ...more } };
    await client.query('INSERT INTO pipeline.notifications (notification_id, type, body) VALUES ($1, $2, $3)', [
      ...[uuidv7(), type, JSON.stringify(body)],
    ]);
  }
}
