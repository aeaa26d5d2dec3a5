import fc from 'fast-check';
import type { Revision } from '@elias/market-data';
import { ASK_AGAIN_AFTER_MS, assessTask, REFUSALS_MAX } from './assess-task.js';
import type { Fact } from './fact.js';

const coverage = { present: 1, no_trade: 0, unknown: 0, open: 0, unknown_ranges: [], open_ranges: [] };
const revision = (collectionId: string, part: Partial<Revision> = {}): Revision => ({
  unknown: 0,
  open: 0,
  collectedAtMs: 0,
  collectionId,
  ...part,
});
const collected = (requestId: string, of: Revision, published = true): Fact => ({
  stage: 'collected',
  requestId,
  published,
  revision: of,
  told: { rowCount: 1, csvSha256: of.collectionId, coverage },
});
const sealed = (of: Revision): Fact => ({
  stage: 'sealed',
  revision: of,
  told: { rowCount: 1, csvSha256: of.collectionId, coverage },
  archive: { bucket: 'b', key: 'k', bytes: 1, sha256: 's' },
});
const loaded = (stage: 'warehouse_loaded' | 'rds_loaded', of: Revision): Fact => ({
  stage,
  revision: of,
  impliesSealed: stage === 'warehouse_loaded',
});
const failed = (requestId: string, permanent: boolean): Fact => ({
  stage: 'collection_failed',
  requestId,
  permanent,
  problem: { reason: permanent ? 'unknown_product' : 'exchange_unavailable', detail: 'x' },
});
const refused = (of: Revision): Fact => ({
  stage: 'archive_failed',
  revision: of,
  requestId: null,
  problem: { reason: 'wrong-hash', detail: 'y' },
});
const everywhere = (of: Revision): Fact[] => [sealed(of), loaded('warehouse_loaded', of), loaded('rds_loaded', of)];

const a = revision('a', { collectedAtMs: 1_000 });
const b = revision('b', { collectedAtMs: 2_000 });
const partial = revision('p', { unknown: 3, collectedAtMs: 3_000 });

it('waits for its turn, runs until both stores have the window, then has succeeded', () => {
  expect(assessTask([], everywhere(a)).state).toBe('waiting');
  expect(assessTask(['1'], []).stages).toEqual({ collect: 'running', archive: 'waiting', load_warehouse: 'waiting', load_rds: 'waiting' });
  expect(assessTask(['1'], [collected('1', a)]).stages).toEqual({
    collect: 'done',
    archive: 'running',
    load_warehouse: 'waiting',
    load_rds: 'running',
  });
  expect(assessTask(['1'], [collected('1', a), sealed(a), loaded('rds_loaded', a)])).toMatchObject({
    state: 'running',
    stages: { archive: 'done', load_warehouse: 'running', load_rds: 'done' },
  });
  expect(assessTask(['1'], [collected('1', a), ...everywhere(a)])).toMatchObject({
    state: 'succeeded',
    target: a,
    problem: null,
    askAgainAfterMs: null,
  });
});

it('comes to the same end in whatever order facts arrive, and however often', () => {
  const facts = [collected('1', partial), ...everywhere(partial), collected('2', a), ...everywhere(a), refused(b)];
  const expected = assessTask(['1', '2'], facts);
  expect(expected.state).toBe('succeeded');
  fc.assert(
    fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (order) => {
      expect(assessTask(['1', '2'], [...order, order[0]!])).toEqual(expected);
    }),
  );
});

it('is done with a better telling than its own, never with a worse one', () => {
  expect(assessTask(['1'], [collected('1', a), ...everywhere(b)]).state).toBe('succeeded');
  expect(assessTask(['1'], [collected('1', b), sealed(b), ...everywhere(a)]).state).toBe('running');
});

it('waits for the best sealed telling when its own was not worth publishing', () => {
  const unpublished = collected('1', partial, false);
  expect(assessTask(['1'], [unpublished, sealed(a)]).state).toBe('running');
  expect(assessTask(['1'], [unpublished, ...everywhere(a)])).toMatchObject({ state: 'succeeded', target: a });
});

it('shows a window with unknown periods as partial and asks again after 1, 5 and 30 minutes', () => {
  const facts = ['1', '2', '3', '4'].flatMap((requestId) => [collected(requestId, partial), ...everywhere(partial)]);
  const waits = [1, 2, 3, 4].map((n) => assessTask(['1', '2', '3', '4'].slice(0, n), facts).askAgainAfterMs);
  expect(waits).toEqual([...ASK_AGAIN_AFTER_MS, null]);
  expect(assessTask(['1'], facts).state).toBe('partial');
});

it('does not ask again for periods that are only not over yet', () => {
  const open = revision('o', { open: 5 });
  expect(assessTask(['1'], [collected('1', open), ...everywhere(open)])).toMatchObject({ state: 'succeeded', askAgainAfterMs: null });
});

it('fails with the reason, and asks once more at most for what the exchange will not give', () => {
  expect(assessTask(['1'], [failed('1', true)])).toMatchObject({
    state: 'failed',
    problem: { reason: 'unknown_product' },
    askAgainAfterMs: ASK_AGAIN_AFTER_MS[0],
  });
  expect(assessTask(['1', '2'], [failed('1', true), failed('2', true)]).askAgainAfterMs).toBeNull();
  expect(assessTask(['1', '2'], [failed('1', false), failed('2', false)]).askAgainAfterMs).toBe(ASK_AGAIN_AFTER_MS[1]);
});

it('asks at once for another telling when a stage refused one, but not for ever', () => {
  expect(assessTask(['1'], [collected('1', a), refused(a)])).toMatchObject({
    state: 'running',
    askAgainAfterMs: 0,
    problem: { reason: 'wrong-hash' },
  });
  const requests = Array.from({ length: REFUSALS_MAX + 1 }, (_, i) => `${i}`);
  const facts = requests.flatMap((requestId) => [collected(requestId, revision(requestId)), refused(revision(requestId))]);
  expect(assessTask(requests, facts)).toMatchObject({ state: 'failed', problem: { reason: 'wrong-hash' } });
});

it('never counts a withdrawn telling as the target', () => {
  expect(assessTask(['1'], [collected('1', a), ...everywhere(a), ...everywhere(b), { stage: 'revoked', revision: b }])).toMatchObject({
    target: a,
  });
});

it('begins its waits anew after a retry, and asks no more once its run is cancelled', () => {
  const facts = ['1', '2', '3', '4', '5'].map((requestId) => failed(requestId, false));
  const requests = ['1', '2', '3', '4', '5'];
  expect(assessTask(requests, facts).askAgainAfterMs).toBeNull();
  expect(assessTask(requests, facts, { requestsBefore: 4, mayAsk: true }).askAgainAfterMs).toBe(ASK_AGAIN_AFTER_MS[0]);
  expect(assessTask(requests, facts, { requestsBefore: 4, mayAsk: false })).toMatchObject({ state: 'failed', askAgainAfterMs: null });
  const cancelled = { requestsBefore: 0, mayAsk: false };
  expect(assessTask(['1'], [collected('1', a), refused(a)], cancelled)).toMatchObject({ state: 'failed', askAgainAfterMs: null });
  expect(assessTask(['1'], [collected('1', partial)], cancelled)).toMatchObject({ state: 'running', askAgainAfterMs: null });
});
