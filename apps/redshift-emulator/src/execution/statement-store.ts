import type { Logger } from '@elias/telemetry';
import type { Pool } from 'pg';
import { isOver } from './statement-record.js';
import type { PartRecord, StatementRecord } from './statement-record.js';

/** Source: AWS Data API: statements and their results are kept 24 hours, a client token counts for 8. */
const KEPT_MS = 24 * 3_600_000;
const TOKEN_MS = 8 * 3_600_000;

/**
 * Calls by id and by client token. Kept in memory, and in Postgres as they begin and as they end, so that a token is
 * known and a committed batch is FINISHED after the emulator was killed too.
 */
export class StatementStore {
  private readonly records = new Map<string, StatementRecord>();
  private readonly byToken = new Map<string, string>();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly pool: Pool,
    private readonly logger: Logger,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Reads what a former run left: what had committed is finished, what had not has failed. */
  async restore(): Promise<void> {
    await this.forgetOld();
    const { rows } = await this.pool.query<{ record: StatementRecord; committed: StatementRecord | null }>(
      `SELECT s.record, c.record AS committed FROM emulator.statements s
       LEFT JOIN LATERAL (SELECT record FROM emulator.commits c WHERE c.id = s.id ORDER BY committed_at DESC LIMIT 1) c ON true
       ORDER BY s.created_at`,
    );
    for (const { record, committed } of rows) {
      const known = isOver(record.status) ? record : interrupted(committed ?? record, committed !== null, this.nowMs());
      this.remember(known);
      if (known !== record) {
        this.logger.warn({ id: known.id, status: known.status }, 'statement of a former run settled');
        await this.save(known);
      }
    }
  }

  /** @returns the call that the token stands for already, if any */
  findByToken(token: string): StatementRecord | undefined {
    const record = this.records.get(this.byToken.get(token) ?? '');
    return record !== undefined && record.createdAtMs > this.nowMs() - TOKEN_MS ? record : undefined;
  }

  get(id: string): StatementRecord | undefined {
    return this.records.get(id);
  }

  /** Newest first. */
  all(): StatementRecord[] {
    return [...this.records.values()].reverse();
  }

  activeCount(): number {
    let active = 0;
    for (const { status } of this.records.values()) if (!isOver(status)) active += 1;
    return active;
  }

  /** Known from here on; durable once this returns. */
  async add(record: StatementRecord): Promise<void> {
    this.remember(record);
    try {
      await this.save(record);
    } catch (error) {
      this.records.delete(record.id);
      if (record.clientToken !== null) this.byToken.delete(record.clientToken);
      throw error;
    }
  }

  /** Wakes who waits; the end of a call is written down. */
  async changed(record: StatementRecord): Promise<void> {
    record.updatedAtMs = this.nowMs();
    if (!isOver(record.status)) return;
    await this.save(record).catch((error: unknown) =>
      this.logger.warn({ error, id: record.id }, 'end of a statement was not written down'),
    );
    for (const wake of this.waiting.get(record.id) ?? []) wake();
    this.waiting.delete(record.id);
  }

  /** Resolves when the call is over, or after the time. */
  async waitFor(record: StatementRecord, timeoutMs: number): Promise<void> {
    if (isOver(record.status)) return;
    await new Promise<void>((resolve) => {
      const wakers = this.waiting.get(record.id) ?? new Set();
      this.waiting.set(record.id, wakers);
      const wake = (): void => {
        clearTimeout(timer);
        wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      wakers.add(wake);
    });
  }

  /** Forgets calls, results and commits past their time. */
  async forgetOld(): Promise<void> {
    const before = this.nowMs() - KEPT_MS;
    for (const record of this.records.values()) {
      if (record.createdAtMs >= before || !isOver(record.status)) continue;
      this.records.delete(record.id);
      if (record.clientToken !== null && this.byToken.get(record.clientToken) === record.id) this.byToken.delete(record.clientToken);
    }
    await this.pool.query('DELETE FROM emulator.statements WHERE created_at < to_timestamp($1::float8 / 1000)', [before]);
    await this.pool.query(
      `DELETE FROM emulator.result_pages p WHERE NOT EXISTS (SELECT 1 FROM emulator.statements s WHERE s.id = split_part(p.id, ':', 1))`,
    );
    await this.pool.query(
      `DELETE FROM emulator.commits c WHERE NOT EXISTS
       (SELECT 1 FROM emulator.statements s WHERE s.id = c.id AND s.record ->> 'status' NOT IN ('FINISHED', 'FAILED', 'ABORTED'))`,
    );
  }

  private remember(record: StatementRecord): void {
    this.records.set(record.id, record);
    if (record.clientToken !== null) this.byToken.set(record.clientToken, record.id);
  }

  private async save(record: StatementRecord): Promise<void> {
    await this.pool.query(
      `INSERT INTO emulator.statements (id, created_at, record) VALUES ($1, to_timestamp($2::float8 / 1000), $3)
       ON CONFLICT (id) DO UPDATE SET record = EXCLUDED.record`,
      [record.id, record.createdAtMs, JSON.stringify(record)],
    );
  }
}

const LOST = 'ERROR: the connection to the database was lost while the statement ran';

/** @param committed the record is the one that its last commit wrote */
function interrupted(record: StatementRecord, committed: boolean, nowMs: number): StatementRecord {
  const whole = committed && record.executionMode === 'TRANSACTION';
  // of an AUTO_COMMIT batch that record tells what stood by then; the rest did not run
  const settle = (part: PartRecord): PartRecord =>
    isOver(part.status) ? part : { ...part, status: whole ? 'FINISHED' : 'ABORTED', updatedAtMs: nowMs };
  const parts = record.parts.map(settle);
  if (whole) return { ...record, parts, status: 'FINISHED', updatedAtMs: nowMs };
  return { ...record, parts, status: 'FAILED', error: LOST, updatedAtMs: nowMs };
}
