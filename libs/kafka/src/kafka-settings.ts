import { z } from 'zod';

/** Settings of every app that speaks to Kafka; spread into the app's schema. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)), 'must be host:port, comma separated')
    .describe('host:port, comma separated'),
};

/** Settings of every app that is a member of a consumer group. */
export const groupSettings = {
  KAFKA_SESSION_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(6_000)
    .max(300_000)
    .default(30_000)
    .describe('milliseconds after which a member that is silent loses its partitions to the others; brokers take 6,000 to 300,000'),
};
