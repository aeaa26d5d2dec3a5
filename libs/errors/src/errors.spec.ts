import { describeError, EliasError, isRetryable } from './errors.js';

class StoreAwayError extends EliasError {
  override readonly name = 'StoreAwayError';
  readonly code = 'ELIAS_STORE_AWAY';
  readonly disposition = 'retry';
}

it('tells what may be repeated by the disposition, not by the words', () => {
  expect(isRetryable(new StoreAwayError('broken'))).toBe(true);
  expect(isRetryable(new Error('please retry'))).toBe(false);
});

it('describes an error with its causes, outermost first', () => {
  const cause = new Error('socket closed', { cause: 'ECONNRESET' });
  expect(describeError(new StoreAwayError('object was not stored', { cause }))).toBe('object was not stored: socket closed: ECONNRESET');
});
