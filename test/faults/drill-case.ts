import type { StepPoint } from './step-orders.js';

/** What befalls a service at a durable step; a letter for the matrix's columns is in `plan-cases`. */
export const STEP_FAULTS = ['kill', 'term', 'pause', 'join', 'leave', 'kafka', 'pg-cut', 'pg-new'] as const;
export type StepFault = (typeof STEP_FAULTS)[number];

/** What S3 does instead of answering as it should. `lost`: it does what was asked, the answer is cut off. */
export const S3_FAULTS = ['429', '500', '503', '507', 'cut', 'lost', 'slow', '412'] as const;
export type S3Fault = (typeof S3_FAULTS)[number];

/** Requests to S3, by what they are for. */
export const S3_TARGETS = {
  'archiver: archive': { service: 'archiver', method: 'PUT', path: '/candles/[^?]*\\.zip' },
  'archiver: checksum list': { service: 'archiver', method: 'PUT', path: '/candles/[^?]*SHA256SUMS' },
  'warehouse-loader: archive': { service: 'warehouse-loader', method: 'GET', path: '/candles/[^?]*\\.zip' },
  'warehouse-loader: staged file': { service: 'warehouse-loader', method: 'PUT', path: '/_loads/[^?]*\\.gz' },
  'warehouse-loader: staged list': { service: 'warehouse-loader', method: 'PUT', path: '/_loads/[^?]*windows\\.csv' },
  'warehouse-loader: look at twin': { service: 'warehouse-loader', method: 'HEAD', path: '/tables/' },
  'warehouse-loader: twin': { service: 'warehouse-loader', method: 'PUT', path: '/tables/' },
  'warehouse-loader: clean-up': { service: 'warehouse-loader', method: 'POST', path: '\\?delete' },
} as const;
export type S3Target = keyof typeof S3_TARGETS;

/** A fault of the Redshift emulator, as it takes it. */
export interface DataApiOrder {
  kind: string;
  match?: string;
  at?: 'statement' | 'commit';
  times?: number;
  delay_ms?: number;
  operation?: string;
}

/** A fault of the exchange simulator, as it takes it; `match` is added for the case's windows. */
export interface ExchangeOrder {
  kind: string;
  times?: number;
  every?: number;
  ms?: number;
}

/** Postgres fails statements that write one table, or the commits that follow, so many times. */
export interface SqlFault {
  table: string;
  sqlstate: string;
  at: 'statement' | 'commit';
  times: number;
}

export type Fault =
  | { kind: 'step'; what: StepFault; point: StepPoint; passing: number }
  | { kind: 's3'; target: S3Target; how: S3Fault; times: number }
  | { kind: 'data-api'; order: DataApiOrder }
  | { kind: 'sql'; fault: SqlFault }
  | { kind: 'exchange'; order: ExchangeOrder }
  | { kind: 'story'; story: string };

export interface DrillCase {
  /** e.g. `archiver.put-archive/before/kill`; names it for ever */
  name: string;
  /** where it stands in the matrix */
  group: string;
  row: string;
  column: string;
  fault: Fault;
  /** whether its windows are loaded already, with other content, so that they are replaced under the fault */
  replaces: boolean;
  /** follows from the drill's seed and the name */
  seed: number;
}

/** Cases by their group, row or column, in the order in which these first come. */
export function casesBy(cases: readonly DrillCase[], field: 'group' | 'row' | 'column'): Map<string, DrillCase[]> {
  const groups = new Map<string, DrillCase[]>();
  for (const one of cases) groups.set(one[field], [...(groups.get(one[field]) ?? []), one]);
  return groups;
}
