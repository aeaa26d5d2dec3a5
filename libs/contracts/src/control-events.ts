import { z } from 'zod';
import { cloudEventHeaders } from './cloud-event.js';
import type { Outcome } from './outcome.js';
import { deadLetter, ok } from './outcome.js';
import type { TopicModel } from './topics.js';
import { TOPICS } from './topics.js';
import { coverageSchema, idSchema, instantSchema, namedWindowSchema, revisionSchema, sha256Schema, windowSchema } from './wire.js';

export const ORIGINS = ['scheduled', 'backfill', 'replay'] as const;
export const originSchema = z.enum(ORIGINS).describe('why the window was asked for');
export type Origin = z.infer<typeof originSchema>;

const text = z.string().max(4_000);
const count = z.int().min(0);

/** Who asked for the window; every stage hands it on. */
const asked = { request_id: idSchema, run_id: idSchema, origin: originSchema };
/** Which telling of which window, and what it holds. */
const told = { window: windowSchema, revision: revisionSchema, row_count: count, csv_sha256: sha256Schema };
const archiveRef = z.object({ bucket: z.string(), key: z.string() });
const recordRef = z.object({ topic: z.string(), partition: count, offset: z.string().regex(/^\d+$/) });

/** What became of a window in a store: rows replaced; equal rows, so the ledger alone moved; or it stood already. */
const loadOutcome = z.enum(['replaced', 'ledger_moved', 'unchanged']);
const loadError = z
  .object({ file: z.string(), line: count, column: z.string(), reason: text })
  .describe('what the store said of the first bad row');

const failedWindow = {
  request_id: idSchema.nullable().describe('null when the record was too broken to tell'),
  run_id: idSchema.nullable(),
  window_id: z.string().max(200),
  revision: revisionSchema.nullable(),
  reason: z.string().max(64).describe('one word of a fixed list, for machines'),
  detail: text.describe('for people'),
};

const superseded = {
  ...asked,
  window: windowSchema,
  revision: revisionSchema,
  by: revisionSchema.describe('the better revision that stands'),
};

export const COLLECTION_FAILURES = {
  transient: ['exchange_unavailable', 'rate_limited', 'deadline'],
  /** `too_late`: the exchange tells of its present alone, and the day that was asked for is too long over */
  permanent: ['unknown_product', 'bad_request', 'bad_record', 'does_not_fit', 'too_late'],
} as const;

/** Every control event: its topic and the shape of its JSON value. JSON contracts grow by optional fields only. */
export const EVENTS = {
  'collection.requested': {
    topic: TOPICS.collectionRequests,
    schema: z.object({
      ...asked,
      window: namedWindowSchema,
      attempt: z.int().min(1),
      best_known: revisionSchema.nullable().describe('the best sealed revision; a worse one is not published'),
      requested_at: instantSchema,
      products: z
        .array(z.string().max(64))
        .min(1)
        .max(10_000)
        .optional()
        .describe('products that a window of exchange_stats is wanted for; of other windows it means nothing'),
    }),
  },
  'collection.completed': {
    topic: TOPICS.collectionResults,
    schema: z.object({ ...asked, ...told, coverage: coverageSchema, attempt: z.int().min(1), published: z.boolean() }),
  },
  'collection.failed': {
    topic: TOPICS.collectionResults,
    schema: z.object({
      ...asked,
      window: namedWindowSchema,
      attempt: z.int().min(1),
      permanent: z.boolean(),
      reason: z.enum([...COLLECTION_FAILURES.transient, ...COLLECTION_FAILURES.permanent]),
      detail: text,
    }),
  },
  'archive.sealed': {
    topic: TOPICS.archiveObjects,
    schema: z.object({
      ...asked,
      ...told,
      schema_version: z.int().min(1),
      coverage: coverageSchema,
      archive: archiveRef.extend({ bytes: count, sha256: sha256Schema }),
      csv_entry: z
        .object({ offset: count, deflate_bytes: count, bytes: count, crc32: z.string().regex(/^[0-9a-f]{8}$/) })
        .describe("where the CSV's raw DEFLATE bytes lie in the object, and what a gzip member needs besides"),
      source: recordRef,
    }),
  },
  'archive.failed': { topic: TOPICS.archiveObjects, schema: z.object({ ...failedWindow, source: recordRef }) },
  'archive.revoked': {
    topic: TOPICS.archiveObjects,
    schema: z.object({ window: windowSchema, revision: revisionSchema, reason: text, revoked_at: instantSchema }),
  },
  'warehouse.loaded': {
    topic: TOPICS.loads,
    schema: z.object({ ...asked, ...told, archive: archiveRef, batch_id: z.string(), outcome: loadOutcome }),
  },
  'warehouse.superseded': { topic: TOPICS.loads, schema: z.object(superseded) },
  'warehouse.failed': {
    topic: TOPICS.loads,
    schema: z.object({ ...failedWindow, archive: archiveRef.nullable(), load_error: loadError.nullable() }),
  },
  'rds.loaded': {
    topic: TOPICS.loads,
    schema: z.object({ ...asked, ...told, source: z.enum(['topic', 'archive']), outcome: loadOutcome }),
  },
  'rds.superseded': { topic: TOPICS.loads, schema: z.object({ ...superseded, source: z.enum(['topic', 'archive']) }) },
  'rds.failed': {
    topic: TOPICS.loads,
    schema: z.object({ ...failedWindow, source: z.enum(['topic', 'archive']), load_error: loadError.nullable() }),
  },
} as const satisfies Record<string, { topic: TopicModel; schema: z.ZodObject }>;

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = z.infer<(typeof EVENTS)[T]['schema']>;
/** A decoded event; `type` tells `data`. */
export type ControlEvent = { [T in EventType]: { type: T; data: EventData<T> } }[EventType];

/** A record to be sent; its partition follows from `partitionBy` and the topic's partitions. */
export interface EncodedRecord {
  topic: TopicModel;
  key: string;
  partitionBy: string;
  value: string | Uint8Array;
  headers: Record<string, string>;
}

/** One control event as a Kafka record, keyed by its window's id. */
export function encodeEvent<T extends EventType>(type: T, data: EventData<T>, source: string): EncodedRecord {
  const { topic, schema } = EVENTS[type];
  const key = windowIdOf(data);
  const headers = cloudEventHeaders({
    type,
    source,
    subject: key,
    recordKey: key,
    telling: tellingOf(data),
    contentType: 'application/json',
  });
  return { topic, key, partitionBy: key, value: JSON.stringify(schema.parse(data)), headers: { ...headers } };
}

/** Bytes of one control record to a checked event. Never throws. */
export function decodeEvent(record: { value: Uint8Array | null; headers: Record<string, string> }): Outcome<ControlEvent> {
  const type = record.headers['ce_type'] ?? '';
  if (!Object.hasOwn(EVENTS, type)) return deadLetter('unknown-type', new RangeError(`no event is called "${type.slice(0, 100)}"`));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record.value ?? new Uint8Array()));
  } catch (cause) {
    return deadLetter('not-json', cause);
  }
  const parsed = EVENTS[type as EventType].schema.safeParse(json);
  return parsed.success ? ok({ type, data: parsed.data } as ControlEvent) : deadLetter('wrong-shape', parsed.error);
}

type AnyEventData = EventData<EventType>;

function windowIdOf(data: AnyEventData): string {
  return 'window' in data ? data.window.id : data.window_id;
}

function tellingOf(data: AnyEventData): string {
  if ('revision' in data && data.revision !== null) return data.revision.collection_id;
  if ('attempt' in data) return `${data.request_id}:${data.attempt}`;
  if ('source' in data && typeof data.source === 'object') return `${data.source.topic}:${data.source.partition}:${data.source.offset}`;
  return 'request_id' in data ? (data.request_id ?? 'unknown') : 'unknown';
}
