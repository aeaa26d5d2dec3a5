import { createHash } from 'node:crypto';
import type { DurableStep } from '@elias/telemetry';
import { casesBy, S3_FAULTS, S3_TARGETS } from './drill-case.js';
import type { DrillCase, Fault, S3Fault, S3Target, StepFault } from './drill-case.js';
import type { Moment } from './step-orders.js';
import { STORIES } from './stories.js';

/** Each service's durable steps in the order of a window's road, and how often each is passed for two windows at least. */
export const STEPS: readonly { service: string; step: DurableStep; passings: 1 | 2 }[] = [
  { service: 'orchestrator', step: 'orchestrator.start-run', passings: 1 },
  { service: 'orchestrator', step: 'orchestrator.release-requests', passings: 1 },
  { service: 'orchestrator', step: 'outbox.send', passings: 1 },
  { service: 'orchestrator', step: 'orchestrator.record-facts', passings: 2 },
  { service: 'orchestrator', step: 'orchestrator.end-runs', passings: 1 },
  { service: 'orchestrator', step: 'kafka.commit-offsets', passings: 1 },
  { service: 'collector', step: 'collector.publish-window', passings: 2 },
  { service: 'collector', step: 'collector.tell-result', passings: 2 },
  { service: 'collector', step: 'kafka.commit-offsets', passings: 1 },
  { service: 'archiver', step: 'archiver.put-archive', passings: 2 },
  { service: 'archiver', step: 'archiver.list-checksum', passings: 2 },
  { service: 'archiver', step: 'archiver.announce', passings: 1 },
  { service: 'archiver', step: 'kafka.commit-offsets', passings: 1 },
  { service: 'warehouse-loader', step: 'warehouse-loader.stage-window', passings: 2 },
  { service: 'warehouse-loader', step: 'warehouse-loader.stage-lists', passings: 1 },
  { service: 'warehouse-loader', step: 'warehouse-loader.load', passings: 1 },
  { service: 'warehouse-loader', step: 'warehouse-loader.announce', passings: 1 },
  { service: 'warehouse-loader', step: 'warehouse-loader.put-twin', passings: 2 },
  { service: 'warehouse-loader', step: 'warehouse-loader.remove-staged', passings: 1 },
  { service: 'warehouse-loader', step: 'kafka.commit-offsets', passings: 1 },
  { service: 'rds-loader', step: 'rds-loader.load', passings: 1 },
  { service: 'rds-loader', step: 'rds-loader.write-rows', passings: 1 },
  { service: 'rds-loader', step: 'rds-loader.announce', passings: 1 },
  { service: 'rds-loader', step: 'kafka.commit-offsets', passings: 1 },
  { service: 'transformer', step: 'transformer.note-events', passings: 1 },
  { service: 'transformer', step: 'transformer.compute-day', passings: 1 },
];

const MOMENTS: readonly Moment[] = ['before', 'after'];
const USES_POSTGRES: readonly string[] = ['orchestrator', 'rds-loader', 'transformer'];
const ALONE: readonly string[] = ['transformer'];

/** Errors of Postgres by SQLSTATE, and the tables whose writing meets them. */
const SQLSTATES = { '40001': 'serialization failure', '40P01': 'deadlock', '53100': 'disk full', '57P01': 'admin shutdown' } as const;
const SQL_TABLES = {
  'market.load_ledger': 'rds-loader: ledger',
  'market.candles': 'rds-loader: rows',
  'pipeline.runs': 'orchestrator: runs',
  'pipeline.outbox': 'orchestrator: outbox',
  'pipeline.facts': 'orchestrator: facts',
} as const;

const LOAD = 'load_ledger';
const DATA_API: Readonly<Record<string, { kind: string; match?: string; at?: 'statement' | 'commit'; delay_ms?: number }>> = {
  throttled: { kind: 'throttle' },
  ActiveStatementsExceeded: { kind: 'active_statements_exceeded' },
  ActiveSessionsExceeded: { kind: 'active_sessions_exceeded' },
  'internal error': { kind: 'internal_error' },
  'no connection': { kind: 'database_connection' },
  'request lost': { kind: 'request_lost' },
  'reply lost': { kind: 'reply_lost' },
  'reply lost after the commit': { kind: 'fail_after_commit_reply_lost' },
  '1023 at a statement': { kind: 'serializable', match: LOAD, at: 'statement' },
  '1023 at the commit': { kind: 'serializable', at: 'commit' },
  '1018 table dropped': { kind: 'dropped_table', match: LOAD },
  deadlock: { kind: 'deadlock', match: LOAD },
  'statement failed': { kind: 'sql_error', match: LOAD },
  'COPY: no such key': { kind: 's3_no_such_key', match: '^\\s*COPY' },
  'COPY: access denied': { kind: 's3_access_denied', match: '^\\s*COPY' },
  'connection lost': { kind: 'connection_lost', match: LOAD },
  'connection lost at the commit': { kind: 'connection_lost', at: 'commit' },
  aborted: { kind: 'aborted', match: LOAD },
  slow: { kind: 'delay', match: LOAD, delay_ms: 2_500 },
  'slow commit': { kind: 'delay', at: 'commit', delay_ms: 2_500 },
};

const EXCHANGE: Readonly<Record<string, { kind: string; ms?: number }>> = {
  '429': { kind: '429' },
  '500': { kind: '500' },
  '503': { kind: '503' },
  'half a page': { kind: 'cut' },
  slow: { kind: 'slow', ms: 1_500 },
  stalled: { kind: 'stall', ms: 300_000 },
  garbage: { kind: 'garbage' },
  HTML: { kind: 'html' },
  'stale cache': { kind: 'stale_cache' },
  'HIT without Age': { kind: 'hit_without_age' },
};
const EXCHANGE_COLUMNS = { once: { times: 1 }, 'five times': { times: 5 }, 'each 2nd': { times: 4, every: 2 } } as const;

export const GROUPS = {
  steps: 'At a durable step, before and after it (pause to pg-cut before, rest after)',
  s3: 'S3 answers a request so',
  dataApi: "Redshift's Data API answers a load so",
  sql: 'Postgres fails a write so, at the statement and at the commit',
  exchange: 'The exchange answers a page so',
  stories: 'Stories',
} as const;

/** Every case there is, in the order in which they are run. @param seed of the drill; the same one gives the same cases */
export function planCases(seed: string): DrillCase[] {
  const cases = [...stepCases(), ...s3Cases(), ...dataApiCases(), ...sqlCases(), ...exchangeCases(), ...storyCases()];
  return cases.map((one) => {
    const number = seedOf(seed, one.name);
    // by other bits than the passing
    return { ...one, seed: number, replaces: (number >>> 8) % 2 === 0, fault: withPassing(one.fault, number) };
  });
}

type Unseeded = Omit<DrillCase, 'seed' | 'replaces'>;

function stepCases(): Unseeded[] {
  return STEPS.flatMap(({ service, step }) =>
    MOMENTS.flatMap((moment) =>
      stepFaults(service, moment).map((what): Unseeded => {
        const place = placeOf(service, step);
        const point = { service, step, moment };
        return {
          ...{ name: `${place}/${moment}/${what}`, group: GROUPS.steps, row: place, column: what },
          fault: { kind: 'step', what, point, passing: 1 },
        };
      }),
    ),
  );
}

/** Steps that services share are named with the service that is meant. */
function placeOf(service: string, step: DurableStep): string {
  if (step === 'outbox.send') return `${service}.send-outbox`;
  return step === 'kafka.commit-offsets' ? `${service}.commit-offsets` : step;
}

/** What makes sense at a step; the slow ones at one of its two moments. */
function stepFaults(service: string, moment: Moment): StepFault[] {
  if (ALONE.includes(service)) return moment === 'before' ? ['kill', 'term', 'pg-cut'] : ['kill', 'term', 'pg-new'];
  const postgres: StepFault[] = !USES_POSTGRES.includes(service) ? [] : moment === 'before' ? ['pg-cut'] : ['pg-new'];
  return [
    ...(moment === 'before' ? (['kill', 'term', 'pause', 'join'] as const) : (['kill', 'term', 'leave', 'kafka'] as const)),
    ...postgres,
  ];
}

function s3Cases(): Unseeded[] {
  return (Object.keys(S3_TARGETS) as S3Target[]).flatMap((target) =>
    S3_FAULTS.filter((how) => isMet(target, how)).map((how): Unseeded => {
      // more than the client repeats by itself, so that the service's own way of trying again is met
      const times = how === 'slow' || how === 'lost' || how === '412' ? 1 : 4;
      const name = `s3/${target.replaceAll(/: | /g, '-')}/${how}`;
      return { name, group: GROUPS.s3, row: target, column: how, fault: { kind: 's3', target, how, times } };
    }),
  );
}

/** A condition is what 412 answers; what is only read is not lost; a read disk is not full. */
function isMet(target: S3Target, how: S3Fault): boolean {
  const { method } = S3_TARGETS[target];
  if (how === '412') return ['archiver: archive', 'archiver: checksum list', 'warehouse-loader: twin'].includes(target);
  if (how === 'lost' || how === '507') return method === 'PUT';
  return true;
}

function dataApiCases(): Unseeded[] {
  return Object.entries(DATA_API).flatMap(([row, order]) =>
    (['once', 'three times'] as const).map((column): Unseeded => {
      const times = column === 'once' ? 1 : 3;
      const operation = /^(?:throttle|active|internal|database|request)/.test(order.kind) ? { operation: 'BatchExecuteStatement' } : {};
      const name = `data-api/${slug(row)}/${slug(column)}`;
      return { name, group: GROUPS.dataApi, row, column, fault: { kind: 'data-api', order: { ...order, ...operation, times } } };
    }),
  );
}

function sqlCases(): Unseeded[] {
  return Object.entries(SQL_TABLES).flatMap(([table, row]) =>
    Object.entries(SQLSTATES).flatMap(([sqlstate, column]) =>
      (['statement', 'commit'] as const).map((at): Unseeded => {
        const name = `postgres/${slug(row)}/${at}/${slug(sqlstate)}`;
        return { name, group: GROUPS.sql, row, column, fault: { kind: 'sql', fault: { table, sqlstate, at, times: 2 } } };
      }),
    ),
  );
}

function exchangeCases(): Unseeded[] {
  return Object.entries(EXCHANGE).flatMap(([row, order]) =>
    Object.entries(EXCHANGE_COLUMNS).map(([column, often]): Unseeded => {
      const fault: Fault = { kind: 'exchange', order: { ...order, ...often } };
      return { name: `exchange/${slug(row)}/${slug(column)}`, group: GROUPS.exchange, row, column, fault };
    }),
  );
}

function storyCases(): Unseeded[] {
  return Object.entries(STORIES).map(([story, { title }]): Unseeded => {
    return { name: `story/${story}`, group: GROUPS.stories, row: title, column: '', fault: { kind: 'story', story } };
  });
}

/** Two instances share the windows, so that a step may be passed once alone by each. */
const SHARED: readonly StepFault[] = ['pause', 'leave'];

/** Which passing of a step is meant, where it is passed for each window. */
function withPassing(fault: Fault, seed: number): Fault {
  if (fault.kind !== 'step' || SHARED.includes(fault.what)) return fault;
  const { point } = fault;
  const { passings = 1 } = STEPS.find(({ service, step }) => service === point.service && step === point.step) ?? {};
  return { ...fault, passing: 1 + (seed % passings) };
}

/** 32 bits that follow from the drill's seed and the name. */
export function seedOf(seed: string, name: string): number {
  return createHash('sha256').update(`${seed}\n${name}`).digest().readUInt32BE(0);
}

/**
 * A fixed sample: each group has its share of it, each column of a group the same, chosen by seed, in the order in which cases are run.
 * @param count at most this many
 */
export function sampleCases(cases: readonly DrillCase[], count: number): DrillCase[] {
  const byGroup = casesBy(cases, 'group');
  const queues = [...byGroup.values()].map((group) => ({ left: dealt(group), of: group.length, taken: 0 }));
  const chosen = new Set<DrillCase>();
  while (chosen.size < Math.min(count, cases.length)) {
    // whoever is furthest behind its share; each group has one at least
    const next = queues.filter(({ left }) => left.length > 0).sort((a, b) => a.taken / a.of - b.taken / b.of)[0]!;
    chosen.add(next.left.shift()!);
    next.taken += 1;
  }
  return cases.filter((one) => chosen.has(one));
}

/** One of each column by turns, each column's own in the order of their seeds. */
function dealt(group: readonly DrillCase[]): DrillCase[] {
  const columns = [...casesBy(group, 'column').values()].map((ofColumn) => [...ofColumn].sort((a, b) => a.seed - b.seed));
  const rounds = Math.max(...columns.map((ofColumn) => ofColumn.length));
  return Array.from({ length: rounds }, (_, round) => columns.flatMap((ofColumn) => ofColumn.slice(round, round + 1))).flat();
}

/** @param pattern a regular expression on the name */
export function selectCases(cases: readonly DrillCase[], pattern: string): DrillCase[] {
  const wanted = new RegExp(pattern, 'i');
  return cases.filter(({ name }) => wanted.test(name));
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
