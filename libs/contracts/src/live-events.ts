import { z } from 'zod';
import { cloudEventHeaders } from './cloud-event.js';
import type { EncodedRecord } from './control-events.js';
import type { Outcome } from './outcome.js';
import { deadLetter, ok } from './outcome.js';
import type { TopicModel } from './topics.js';
import { TOPICS } from './topics.js';
import { instantSchema } from './wire.js';

const productId = z.string().min(1).max(64).describe('e.g. BTC-USD');
const tradeId = z.int().min(0).describe('without holes per product');
const side = z.enum(['buy', 'sell']).describe("the taker's: buy when the trade was made by somebody who bought at once");
const decimal = z.string().regex(/^(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
const price = decimal.describe('canonical decimal, quote currency');
const size = decimal.describe('canonical decimal, base currency');
const millisecond = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
const tradedAt = millisecond.describe("when it was matched, by the exchange's clock, UTC");

/** Every event of the live plane: its topic and the shape of its JSON value. Provisional: the settled windows are the truth. */
export const LIVE_EVENTS = {
  'live.trade': {
    topic: TOPICS.liveTrades,
    schema: z.object({
      product_id: productId,
      trade_id: tradeId,
      side,
      price,
      size,
      traded_at: tradedAt,
      told_by: z.enum(['feed', 'rest']).describe('rest: it filled a hole of the feed'),
      received_at: millisecond.describe("when the collector had it, by the collector's clock, UTC"),
    }),
  },
  'live.ticker': {
    topic: TOPICS.liveTickers,
    schema: z.object({
      product_id: productId,
      trade_id: tradeId,
      side,
      price,
      last_size: size,
      best_bid: price.nullable(),
      best_bid_size: size.nullable(),
      best_ask: price.nullable(),
      best_ask_size: size.nullable(),
      open_24h: price.nullable(),
      low_24h: price.nullable(),
      high_24h: price.nullable(),
      volume_24h: size.nullable(),
      volume_30d: size.nullable(),
      traded_at: tradedAt,
      received_at: millisecond.describe("when the collector had it, by the collector's clock, UTC"),
    }),
  },
  'live.candle': {
    topic: TOPICS.liveCandles,
    schema: z.object({
      product_id: productId,
      granularity: z.int().describe('width of the bucket, seconds'),
      started_at: instantSchema,
      open: price,
      high: price,
      low: price,
      close: price,
      volume: size,
      answered_at: instantSchema.describe("when the exchange told it so, by the exchange's clock"),
    }),
  },
} as const satisfies Record<string, { topic: TopicModel; schema: z.ZodObject }>;

export type LiveEventType = keyof typeof LIVE_EVENTS;
export type LiveEventData<T extends LiveEventType> = z.infer<(typeof LIVE_EVENTS)[T]['schema']>;
/** A decoded event; `type` tells `data`. */
export type LiveEvent = { [T in LiveEventType]: { type: T; data: LiveEventData<T> } }[LiveEventType];

/**
 * One live event as a Kafka record, keyed by its product. The same trade has the same `ce_id` whoever tells it.
 * The data is taken as it is: feeds are fast, and who makes an event has checked its values already.
 */
export function encodeLiveEvent(event: LiveEvent, source: string): EncodedRecord {
  const { type, data } = event;
  const key = data.product_id;
  const headers = cloudEventHeaders({
    type,
    source,
    subject: key,
    recordKey: key,
    telling: tellingOf(event),
    contentType: 'application/json',
  });
  return { topic: LIVE_EVENTS[type].topic, key, partitionBy: key, value: JSON.stringify(data), headers: { ...headers } };
}

/** Bytes of one live record to a checked event. Never throws. */
export function decodeLiveEvent(record: { value: Uint8Array | null; headers: Record<string, string> }): Outcome<LiveEvent> {
  const type = record.headers['ce_type'] ?? '';
  if (!isLiveEventType(type)) return deadLetter('unknown-type', new RangeError(`no live event is called "${type.slice(0, 100)}"`));
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record.value ?? new Uint8Array()));
  } catch (cause) {
    return deadLetter('not-json', cause);
  }
  const parsed = LIVE_EVENTS[type].schema.safeParse(json);
  return parsed.success ? ok({ type, data: parsed.data } as LiveEvent) : deadLetter('wrong-shape', parsed.error);
}

export function isLiveEventType(type: string): type is LiveEventType {
  return Object.hasOwn(LIVE_EVENTS, type);
}

function tellingOf({ type, data }: LiveEvent): string {
  return type === 'live.candle' ? `${data.granularity}:${data.started_at}:${data.answered_at}` : String(data.trade_id);
}
