import { loadConfig } from '@elias/config';
import { archiverConfig } from './archiver.config.js';

const base = { KAFKA_BROKERS: '127.0.0.1:9092', AWS_REGION: 'us-east-1', ARCHIVE_BUCKET: 'elias' };

it('needs brokers, region and bucket, and fills in the rest', () => {
  expect(loadConfig(archiverConfig, base)).toMatchObject({
    ARCHIVER_GROUP: 'elias-archiver',
    ARCHIVE_PREFIX: '',
    ARCHIVER_WINDOWS_AT_ONCE: 16,
  });
  expect(() => loadConfig(archiverConfig, {})).toThrow(/KAFKA_BROKERS.*AWS_REGION.*ARCHIVE_BUCKET/);
});

it.each([
  ['ARCHIVER_WINDOWS_AT_ONCE', '0'],
  ['ARCHIVER_PARTITIONS_AT_ONCE', 'many'],
  ['ARCHIVER_BATCH_BYTES', '1e12'],
  ['ARCHIVER_GROUP', 'two words'],
])('%s = %s stops the start with its name', (name, value) => {
  expect(() => loadConfig(archiverConfig, { ...base, [name]: value })).toThrow(`setting ${name}`);
});
