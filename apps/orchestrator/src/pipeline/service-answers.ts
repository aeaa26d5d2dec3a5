import { z } from 'zod';
import { daySchema, momentSchema } from './coverage-answers.js';
import { SERVICES } from './services.js';

const count = z.int().min(0);
const service = z.enum(SERVICES);

export const lagsAnswer = z.object({
  lags: z.array(
    z.object({
      group: z.string(),
      service,
      topic: z.string(),
      lag: count.describe('records between what the group has committed and the log end'),
      oldest_partition_lag: count.describe('of the partition that is furthest behind'),
      members: count.describe('of the group'),
    }),
  ),
});
export type Lags = z.output<typeof lagsAnswer>;

export const deadLettersAnswer = z.object({
  dead_letters: z.array(
    z.object({
      topic: z.string(),
      group: z.string(),
      count: count.describe('records that the topic holds and nobody has dealt with'),
      oldest_at: momentSchema.nullable().describe('when the first of them was put aside, to the second; null when there is none'),
      newest_at: momentSchema.nullable().describe('the last of them'),
    }),
  ),
});
export type DeadLetters = z.output<typeof deadLettersAnswer>;

export const servicesAnswer = z.object({
  services: z.array(
    z.object({
      name: service,
      health: z.enum(['ready', 'not_ready', 'unreachable', 'unknown']).describe('unknown: its address is not known here'),
      reasons: z.array(z.string()),
      lag: count.nullable().describe('records that wait for it; null while Kafka does not tell'),
      rate_per_minute: count.describe('windows that it told of in the last 60 s'),
      last_event_at: momentSchema.nullable(),
    }),
  ),
  exchange: z.object({ url_kind: z.enum(['coinbase', 'simulator', 'other']) }),
});
export type Services = z.output<typeof servicesAnswer>;
export type ServiceView = Services['services'][number];

export const alarmsAnswer = z.object({
  alarms: z.array(
    z.object({
      severity: z.enum(['error', 'warning']),
      kind: z.enum(['run_failed', 'run_late', 'check_failed', 'check_warned', 'service_not_ready', 'service_unreachable', 'dead_letters']),
      text: z.string().describe('one sentence'),
      since: momentSchema,
      run_id: z.uuid().nullable(),
      date: daySchema.nullable(),
      product_id: z.string().nullable(),
    }),
  ),
});
export type Alarms = z.output<typeof alarmsAnswer>;
export type Alarm = Alarms['alarms'][number];
