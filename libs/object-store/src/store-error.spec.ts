import { ObjectMissingError, ObjectRangeError, ObjectStoreUnavailableError, PreconditionFailedError } from './object-store-errors.js';
import { storeError } from './store-error.js';

const call = { operation: 'get', bucket: 'b', key: 'k', range: [0, 9] } as const;
const answer = (httpStatusCode: number, name: string): Error => Object.assign(new Error('words'), { name, $metadata: { httpStatusCode } });

it.each([
  [412, 'PreconditionFailed', PreconditionFailedError, 'retry'],
  [409, 'ConditionalRequestConflict', PreconditionFailedError, 'retry'],
  [404, 'NoSuchKey', ObjectMissingError, 'dead-letter'],
  [404, 'NotFound', ObjectMissingError, 'dead-letter'],
  [416, 'InvalidRange', ObjectRangeError, 'dead-letter'],
  [404, 'NoSuchBucket', ObjectStoreUnavailableError, 'retry'],
  [403, 'AccessDenied', ObjectStoreUnavailableError, 'retry'],
  [400, 'ExpiredToken', ObjectStoreUnavailableError, 'retry'],
  [503, 'SlowDown', ObjectStoreUnavailableError, 'retry'],
  [500, 'InternalError', ObjectStoreUnavailableError, 'retry'],
])('%d %s', (status, name, type, disposition) => {
  const error = storeError(call, answer(status, name));
  expect(error).toBeInstanceOf(type);
  expect(error.disposition).toBe(disposition);
  expect(error.key).toBe('k');
});

it.each([Object.assign(new Error('words'), { code: 'ECONNREFUSED' }), new Error('words'), 'words', null])('%p may pass', (cause) => {
  const error = storeError(call, cause);
  expect(error).toBeInstanceOf(ObjectStoreUnavailableError);
  expect(error.cause).toBe(cause);
});

it('the words of an error decide nothing', () => {
  const liar = Object.assign(new Error('412 PreconditionFailed NoSuchKey'), { name: 'Error', $metadata: { httpStatusCode: 500 } });
  expect(storeError(call, liar)).toBeInstanceOf(ObjectStoreUnavailableError);
});
