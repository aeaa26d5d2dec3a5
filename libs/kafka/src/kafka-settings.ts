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
