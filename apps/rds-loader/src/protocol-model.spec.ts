import { explore, PROTOCOL, Protocol } from './test-protocol.js';
import type { Rules, Telling } from './test-protocol.js';

const STATES_MAX = 100_000;
const telling = (collectionId: string, content: string, collectedAtMs: number, unknown = 0): Telling => ({
  revision: { unknown, open: 0, collectedAtMs, collectionId },
  content,
});
/** A partial one, a whole one, and a whole one later. */
const RISING = [telling('a', 'A', 1, 3), telling('b', 'B', 2), telling('c', 'C', 3)];
/** The content comes back: A, B, A. */
const COMES_BACK = [telling('a', 'A', 1), telling('b', 'B', 2), telling('c', 'A', 3)];
/** Both of one second: the id decides; and a later one that lacks something. */
const CLOSE = [telling('a', 'A', 2), telling('b', 'B', 2), telling('c', 'C', 9, 1)];

it.each([
  ['a partial, a whole and a later one', RISING, 1],
  ['a content that comes back', COMES_BACK, 1],
  ['two of one second, and a later partial one', CLOSE, 1],
  ['two, of which both are revoked', RISING.slice(0, 2), 2],
])('seal, put, announce, load, revise, revoke: nothing is wrong in any state: %s', (_case, tellings, revokedMax) => {
  const { counterexample, states, quiet } = explore(new Protocol(tellings, PROTOCOL, revokedMax), STATES_MAX);
  expect(counterexample).toBeNull();
  expect(states).toBeGreaterThan(500);
  expect(quiet).toBeGreaterThan(8);
});

it.each<[keyof Rules, RegExp]>([
  ['ledgerChecked', /gives way to a worse one/],
  ['revocationsChecked', /a revoked telling stands|gives way to a worse one/],
  ['ledgerLocked', /gives way to a worse one|a revoked telling stands/],
  ['oneTransaction', /the rows are not of the best telling/],
  ['putFirst', /announced that is not there|not archived/],
  ['effectFirst', /another telling than the best stands/],
  ['remainingRepublished', /another telling than the best stands|rows are not of the best/],
])('a protocol without %s is found wrong', (rule, problem) => {
  const { counterexample } = explore(new Protocol(RISING, { ...PROTOCOL, [rule]: false }, 1), STATES_MAX);
  expect(counterexample?.problem).toMatch(problem);
  expect(counterexample!.steps.length).toBeGreaterThan(1);
});
