import { randomUUID } from 'node:crypto';
import type { CallQueue } from '../execution/call-queue.js';
import type { PartRecord, StatementRecord } from '../execution/statement-record.js';
import type { StatementStore } from '../execution/statement-store.js';
import { unusedParameters } from '../sql/bind-parameters.js';
import { DataApiError, invalid } from './data-api-error.js';
import type { ConnectionRequest, Requests } from './requests.js';

/** Source: AWS, "Considerations when calling the Data API": 100 KB of SQL. Whether a batch is counted as a whole is not documented. */
const SQL_BYTES_MAX = 102_400;

export interface ServedTarget {
  database: string;
  /** workgroups and clusters that exist */
  targets: readonly string[];
  activeStatementsMax: number;
}

type RunRequest = Requests['ExecuteStatement'] | Requests['BatchExecuteStatement'];

/** Takes calls in: checks them, knows them by token, hands them to the queue. */
export class SubmitCall {
  constructor(
    private readonly store: StatementStore,
    private readonly queue: CallQueue,
    private readonly served: ServedTarget,
  ) {}

  /**
   * @returns the new call, or the one that its client token stands for, failed or not
   * @throws DataApiError the call is not taken
   */
  async submit(request: RunRequest): Promise<StatementRecord> {
    const isBatch = 'Sqls' in request;
    const sqls = isBatch ? request.Sqls : [request.Sql];
    this.checkTarget(request);
    check(request, sqls);
    // what the call says beside its token is not compared; AWS does not document it either
    const known = request.ClientToken === undefined ? undefined : this.store.findByToken(request.ClientToken);
    if (known !== undefined) return known;
    if (this.store.activeCount() >= this.served.activeStatementsMax) {
      throw new DataApiError('ActiveStatementsExceededException', 'Active statements exceeded the allowed quota.');
    }
    const record = newRecord(request, sqls, isBatch ? request.ExecutionMode : 'TRANSACTION', isBatch);
    await this.store.add(record);
    this.queue.submit(record);
    return record;
  }

  /** @throws DataApiError neither or both of workgroup and cluster, an unknown one, another database */
  checkTarget({ Database, WorkgroupName, ClusterIdentifier }: ConnectionRequest): void {
    if ((WorkgroupName === undefined) === (ClusterIdentifier === undefined)) {
      throw invalid('Exactly one of WorkgroupName and ClusterIdentifier must be given.');
    }
    const target = (WorkgroupName ?? ClusterIdentifier!).replace(/^arn:.*[:/]/, '');
    if (!this.served.targets.includes(target)) throw invalid("Redshift endpoint doesn't exist in this region.");
    if (Database !== this.served.database) throw invalid(`FATAL: database "${Database}" does not exist`);
  }
}

function check(request: RunRequest, sqls: readonly string[]): void {
  if (request.SessionId !== undefined || request.SessionKeepAliveSeconds !== undefined) {
    throw invalid('redshift-emulator does not support sessions: every call has a connection of its own');
  }
  if (sqls.some((sql) => sql.trim() === '')) throw invalid('SQL statement is empty.');
  if (sqls.some((sql) => Buffer.byteLength(sql) > SQL_BYTES_MAX)) throw invalid('Cannot process query string larger than 100kB');
  const unused = unusedParameters(sqls, request.Parameters ?? []);
  if (unused.length > 0) throw invalid(`Parameters list contains unused parameters. Unused parameters: [${unused.join(', ')}]`);
}

function newRecord(
  request: RunRequest,
  sqls: readonly string[],
  executionMode: StatementRecord['executionMode'],
  isBatch: boolean,
): StatementRecord {
  const id = randomUUID();
  const nowMs = Date.now();
  const part = (sql: string, index: number): PartRecord => ({
    id: isBatch ? `${id}:${index + 1}` : id,
    sql,
    status: 'SUBMITTED',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    durationNs: -1,
    error: null,
    resultRows: -1,
    resultSize: -1,
    queryId: 0,
    columns: null,
    pageCount: 0,
  });
  return {
    id,
    isBatch,
    executionMode,
    resultFormat: request.ResultFormat,
    parameters: request.Parameters ?? [],
    clientToken: request.ClientToken ?? null,
    statementName: request.StatementName ?? null,
    database: request.Database,
    workgroupName: request.WorkgroupName ?? null,
    clusterIdentifier: request.ClusterIdentifier ?? null,
    dbUser: request.DbUser ?? null,
    secretArn: request.SecretArn ?? null,
    status: 'SUBMITTED',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    durationNs: -1,
    error: null,
    pid: 0,
    parts: sqls.map(part),
  };
}
