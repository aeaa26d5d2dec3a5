import { EliasError } from '@elias/errors';
import { clockFinding, look, ok } from './finding.js';

class Away extends EliasError {
  readonly code = 'ELIAS_AWAY';
  readonly disposition = 'retry';
}

it('what is thrown is what is wrong, but a bug', async () => {
  expect(await look('it', () => Promise.resolve([ok('it', 'fine')]))).toEqual([{ what: 'it', verdict: 'ok', detail: 'fine' }]);
  expect(await look('it', () => Promise.reject(new Away('no answer')))).toEqual([{ what: 'it', verdict: 'wrong', detail: 'no answer' }]);
  await expect(look('it', () => Promise.reject(new TypeError('bug')))).rejects.toThrow('bug');
});

it('a clock that is off by more than two seconds is noted', () => {
  expect([clockFinding('x', 1_000), clockFinding('x', -2_500)]).toEqual([
    { what: 'x', verdict: 'ok', detail: "its clock is 1.0 s ahead of this machine's" },
    { what: 'x', verdict: 'note', detail: "its clock is 2.5 s behind this machine's" },
  ]);
});
