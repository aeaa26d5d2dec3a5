import { serviceSettings } from '@elias/telemetry';
import { z } from 'zod';
import { faultSchema } from './faults/fault.js';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

export const redshiftEmulatorConfig = z.object({
  ...serviceSettings,
  EMULATOR_POSTGRES_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('a Postgres database of its own, e.g. postgres://user@host/redshift'),
  EMULATOR_DATABASE: z
    .string()
    .regex(/^[a-z_][a-z0-9_]*$/)
    .default('dev')
    .describe('name that callers know the database by'),
  EMULATOR_WORKGROUPS: list.default(['elias']).describe('workgroups and clusters that exist, comma separated'),
  EMULATOR_ISOLATION: z
    .enum(['serializable', 'snapshot'])
    .default('serializable')
    .describe('serializable|snapshot; new databases of AWS have snapshot, serializable is the stricter one'),
  EMULATOR_COPY_RESULT_ROWS: z.enum(['zero', 'count']).default('zero').describe('zero|count: ResultRows of a COPY'),
  EMULATOR_ACTIVE_STATEMENTS_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(500)
    .describe('calls that are not over, before ActiveStatementsExceededException'),
  EMULATOR_RUNNING_STATEMENTS_MAX: z.coerce
    .number()
    .int()
    .positive()
    .default(40)
    .describe('calls that run at once, each with a connection to Postgres'),
  EMULATOR_RATE_LIMITS: z.enum(['on', 'off']).default('off').describe("on|off: AWS's limits of requests per second"),
  EMULATOR_FAULTS: z
    .string()
    .default('[]')
    .transform((text, context) => {
      try {
        return z.array(faultSchema).parse(JSON.parse(text));
      } catch {
        context.addIssue({ code: 'custom', message: 'no list of faults' });
        return z.NEVER;
      }
    })
    .describe('faults armed at the start, a JSON list'),
  AWS_REGION: z.string().default('us-east-1').describe('region of S3'),
  S3_ENDPOINT: z.url().optional().describe('an S3 of another make, addressed path style'),
});
export type RedshiftEmulatorConfig = z.output<typeof redshiftEmulatorConfig>;
