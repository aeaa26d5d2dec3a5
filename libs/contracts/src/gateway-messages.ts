import { z } from 'zod';
import { originSchema } from './control-events.js';
import { LIVE_EVENTS } from './live-events.js';
import type { TopicModel } from './topics.js';
import { TOPICS } from './topics.js';
import { instantSchema, revisionSchema } from './wire.js';

const decimal = z.string().describe('canonical decimal');

/** One candle of a settled window, as the gateway tells it to whoever asks for candles one by one. */
export const marketCandleSchema = z.object({
  product_id: z.string().describe('e.g. BTC-USD'),
  granularity: z.int().describe('width of the bucket, seconds'),
  started_at: instantSchema,
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  volume: decimal,
  window_id: z.string().describe('the window that it is of, which it replaces whole, e.g. candles/60/BTC-USD/2023-12-01'),
  origin: originSchema,
  revision: revisionSchema,
});
export type MarketCandle = z.infer<typeof marketCandleSchema>;

/** One trade of a settled window, as a replay tells it to whoever wants trades one by one. */
export const marketTradeSchema = z.object({
  product_id: z.string().describe('e.g. BTC-USD'),
  trade_id: z.int().min(0),
  side: z.enum(['buy', 'sell']).describe("the taker's"),
  price: decimal,
  size: decimal,
  traded_at: z.string().describe("when it was matched, by the exchange's clock, UTC, with milliseconds"),
  window_id: z.string().describe('the window that it is of, which it replaces whole, e.g. trades/BTC-USD/2023-12-01'),
  origin: originSchema,
  revision: revisionSchema,
});
export type MarketTrade = z.infer<typeof marketTradeSchema>;

/** What a client of the gateway may ask for, the topic that it comes from, and the shape of its data. */
export const GATEWAY_EVENTS = {
  ...LIVE_EVENTS,
  'market.candle': { topic: TOPICS.windowsCandles, schema: marketCandleSchema },
} as const satisfies Record<string, { topic: TopicModel; schema: z.ZodObject }>;
export type GatewayEventType = keyof typeof GATEWAY_EVENTS;
export const GATEWAY_EVENT_TYPES = Object.keys(GATEWAY_EVENTS) as [GatewayEventType, ...GatewayEventType[]];

/** Stands for every product in a subscription. */
export const EVERY_PRODUCT = '*';

/** Where an event lies in Kafka; a client that goes on "after" it misses nothing and meets nothing twice. */
export const positionSchema = z.object({
  topic: z.enum(GATEWAY_EVENT_TYPES.map((type) => GATEWAY_EVENTS[type].topic.name)),
  partition: z.int().min(0).max(100_000),
  offset: z
    .string()
    .regex(/^(?:-1|\d{1,18})$/)
    .describe('of the record, decimal; -1: before the first'),
  row: z.int().min(0).optional().describe('of a candle in its window, from 0; without it all rows of the record'),
});
export type Position = z.infer<typeof positionSchema>;

const products = z
  .array(z.union([z.literal(EVERY_PRODUCT), z.string().regex(/^[A-Z0-9]{1,24}-[A-Z0-9]{1,24}$/)]))
  .min(1)
  .max(1_000)
  .describe('e.g. BTC-USD; * for every product');
const types = z.array(z.enum(GATEWAY_EVENT_TYPES)).min(1).max(GATEWAY_EVENT_TYPES.length);

/** Where a subscription begins. */
export const startSchema = z.union([
  z.enum(['latest', 'earliest']).describe('from now on, or all that Kafka has'),
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/)
    .refine((text) => !Number.isNaN(Date.parse(text)), 'no such instant')
    .describe('what reached Kafka at that instant or later'),
  z
    .strictObject({ after: z.array(positionSchema).min(1).max(10_000) })
    .describe('behind these positions; partitions that are not among them from now on'),
]);
export type Start = z.infer<typeof startSchema>;

/** What a client says over WebSocket, one JSON object per message. */
export const CLIENT_MESSAGES = {
  subscribe: z.strictObject({ type: z.literal('subscribe'), products, types, from: startSchema.default('latest') }),
  unsubscribe: z.strictObject({ type: z.literal('unsubscribe'), products, types }),
} as const;
export const clientMessageSchema = z.discriminatedUnion('type', [CLIENT_MESSAGES.subscribe, CLIENT_MESSAGES.unsubscribe]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** Why the gateway refuses something, or ends a connection. */
export const GATEWAY_ERRORS = [
  'bad-message',
  'too-many-bad-messages',
  'already-subscribed',
  'not-subscribed',
  'too-many-subscriptions',
  'too-slow',
  'records-lost',
  'failed',
] as const;
export type GatewayError = (typeof GATEWAY_ERRORS)[number];

/** What the gateway says beside events. */
export const SERVER_MESSAGES = {
  subscribed: z.object({
    type: z.literal('subscribed'),
    products,
    types,
    positions: z.array(positionSchema).describe('where it begins: to go on after these, as long as no event of their partition came'),
  }),
  unsubscribed: z.object({ type: z.literal('unsubscribed'), products, types }),
  lost: z.object({
    type: z.literal('lost'),
    topic: positionSchema.shape.topic,
    partition: positionSchema.shape.partition,
    from: z.string().describe('first offset that Kafka has deleted'),
    to: z.string().describe('first offset that is there; the subscription begins here'),
  }),
  error: z.object({ type: z.literal('error'), code: z.enum(GATEWAY_ERRORS), message: z.string() }),
} as const;
export type ServerMessage = { [T in keyof typeof SERVER_MESSAGES]: z.infer<(typeof SERVER_MESSAGES)[T]> }[keyof typeof SERVER_MESSAGES];

/** Shape of an event as the gateway sends it: what it is, its data, its id, and where it lies. */
export function gatewayEventSchema(type: GatewayEventType): z.ZodObject {
  return z.object({
    type: z.literal(type),
    data: GATEWAY_EVENTS[type].schema,
    ce_id: z.string().describe('equal for equal events: what came twice may be dropped by it'),
    position: positionSchema,
  });
}
