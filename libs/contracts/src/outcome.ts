/** A bad record is an outcome, not an exception, so that it cannot stop its partition. */
export type Outcome<T> = { kind: 'ok'; value: T } | { kind: 'dead-letter'; reason: DeadLetterReason; cause: unknown };

export type DeadLetterReason = 'not-json' | 'wrong-shape' | 'unknown-type' | 'wrong-hash' | 'wrong-rows' | 'bad-request';

export const ok = <T>(value: T): Outcome<T> => ({ kind: 'ok', value });
export const deadLetter = (reason: DeadLetterReason, cause: unknown): Outcome<never> => ({ kind: 'dead-letter', reason, cause });
