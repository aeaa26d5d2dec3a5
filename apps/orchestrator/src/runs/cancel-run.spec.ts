import { cancelRefusal } from './cancel-run.js';

it.each([
  ['running', false, null],
  ['partial', false, null],
  ['failed', false, null],
  ['cancelled', false, null],
  ['cancelled', true, null],
  ['succeeded', true, 'the run has ended, it succeeded'],
  ['partial', true, 'the run has ended, it succeeded in part'],
  ['failed', true, 'the run has ended, it failed'],
] as const)('a run that is %s, ended: %s, is refused with %j', (state, ended, refusal) => {
  expect(cancelRefusal({ state, ended })).toBe(refusal);
});
