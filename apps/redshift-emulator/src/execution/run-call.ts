import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@elias/telemetry';
import { S3ReadError } from '../copy/copy-source.js';
import type { FaultBox } from '../faults/fault-box.js';
import type { Fault, RunFaultKind } from '../faults/fault.js';
import type { EmulatorDatabase } from '../postgres/emulator-database.js';
import type { PostgresSession } from '../postgres/postgres-session.js';
import { droppedUnderneath, serializableViolation, translateError } from '../postgres/translate-error.js';
import { readStatement } from '../sql/read-statement.js';
import { RedshiftError } from '../sql/redshift-error.js';
import { isReadOnly } from '../sql/statement.js';
import type { Statement } from '../sql/statement.js';
import type { RunStatement } from './run-statement.js';
import type { PartRecord, StatementRecord, Status } from './statement-record.js';
import type { StatementStore } from './statement-store.js';
import { CommitUnknownError, Transaction } from './transaction.js';
import type { Isolation } from './transaction.js';

/** A statement read ahead, or why it cannot be: it fails when its turn comes, as on AWS. */
type Readied = { statement: Statement } | { refusal: RedshiftError };

interface Call {
  record: StatementRecord;
  session: PostgresSession;
  signal: AbortSignal;
}

/** Runs the statements of one call on a connection of its own, from SUBMITTED to its end. */
export class RunCall {
  constructor(
    private readonly database: EmulatorDatabase,
    private readonly statements: RunStatement,
    private readonly store: StatementStore,
    private readonly faults: FaultBox,
    private readonly isolation: Isolation,
    private readonly logger: Logger,
  ) {}

  /** Never throws: whatever happens becomes the call's end. */
  async run(record: StatementRecord, signal: AbortSignal): Promise<void> {
    const startedAt = process.hrtime.bigint();
    let session: PostgresSession | undefined;
    let stopCancelling = (): void => undefined;
    try {
      signal.throwIfAborted();
      await this.move(record, 'PICKED');
      session = await this.database.openSession(record.database);
      record.pid = session.pid;
      stopCancelling = this.cancelWhenAborted(session, signal);
      signal.throwIfAborted();
      await this.move(record, 'STARTED');
      const call = { record, session, signal };
      if (record.executionMode === 'AUTO_COMMIT') await this.runSeparately(call);
      else await this.runTogether(call, record.parts);
      this.end(record, 'FINISHED', startedAt);
    } catch (error) {
      this.fail(record, error, signal, startedAt);
    } finally {
      stopCancelling();
      await session?.close();
      await this.store.changed(record);
      const { id, status, error, durationNs } = record;
      this.logger.info({ id, status, error, durationMs: durationNs / 1e6, statements: record.parts.length }, 'statement ended');
    }
  }

  private async move(record: StatementRecord, status: Status): Promise<void> {
    record.status = status;
    await this.store.changed(record);
  }

  /** All parts in one transaction; the first failure rolls all back. */
  private async runTogether(call: Call, parts: readonly PartRecord[]): Promise<void> {
    const { record, session, signal } = call;
    const readied = parts.map((part) => ready(part.sql, record));
    const readOnly = readied.every((item) => 'statement' in item && isReadOnly(item.statement));
    const transaction = new Transaction(session, this.isolation, readOnly);
    const sqls = parts.map(({ sql }) => sql);
    const last = parts.at(-1)!;
    try {
      await transaction.begin();
      for (const [index, part] of parts.entries()) await this.runPart(call, part, readied[index]!, transaction);
      await this.showFault(this.faults.takeRunFault('commit', sqls), call, last.queryId, transaction.tableId);
      signal.throwIfAborted();
      await transaction.commit(record.id, record);
    } catch (error) {
      if (error instanceof CommitUnknownError && (await this.database.hasCommitted(record.id, session.pid))) return;
      await transaction.rollback();
      const context = { sql: null, pid: session.pid, queryId: last.queryId, tableInSnapshot: false, tableId: transaction.tableId };
      const told = signal.aborted || isAborted(error) ? error : translateError(error, context);
      markRolledBack(parts, told);
      throw told;
    }
  }

  /** Each part in a transaction of its own; the failure of one leaves the others be. Source: service model, ExecutionMode. */
  private async runSeparately(call: Call): Promise<void> {
    let firstError: unknown;
    for (const part of call.record.parts) {
      call.signal.throwIfAborted();
      await this.runTogether(call, [part]).catch((error: unknown) => {
        if (call.signal.aborted) throw error;
        firstError ??= error;
      });
    }
    // what the call's own status is then is not documented; it says that something failed
    if (firstError !== undefined) throw firstError;
  }

  private async runPart(call: Call, part: PartRecord, readied: Readied, transaction: Transaction): Promise<void> {
    const { record, session, signal } = call;
    const startedAt = process.hrtime.bigint();
    try {
      signal.throwIfAborted();
      part.queryId = await this.database.nextQueryId();
      setStatus(part, 'STARTED');
      await this.showFault(this.faults.takeRunFault('statement', [part.sql]), call, part.queryId, transaction.tableId);
      if ('refusal' in readied) throw readied.refusal;
      const inBatch = record.isBatch && record.executionMode === 'TRANSACTION';
      const { id, queryId } = part;
      const { database, resultFormat } = record;
      const result = await this.statements.run(readied.statement, transaction, { id, database, queryId, resultFormat, inBatch, signal });
      part.resultRows = result.rows;
      part.resultSize = result.bytes;
      part.columns = result.columns;
      part.pageCount = result.pageCount;
      part.durationNs = Number(process.hrtime.bigint() - startedAt);
      setStatus(part, 'FINISHED');
    } catch (error) {
      part.durationNs = Number(process.hrtime.bigint() - startedAt);
      setStatus(part, signal.aborted || isAborted(error) ? 'ABORTED' : 'FAILED');
      const context = { sql: null, pid: session.pid, queryId: part.queryId, tableInSnapshot: false, tableId: transaction.tableId };
      if (part.status === 'FAILED') part.error = translateError(error, context).text;
      throw error;
    }
  }

  private async showFault(fault: (Fault & { kind: RunFaultKind }) | null, call: Call, queryId: number, tableId: number): Promise<void> {
    if (fault === null) return;
    const { session, signal } = call;
    this.logger.info({ kind: fault.kind, id: call.record.id }, 'fault shown');
    switch (fault.kind) {
      case 'serializable':
        throw serializableViolation({ tableId, queryId, pid: session.pid });
      case 'dropped_table':
        throw droppedUnderneath();
      case 'deadlock':
        throw new RedshiftError('deadlock detected');
      case 'sql_error':
        throw new RedshiftError(fault.message);
      case 's3_access_denied':
        throw new S3ReadError('AccessDenied', 403, 'Access Denied', 'none', undefined);
      case 's3_no_such_key':
        throw new S3ReadError('NoSuchKey', 404, 'The specified key does not exist.', 'none', undefined);
      case 'aborted':
        throw new AbortedByService();
      case 'delay':
        await sleep(fault.delay_ms, undefined, { signal });
        return;
      case 'connection_lost':
        await this.database.terminate(session.pid);
        await sleep(50);
        return;
    }
  }

  /** Cancels what the backend runs, again and again until the call is over: a cancel between two statements is lost. */
  private cancelWhenAborted(session: PostgresSession, signal: AbortSignal): () => void {
    let timer: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      this.database.cancel(session.pid).catch((error: unknown) => this.logger.warn({ error }, 'cancel did not reach Postgres'));
    };
    const start = (): void => {
      cancel();
      timer = setInterval(cancel, 200);
    };
    signal.addEventListener('abort', start, { once: true });
    return () => {
      signal.removeEventListener('abort', start);
      clearInterval(timer);
    };
  }

  private end(record: StatementRecord, status: Status, startedAt: bigint): void {
    record.durationNs = Number(process.hrtime.bigint() - startedAt);
    record.status = status;
  }

  private fail(record: StatementRecord, error: unknown, signal: AbortSignal, startedAt: bigint): void {
    const aborted = signal.aborted || isAborted(error);
    for (const part of record.parts) if (part.status === 'SUBMITTED') setStatus(part, 'ABORTED');
    this.end(record, aborted ? 'ABORTED' : 'FAILED', startedAt);
    if (aborted) return;
    record.error = error instanceof RedshiftError ? error.text : `ERROR: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** ABORTED without anyone's CancelStatement, as a service that restarts does. */
class AbortedByService extends Error {}

const isAborted = (error: unknown): boolean => error instanceof AbortedByService;

function setStatus(part: PartRecord, status: Status): void {
  part.status = status;
  part.updatedAtMs = Date.now();
}

function ready(sql: string, record: StatementRecord): Readied {
  try {
    return { statement: readStatement(sql, new Map(record.parameters.map(({ name, value }) => [name, value]))) };
  } catch (error) {
    if (error instanceof RedshiftError) return { refusal: error };
    throw error;
  }
}

/** A failed commit is its last statement's failure; what had finished before stays shown as finished, though nothing of it stands. */
function markRolledBack(parts: readonly PartRecord[], error: unknown): void {
  const last = parts.at(-1)!;
  if (last.status !== 'FINISHED') return;
  setStatus(last, isAborted(error) ? 'ABORTED' : 'FAILED');
  if (error instanceof RedshiftError) last.error = error.text;
  last.columns = null;
}
