import type { Operation } from './requests.js';

/** Requests per second and region. Source: AWS, "Quotas for the Amazon Redshift Data API". Others are not limited here. */
const LIMITS: Partial<Record<Operation, number>> = {
  ExecuteStatement: 30,
  BatchExecuteStatement: 20,
  DescribeStatement: 100,
  GetStatementResult: 20,
  GetStatementResultV2: 20,
  CancelStatement: 3,
  ListStatements: 3,
  ListDatabases: 3,
  ListSchemas: 3,
  ListTables: 3,
  DescribeTable: 3,
};

/** A token bucket per operation, a second deep. */
export class RequestRates {
  private readonly buckets = new Map<Operation, { tokens: number; atMs: number }>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** @returns false when the request is one too many */
  admit(operation: Operation): boolean {
    const limit = LIMITS[operation];
    if (limit === undefined) return true;
    const nowMs = this.nowMs();
    const bucket = this.buckets.get(operation) ?? { tokens: limit, atMs: nowMs };
    const tokens = Math.min(limit, bucket.tokens + ((nowMs - bucket.atMs) / 1_000) * limit);
    this.buckets.set(operation, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
    return tokens >= 1;
  }
}
