import type { Fact } from '../tasks/fact.js';
import { assessDerived, worstOf } from './assess-derived.js';
import type { DerivedWindow } from './assess-derived.js';

const revision = { unknown: 0, open: 0, collectedAtMs: 2_000, collectionId: '018c2a00-0000-7000-8000-000000000002' };
const earlier = { ...revision, collectedAtMs: 1_000 };
const later = { ...revision, collectedAtMs: 3_000 };
const loaded = (stage: 'warehouse_loaded' | 'rds_loaded', of = revision): Fact => ({ stage, revision: of, impliesSealed: true });
const both = [loaded('warehouse_loaded'), loaded('rds_loaded')];
const done: DerivedWindow = {
  marked: false,
  outcome: { kind: 'published', detail: null },
  published: { revision, refused: false },
  facts: both,
};
const stateOf = (part: Partial<DerivedWindow>): string => assessDerived({ ...done, ...part }).state;

it.each<[string, Partial<DerivedWindow>, string]>([
  ['both stores told of it', {}, 'done'],
  ['unchanged, and both stores told of it before', { outcome: { kind: 'unchanged', detail: null } }, 'done'],
  ['both stores told of a later one', { facts: [loaded('warehouse_loaded', later), loaded('rds_loaded', later)] }, 'done'],
  ['one store told of an earlier one', { facts: [loaded('warehouse_loaded', earlier), loaded('rds_loaded')] }, 'running'],
  ['one store told', { facts: [loaded('rds_loaded')] }, 'running'],
  ['marked again', { marked: true }, 'running'],
  ['to be computed for the first time', { outcome: null, marked: true }, 'running'],
  ['computed by a transformer that does not tell', { outcome: null }, 'failed'],
  ['not due, though its candles were loaded', { outcome: { kind: 'not_due', detail: 'x' } }, 'failed'],
  ['failed', { outcome: { kind: 'failed', detail: 'x' } }, 'failed'],
  ['refused for good', { published: { revision, refused: true } }, 'failed'],
  ['refused, and to be published again', { published: { revision, refused: true }, marked: true }, 'running'],
])('%s', (_what, part, state) => {
  expect(stateOf(part)).toBe(state);
});

it('says why', () => {
  const refusal: Fact = {
    stage: 'archive_failed',
    revision,
    requestId: null,
    problem: { reason: 'wrong-hash', detail: 'the hash is wrong' },
  };
  expect(assessDerived({ ...done, published: { revision, refused: true }, facts: [refusal] }).detail).toBe('the hash is wrong');
  expect(assessDerived({ ...done, outcome: { kind: 'failed', detail: 'too large' } }).detail).toBe('too large');
});

it('several windows are as far as the worst of them', () => {
  const of = (...states: ('done' | 'failed' | 'running')[]): string => worstOf(states.map((state) => ({ state, detail: null }))).state;
  expect(of('done', 'done')).toBe('done');
  expect(of('done', 'running')).toBe('running');
  expect(of('running', 'failed', 'done')).toBe('failed');
  expect(of()).toBe('done');
});
