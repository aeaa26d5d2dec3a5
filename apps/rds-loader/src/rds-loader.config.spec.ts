import { loadConfig } from '@elias/config';
import { archiveSourceConfig, rdsLoaderConfig } from './rds-loader.config.js';

const needed = { KAFKA_BROKERS: 'a:9092,b:9092', POSTGRES_URL: 'postgres://u:secret@host/d' };

it('needs brokers and a database, and takes the topic as source', () => {
  expect(loadConfig(rdsLoaderConfig, needed)).toMatchObject({
    KAFKA_BROKERS: ['a:9092', 'b:9092'],
    RDS_LOADER_SOURCE: 'topic',
    RDS_LOADER_PARTITIONS_AT_ONCE: 2,
    ARCHIVE_PREFIX: '',
  });
  expect(() => loadConfig(rdsLoaderConfig, {})).toThrow('setting KAFKA_BROKERS: is missing; setting POSTGRES_URL: is missing');
});

it.each([
  [{ POSTGRES_URL: 'mysql://u:secret@host/d' }, 'POSTGRES_URL'],
  [{ RDS_LOADER_SOURCE: 'kafka' }, 'RDS_LOADER_SOURCE'],
  [{ RDS_LOADER_PARTITIONS_AT_ONCE: '0' }, 'RDS_LOADER_PARTITIONS_AT_ONCE'],
  [{ RDS_LOADER_TRANSACTION_BYTES: '1e12' }, 'RDS_LOADER_TRANSACTION_BYTES'],
  [{ RDS_LOADER_GROUP: 'a group' }, 'RDS_LOADER_GROUP'],
])('names the bad setting and no value: %o', (change, name) => {
  const load = (): unknown => loadConfig(rdsLoaderConfig, { ...needed, ...change });
  expect(load).toThrow(new RegExp(`^setting ${name}: is malformed`));
  expect(load).not.toThrow(/secret|1e12|a group/);
});

it('needs a bucket where archives are the source', () => {
  expect(() => loadConfig(archiveSourceConfig, { AWS_REGION: 'eu-central-1' })).toThrow('setting ARCHIVE_BUCKET: is missing');
});
