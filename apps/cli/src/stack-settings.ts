import { readFileSync } from 'node:fs';
import { EliasError } from '@elias/errors';
import { z } from 'zod';

/** What the command reads of a running local stack's `stack.json`. */
const stackSchema = z.object({
  kafka: z.object({ brokers: z.array(z.string()) }),
  s3: z.object({ endpoint: z.string(), region: z.string(), bucket: z.string(), access_key_id: z.string(), secret_access_key: z.string() }),
  postgres: z.object({ url: z.string() }),
  orchestrator: z.object({ url: z.string() }).optional(),
  collector: z.object({ url: z.string() }).optional(),
  exchange: z.object({ url: z.string() }).optional(),
  redshift_data: z.object({ endpoint: z.string(), region: z.string(), workgroup: z.string(), database: z.string() }).optional(),
});

export class StackUnreadableError extends EliasError {
  override readonly name = 'StackUnreadableError';
  readonly code = 'ELIAS_STACK_UNREADABLE';
  readonly disposition = 'stop';
  constructor(file: string, cause: unknown) {
    super(`no running local stack: ${file} cannot be read (npm start makes it), and the settings are not in the environment`, { cause });
  }
}

/**
 * Settings for a local stack, from its `stack.json`; what the environment sets already wins.
 * @throws StackUnreadableError
 */
export function stackSettings(file: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  let stack: z.output<typeof stackSchema>;
  try {
    stack = stackSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new StackUnreadableError(file, cause);
  }
  const { kafka, s3, postgres, orchestrator, collector, exchange, redshift_data: redshift } = stack;
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_ENDPOINT: s3.endpoint,
    ARCHIVE_BUCKET: s3.bucket,
    POSTGRES_URL: postgres.url,
    ...(exchange === undefined ? {} : { EXCHANGE_URL: exchange.url }),
    ...(collector === undefined ? {} : { COLLECTOR_URLS: collector.url }),
    ...(orchestrator === undefined ? {} : { ORCHESTRATOR_URL: orchestrator.url }),
    ...(redshift === undefined
      ? {}
      : {
          AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift.endpoint,
          REDSHIFT_WORKGROUP: redshift.workgroup,
          REDSHIFT_DATABASE: redshift.database,
        }),
    ...env,
  };
}
