import { readFileSync } from 'node:fs';

/** Servers that `npm run bench` started for itself. */
export interface BenchStack {
  readonly kafka: { brokers: string[] };
  readonly s3: { endpoint: string; region: string; bucket: string; access_key_id: string; secret_access_key: string };
  readonly postgres: { url: string; admin_url: string; redshift_url: string };
}

/** @throws Error when the benchmark was started without its servers */
export function benchStack(): BenchStack {
  const file = process.env['ELIAS_TEST_STACK'];
  if (file === undefined) throw new Error('ELIAS_TEST_STACK is not set: `npm run bench` starts the servers and sets it');
  return JSON.parse(readFileSync(file, 'utf8')) as BenchStack;
}

/** Settings of an app that runs against these servers. */
export function appEnvironment(stack: BenchStack): Record<string, string> {
  const { kafka, s3, postgres } = stack;
  return {
    KAFKA_BROKERS: kafka.brokers.join(','),
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_ENDPOINT: s3.endpoint,
    ARCHIVE_BUCKET: s3.bucket,
    POSTGRES_URL: postgres.url,
    LOG_LEVEL: 'error',
  };
}
