/** Kafka headers of one event: CloudEvents 1.0, Kafka protocol binding, binary mode. */
export interface CloudEventHeaders {
  ce_specversion: '1.0';
  ce_type: string;
  /** the service that tells it, e.g. `/elias/collector` */
  ce_source: string;
  /** equal for equal events, so that a reader may drop doubles and never drops a correction */
  ce_id: string;
  /** natural key of what the event is about */
  ce_subject: string;
  'content-type': string;
}

export interface CloudEventParts {
  type: string;
  source: string;
  subject: string;
  /** record key, with the part where there are parts */
  recordKey: string;
  /** `collection_id`; where there is none, request id and attempt */
  telling: string;
  contentType: string;
}

export function cloudEventHeaders(parts: CloudEventParts): CloudEventHeaders {
  const { type, source, subject, recordKey, telling, contentType } = parts;
  return {
    ce_specversion: '1.0',
    ce_type: type,
    ce_source: `/elias/${source}`,
    ce_id: `${type}:${recordKey}:${telling}`,
    ce_subject: subject,
    'content-type': contentType,
  };
}
