import { z } from 'zod';

/** Settings of every app that speaks to Postgres; spread into the app's schema. */
export const postgresSettings = {
  POSTGRES_URL: z.url({ protocol: /^postgres(ql)?$/ }).describe('postgres://user:password@host:port/database'),
};
