import { EliasError } from '@elias/errors';

/** A recording that cannot be served as it is. The start stops: half a recording would be taken for the market. */
export class RecordingError extends EliasError {
  override readonly name = 'RecordingError';
  readonly code = 'ELIAS_RECORDING_UNREADABLE';
  readonly disposition = 'stop';
  constructor(
    readonly recording: string,
    readonly line: number | null,
    problem: string,
    cause?: unknown,
  ) {
    super(`recording "${recording}"${line === null ? '' : `, line ${line}`}: ${problem}`, { cause });
  }
}
