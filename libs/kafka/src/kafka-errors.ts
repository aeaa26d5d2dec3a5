import { EliasError, untrustedReason } from '@elias/errors';

/** Kafka did not answer, or not yet. Safe to repeat: doubles are harmless wherever Elias produces. */
export class KafkaUnavailableError extends EliasError {
  override readonly name = 'KafkaUnavailableError';
  readonly code = 'ELIAS_KAFKA_UNAVAILABLE';
  readonly disposition = 'retry';
  /** @param operation what was tried, as in "send to elias.loads.v1" */
  constructor(operation: string, cause: unknown) {
    super(`Kafka did not complete: ${operation}`, { cause });
  }
}

/** The broker refused the record itself (too large, malformed); the same bytes are refused again. */
export class RecordRefusedError extends EliasError {
  override readonly name = 'RecordRefusedError';
  readonly code = 'ELIAS_KAFKA_RECORD_REFUSED';
  readonly disposition = 'dead-letter';
  /** @param reason the protocol's own name, as in `MESSAGE_TOO_LARGE` */
  constructor(
    readonly topics: readonly string[],
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`a record for ${topics.join(', ')} was refused: ${reason}`, { cause });
  }
}

/** Credentials or rights are missing. Repeating changes nothing until someone grants them. */
export class KafkaForbiddenError extends EliasError {
  override readonly name = 'KafkaForbiddenError';
  readonly code = 'ELIAS_KAFKA_FORBIDDEN';
  readonly disposition = 'stop';
  constructor(operation: string, reason: string, cause: unknown) {
    super(`Kafka refuses: ${operation} (${reason})`, { cause });
  }
}

/** The broker is not who it should be, by its certificate. Repeating changes nothing until someone mends the certificate or our settings. */
export class KafkaUntrustedError extends EliasError {
  override readonly name = 'KafkaUntrustedError';
  readonly code = 'ELIAS_KAFKA_UNTRUSTED';
  readonly disposition = 'stop';
  /** @param reason Node's name of it, as in `ERR_TLS_CERT_ALTNAME_INVALID` */
  constructor(operation: string, reason: string, cause: unknown) {
    super(`the certificate of a Kafka broker is not trusted (${reason}): ${operation}`, { cause });
  }
}

/** A topic stands with other partitions or another cleanup policy than this version of Elias needs. */
export class TopicMismatchError extends EliasError {
  override readonly name = 'TopicMismatchError';
  readonly code = 'ELIAS_KAFKA_TOPIC_MISMATCH';
  readonly disposition = 'stop';
  constructor(readonly differences: readonly string[]) {
    super(`topics are not as this version of Elias needs them: ${differences.join('; ')}`);
  }
}

/** A range that was to be read begins before the first record that the topic still has. */
export class RangeLostError extends EliasError {
  override readonly name = 'RangeLostError';
  readonly code = 'ELIAS_KAFKA_RANGE_LOST';
  readonly disposition = 'stop';
  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly from: string,
    readonly low: string,
  ) {
    super(`offsets ${from} to ${low} of ${topic}[${partition}] were deleted before they were read`);
  }
}

const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_TIMESTAMP',
  'INVALID_RECORD',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'POLICY_VIOLATION',
  'INVALID_TOPIC_EXCEPTION',
]);
const FORBIDDEN = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'SECURITY_DISABLED',
]);

/** The protocol's name of what went wrong, through kafkajs's wrappers; null if the broker said nothing. */
export function protocolError(error: unknown): string | null {
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 8; depth += 1) {
    const { type } = current as { type?: unknown };
    if (typeof type === 'string') return type;
    // kafkajs gives the protocol's word of it away
    if (current.name === 'KafkaJSSASLAuthenticationError') return 'SASL_AUTHENTICATION_FAILED';
    current = current.cause;
  }
  return null;
}

/** A kafkajs error as ours, by the protocol's code. What is not known to be final may be tried again. */
export function kafkaError(operation: string, error: unknown, topics: readonly string[] = []): EliasError {
  if (error instanceof EliasError) return error;
  const reason = protocolError(error);
  if (reason !== null && REFUSALS.has(reason)) return new RecordRefusedError(topics, reason, error);
  if (reason !== null && FORBIDDEN.has(reason)) return new KafkaForbiddenError(operation, reason, error);
  const untrusted = untrustedReason(error);
  if (untrusted !== null) return new KafkaUntrustedError(operation, untrusted, error);
  return new KafkaUnavailableError(operation, error);
}
