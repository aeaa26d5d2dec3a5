import type { StackAddresses } from '../state/stack-file.js';

/** Settings that come from the machine and would send an app elsewhere than to this stack. */
const FOREIGN = /^(AWS_|KAFKA_|ARCHIVE_|POSTGRES_|PG|REDSHIFT_|EXCHANGE_URL$|EXCHANGE_FEED_URL$|S3_ENDPOINT$|HTTP_(HOST|PORT|PORT_FILE)$)/;

/** The machine's environment without what is not ours; that loopback is exempt from proxies was set by npm's entry. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !FOREIGN.test(name)));
}

/** What every app of this stack may need; each reads the settings it knows. */
export function stackEnvironment(addresses: StackAddresses): NodeJS.ProcessEnv {
  const { kafka, s3, postgres, redshift_data: redshift, exchange } = addresses;
  return {
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(kafka === undefined ? {} : { KAFKA_BROKERS: kafka.brokers.join(',') }),
    ...(s3 === undefined
      ? {}
      : {
          AWS_REGION: s3.region,
          AWS_ACCESS_KEY_ID: s3.access_key_id,
          AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
          S3_ENDPOINT: s3.endpoint,
          ARCHIVE_BUCKET: s3.bucket,
        }),
    ...(postgres === undefined ? {} : { POSTGRES_URL: postgres.url }),
    ...(redshift === undefined
      ? {}
      : {
          AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift.endpoint,
          REDSHIFT_WORKGROUP: redshift.workgroup,
          REDSHIFT_DATABASE: redshift.database,
          REDSHIFT_COPY_ROLE_ARN: 'arn:aws:iam::000000000000:role/elias-copy',
        }),
    ...(exchange === undefined ? {} : { EXCHANGE_URL: exchange.url }),
  };
}
