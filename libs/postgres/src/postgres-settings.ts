import { z } from 'zod';

/** Settings of every app that speaks to Postgres; spread into the app's schema. */
export const postgresSettings = {
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('postgres://user:password@host:port/database'),
  POSTGRES_TLS: z
    .enum(['off', 'verify-full'])
    .default('off')
    .describe("verify-full: over TLS alone, the server's name and certificate checked; off: as POSTGRES_URL says, else in the clear"),
  POSTGRES_CA_FILE: z
    .string()
    .optional()
    .describe("file with the authorities that the server's certificate is checked against, PEM; else Node's own"),
  POSTGRES_AUTHENTICATION: z
    .enum(['password', 'rds-iam'])
    .default('password')
    .describe('rds-iam: a token of AWS for each connection, with the credentials of the AWS SDK, in place of a password'),
};
