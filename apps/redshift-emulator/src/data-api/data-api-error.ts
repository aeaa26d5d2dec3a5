/** Errors of the service model, with the HTTP status that each has. */
export const API_ERRORS = {
  ValidationException: 400,
  ThrottlingException: 400,
  ActiveStatementsExceededException: 400,
  ActiveSessionsExceededException: 400,
  ActiveWaitingRequestsExceededException: 400,
  QueryTimeoutException: 400,
  SerializationException: 400,
  UnknownOperationException: 400,
  ResourceNotFoundException: 404,
  ExecuteStatementException: 500,
  BatchExecuteStatementException: 500,
  DatabaseConnectionException: 500,
  InternalServerException: 500,
} as const;
export type ApiErrorName = keyof typeof API_ERRORS;

/** A call that is refused; the caller's SDK throws an error of this name. */
export class DataApiError extends Error {
  override readonly name = 'DataApiError';

  /** @param members what the error's shape has beside its message, e.g. ResourceId */
  constructor(
    readonly type: ApiErrorName,
    message: string,
    readonly members: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  get status(): number {
    return API_ERRORS[this.type];
  }
}

export const invalid = (message: string): DataApiError => new DataApiError('ValidationException', message);
