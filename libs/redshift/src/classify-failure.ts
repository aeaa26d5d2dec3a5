import type { EliasError } from '@elias/errors';
import { RedshiftRefusedError, RedshiftUnavailableError } from './redshift-errors.js';

/**
 * Names of refusals for load, by which the request was not accepted at all. The SDK repeats a ThrottlingException three times and the
 * others never. Source: Amazon Redshift Data API reference, errors of each operation.
 */
const BUSY = new Set([
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ActiveStatementsExceededException',
  'ActiveSessionsExceededException',
  'ActiveWaitingRequestsExceededException',
]);

/** Refusals of access: a role or a session that is renewed while we wait. Source: AWS, "Common errors". */
const ACCESS = new Set([
  'AccessDeniedException',
  'AccessDenied',
  'ExpiredTokenException',
  'ExpiredToken',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'CredentialsProviderError',
]);

/** What the service or the SDK said, in the only parts that decisions rest on. */
interface ServiceFault {
  readonly name: string;
  readonly status: number | null;
}

/** Whether the request was turned away for load, so that sending it again cannot run anything twice. */
export function isBusy(error: unknown): boolean {
  return BUSY.has(faultOf(error).name);
}

/** An error of the SDK as one of ours, by its name and HTTP status. */
export function classifyFailure(operation: string, error: unknown): EliasError {
  const { name, status } = faultOf(error);
  const forgotten = name === 'ResourceNotFoundException' && operation !== 'ExecuteStatement' && operation !== 'BatchExecuteStatement';
  const passes = status === null || status >= 500 || status === 429 || BUSY.has(name) || ACCESS.has(name) || forgotten;
  const timedOut = name === 'QueryTimeoutException';
  return passes || timedOut ? new RedshiftUnavailableError(operation, name, error) : new RedshiftRefusedError(operation, name, error);
}

function faultOf(error: unknown): ServiceFault {
  if (!(error instanceof Error)) return { name: 'unknown', status: null };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? null;
  return { name: error.name === 'Error' ? ((error as { code?: string }).code ?? 'Error') : error.name, status };
}
