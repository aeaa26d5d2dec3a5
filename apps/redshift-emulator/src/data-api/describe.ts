import type { PartRecord, StatementRecord } from '../execution/statement-record.js';

/** Seconds with fraction, as the protocol carries times. */
const seconds = (ms: number): number => ms / 1_000;

/** Leaves out what is absent: the protocol has no null. */
export function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined));
}

const whereOf = (record: StatementRecord): Record<string, unknown> => ({
  Database: record.database,
  WorkgroupName: record.workgroupName,
  ClusterIdentifier: record.clusterIdentifier,
  DbUser: record.dbUser,
  SecretArn: record.secretArn,
});

/** Answer of ExecuteStatement and BatchExecuteStatement; with `waited` it tells how far the call came. */
export function describeSubmission(record: StatementRecord, waited: boolean): Record<string, unknown> {
  const progress = { Status: record.status, RedshiftPid: record.pid, HasResultSet: hasResultSet(record) };
  return present({ Id: record.id, CreatedAt: seconds(record.createdAtMs), ...whereOf(record), ...(waited ? progress : {}) });
}

export const hasResultSet = (record: StatementRecord): boolean => record.parts.some((part) => part.columns !== null);

/** Answer of DescribeStatement for a whole call. Values before it ran: -1 and 0, as seen on real AWS. */
export function describeCall(record: StatementRecord): Record<string, unknown> {
  const [first] = record.parts;
  return present({
    Id: record.id,
    ...whereOf(record),
    CreatedAt: seconds(record.createdAtMs),
    UpdatedAt: seconds(record.updatedAtMs),
    Status: record.status,
    Error: record.error,
    Duration: record.durationNs,
    RedshiftPid: record.pid,
    HasResultSet: hasResultSet(record),
    QueryParameters: record.parameters.length === 0 ? null : record.parameters,
    ResultFormat: record.resultFormat,
    ...(record.isBatch
      ? {
          RedshiftQueryId: 0,
          ResultRows: -1,
          ResultSize: -1,
          ExecutionMode: record.executionMode,
          SubStatements: record.parts.map(describeSub),
        }
      : { QueryString: first!.sql, RedshiftQueryId: first!.queryId, ResultRows: first!.resultRows, ResultSize: first!.resultSize }),
  });
}

/** Answer of DescribeStatement for one statement of a batch. */
export function describePart(record: StatementRecord, part: PartRecord): Record<string, unknown> {
  const parameters = record.parameters.length === 0 ? null : record.parameters;
  return present({
    ...describeSub(part),
    ...whereOf(record),
    RedshiftPid: record.pid,
    ResultFormat: record.resultFormat,
    QueryParameters: parameters,
  });
}

function describeSub(part: PartRecord): Record<string, unknown> {
  return present({
    Id: part.id,
    CreatedAt: seconds(part.createdAtMs),
    UpdatedAt: seconds(part.updatedAtMs),
    Status: part.status,
    Error: part.error,
    Duration: part.durationNs,
    QueryString: part.sql,
    RedshiftQueryId: part.queryId,
    ResultRows: part.resultRows,
    ResultSize: part.resultSize,
    HasResultSet: part.columns !== null,
  });
}

/** An entry of ListStatements. */
export function describeListed(record: StatementRecord): Record<string, unknown> {
  const sqls = record.parts.map(({ sql }) => sql);
  return present({
    Id: record.id,
    Status: record.status,
    StatementName: record.statementName,
    CreatedAt: seconds(record.createdAtMs),
    UpdatedAt: seconds(record.updatedAtMs),
    IsBatchStatement: record.isBatch,
    ResultFormat: record.resultFormat,
    SecretArn: record.secretArn,
    QueryParameters: record.parameters.length === 0 ? null : record.parameters,
    ...(record.isBatch ? { QueryStrings: sqls } : { QueryString: sqls[0] }),
  });
}
