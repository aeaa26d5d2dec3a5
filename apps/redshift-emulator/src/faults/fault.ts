import { z } from 'zod';

/** Refused or lost before anything runs. */
const REQUEST_FAULTS = [
  'throttle',
  'active_statements_exceeded',
  'active_sessions_exceeded',
  'internal_error',
  'database_connection',
  'request_lost',
] as const;
/** The call is taken and runs, its answer never comes: at once, or once it is over. */
const REPLY_FAULTS = ['reply_lost', 'fail_after_commit_reply_lost'] as const;
/** While a statement or the commit runs. */
const RUN_FAULTS = [
  'serializable',
  'dropped_table',
  'deadlock',
  'sql_error',
  'connection_lost',
  'aborted',
  'delay',
  's3_access_denied',
  's3_no_such_key',
] as const;

export type RequestFaultKind = (typeof REQUEST_FAULTS)[number];
export type ReplyFaultKind = (typeof REPLY_FAULTS)[number];
export type RunFaultKind = (typeof RUN_FAULTS)[number];

const isPattern = (text: string): boolean => {
  try {
    new RegExp(text, 'is');
    return true;
  } catch {
    return false;
  }
};

/** A fault to show, as the admin interface and `EMULATOR_FAULTS` take it. */
export const faultSchema = z.strictObject({
  kind: z.enum([...REQUEST_FAULTS, ...REPLY_FAULTS, ...RUN_FAULTS]),
  times: z.number().int().min(1).default(1).describe('how often it shows'),
  skip: z.number().int().min(0).default(0).describe('how many matching occasions pass first'),
  operation: z.string().optional().describe('e.g. ExecuteStatement; faults of requests only; any without it'),
  match: z.string().refine(isPattern, 'is not a regular expression').optional().describe('regular expression on the SQL of the call'),
  at: z.enum(['statement', 'commit']).optional().describe('faults of runs: while the matching statement runs, or instead of the commit'),
  delay_ms: z.number().int().min(0).max(3_600_000).default(1_000).describe('for delay'),
  message: z.string().default('injected fault').describe('for sql_error'),
});
export type Fault = z.output<typeof faultSchema>;

export const isRequestFault = (kind: Fault['kind']): kind is RequestFaultKind => (REQUEST_FAULTS as readonly string[]).includes(kind);
export const isReplyFault = (kind: Fault['kind']): kind is ReplyFaultKind => (REPLY_FAULTS as readonly string[]).includes(kind);
export const isRunFault = (kind: Fault['kind']): kind is RunFaultKind => (RUN_FAULTS as readonly string[]).includes(kind);

/** Where a fault of a run shows when nobody says: at a matching statement, else instead of the commit. */
export const placeOf = (fault: Fault): 'statement' | 'commit' => fault.at ?? (fault.match === undefined ? 'commit' : 'statement');
