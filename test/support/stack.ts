import { readFileSync } from 'node:fs';

/** Addresses of the servers that `npm test` started for its tests. */
export interface TestStack {
  kafka: { brokers: string[] };
  s3: { endpoint: string; region: string; bucket: string; access_key_id: string; secret_access_key: string };
  postgres: { url: string; admin_url: string; redshift_url: string };
}

/** @throws Error when the tests were started without their servers */
export function testStack(): TestStack {
  const file = process.env.ELIAS_TEST_STACK;
  if (file === undefined) throw new Error('ELIAS_TEST_STACK is not set: `npm test` starts Kafka, S3Mock and Postgres and sets it');
  return JSON.parse(readFileSync(file, 'utf8')) as TestStack;
}

/** Settings that a service finds the bucket by. */
export function storeSettings(): Record<
  'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY' | 'S3_ENDPOINT' | 'ARCHIVE_BUCKET',
  string
> {
  const { s3 } = testStack();
  return {
    AWS_REGION: s3.region,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_ENDPOINT: s3.endpoint,
    ARCHIVE_BUCKET: s3.bucket,
  };
}
