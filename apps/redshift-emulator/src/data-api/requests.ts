import { z } from 'zod';
import { invalid } from './data-api-error.js';

const id = z.string().regex(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}(:\d+)?$/, 'failed to satisfy the pattern of a statement id');
const wait = z.number().int().min(1).max(30).optional();
const nextToken = z.string().optional();

const connection = {
  Database: z.string().min(1),
  WorkgroupName: z.string().min(3).max(128).optional(),
  ClusterIdentifier: z.string().min(1).max(63).optional(),
  DbUser: z.string().optional(),
  SecretArn: z.string().optional(),
};
export type ConnectionRequest = z.output<z.ZodObject<typeof connection>>;

const run = {
  ...connection,
  Parameters: z
    .array(z.object({ name: z.string().regex(/^[0-9a-zA-Z_]+$/), value: z.string().min(1) }))
    .min(1)
    .optional(),
  ClientToken: z.string().min(1).max(64).optional(),
  StatementName: z.string().max(500).optional(),
  ResultFormat: z.enum(['JSON', 'CSV']).default('JSON'),
  WithEvent: z.boolean().optional(),
  WaitTimeSeconds: wait,
  SessionId: z.string().optional(),
  SessionKeepAliveSeconds: z.number().int().optional(),
};

export const requests = {
  ExecuteStatement: z.object({ ...run, Sql: z.string() }),
  BatchExecuteStatement: z.object({
    ...run,
    Sqls: z.array(z.string()).min(1).max(40),
    ExecutionMode: z.enum(['TRANSACTION', 'AUTO_COMMIT']).default('TRANSACTION'),
  }),
  DescribeStatement: z.object({ Id: id, WaitTimeSeconds: wait }),
  GetStatementResult: z.object({ Id: id, NextToken: nextToken, WaitTimeSeconds: wait }),
  GetStatementResultV2: z.object({ Id: id, NextToken: nextToken, WaitTimeSeconds: wait }),
  CancelStatement: z.object({ Id: id }),
  ListStatements: z.object({
    NextToken: nextToken,
    MaxResults: z.number().int().min(0).max(100).default(100),
    StatementName: z.string().optional(),
    Status: z.enum(['SUBMITTED', 'PICKED', 'STARTED', 'FINISHED', 'ABORTED', 'FAILED', 'ALL']).default('ALL'),
    Database: z.string().optional(),
    WorkgroupName: z.string().optional(),
    ClusterIdentifier: z.string().optional(),
    RoleLevel: z.boolean().optional(),
  }),
  ListDatabases: z.object({ ...connection, NextToken: nextToken, MaxResults: z.number().int().min(0).max(1_000).default(1_000) }),
  ListSchemas: z.object({
    ...connection,
    SchemaPattern: z.string().optional(),
    NextToken: nextToken,
    MaxResults: z.number().int().min(0).max(1_000).default(1_000),
  }),
  ListTables: z.object({
    ...connection,
    SchemaPattern: z.string().optional(),
    TablePattern: z.string().optional(),
    NextToken: nextToken,
    MaxResults: z.number().int().min(0).max(1_000).default(1_000),
  }),
  DescribeTable: z.object({
    ...connection,
    Schema: z.string().optional(),
    Table: z.string().optional(),
    NextToken: nextToken,
    MaxResults: z.number().int().min(0).max(1_000).default(1_000),
  }),
} as const;

export type Requests = { [K in keyof typeof requests]: z.output<(typeof requests)[K]> };
export type Operation = keyof Requests;

/** Whether the emulator has the operation; ListSessions it has not, since every call has a connection of its own. */
export const isOperation = (name: string): name is Operation => Object.hasOwn(requests, name);

/** @throws DataApiError ValidationException naming the member; AWS's own wording is not known for each */
export function readRequest<K extends Operation>(operation: K, body: unknown): Requests[K] {
  const parsed = requests[operation].safeParse(body);
  if (parsed.success) return parsed.data as Requests[K];
  const [issue] = parsed.error.issues;
  throw invalid(
    `1 validation error detected: Value at '${issue?.path.join('.') ?? ''}' failed to satisfy constraint: ${issue?.message ?? 'invalid'}`,
  );
}
