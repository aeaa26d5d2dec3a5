import { z } from 'zod';

/** Settings of every app that speaks to Kafka; spread into the app's schema. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every((broker) => /^[^\s:]+:\d{1,5}$/.test(broker)), 'must be host:port, comma separated')
    .describe('host:port, comma separated'),
  KAFKA_SECURITY_PROTOCOL: z
    .enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
    .default('PLAINTEXT')
    .describe('PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL, as the brokers have it; with SSL their name and certificate are always checked'),
  KAFKA_SSL_CA_FILE: z
    .string()
    .optional()
    .describe("file with the authorities that brokers' certificates are checked against, PEM; else Node's own"),
  KAFKA_SSL_CERTIFICATE_FILE: z.string().optional().describe('file with our own certificate, PEM, where brokers ask for one'),
  KAFKA_SSL_KEY_FILE: z.string().optional().describe('file with the key of that certificate, PEM'),
  KAFKA_SASL_MECHANISM: z
    .enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'AWS_MSK_IAM'])
    .optional()
    .describe('PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, or AWS_MSK_IAM with the credentials of the AWS SDK'),
  KAFKA_SASL_USERNAME: z.string().min(1).optional().describe('who we are to the brokers; not with AWS_MSK_IAM'),
  KAFKA_SASL_PASSWORD: z.string().min(1).optional().describe('its password'),
  KAFKA_SASL_REGION: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .optional()
    .describe('AWS region of MSK; by default as the name of the first broker says'),
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
