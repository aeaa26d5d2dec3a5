import { EliasError } from '@elias/errors';

/** The run that was asked for cannot be. Every reason is given, not only the first. */
export class RunRefusedError extends EliasError {
  override readonly name = 'RunRefusedError';
  readonly code = 'ELIAS_RUN_REFUSED';
  readonly disposition = 'dead-letter';
  constructor(readonly reasons: readonly { field: string; reason: string }[]) {
    super(reasons.map(({ field, reason }) => `${field}: ${reason}`).join('; '));
  }
}

/** There is no run of this name. */
export class RunUnknownError extends EliasError {
  override readonly name = 'RunUnknownError';
  readonly code = 'ELIAS_RUN_UNKNOWN';
  readonly disposition = 'dead-letter';
  constructor(runId: string) {
    super(`there is no run ${runId.slice(0, 100)}`);
  }
}

/** What was asked does not go with where a run stands; the run is named. */
export class RunConflictError extends EliasError {
  override readonly name = 'RunConflictError';
  readonly code = 'ELIAS_RUN_CONFLICT';
  readonly disposition = 'dead-letter';
  constructor(
    readonly runId: string,
    reason: string,
  ) {
    super(reason);
  }
}
