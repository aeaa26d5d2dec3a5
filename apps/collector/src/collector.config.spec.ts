import { loadConfig } from '@elias/config';
import { collectorConfig } from './collector.config.js';

it('needs the brokers alone', () => {
  expect(loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092,b:9092' })).toMatchObject({
    KAFKA_BROKERS: ['a:9092', 'b:9092'],
    EXCHANGE_URL: 'https://api.exchange.coinbase.com',
    EXCHANGE_REQUESTS_PER_SECOND: 10,
    EXCHANGE_BURST: 15,
    EXCHANGE_ALLOWANCE_SHARE: 0.99,
    COLLECTOR_GROUP: 'elias-collector',
    COLLECTOR_REQUESTS_AHEAD: 8,
    COLLECTOR_REQUEST_DEADLINE_MS: 120_000,
  });
  expect(() => loadConfig(collectorConfig, {})).toThrow('KAFKA_BROKERS: is missing');
});

it.each([
  ['EXCHANGE_URL', 'ftp://exchange'],
  ['EXCHANGE_REQUESTS_PER_SECOND', '-1'],
  ['EXCHANGE_REQUESTS_PER_SECOND', 'ten'],
  ['EXCHANGE_BURST', '0.5'],
  ['EXCHANGE_ALLOWANCE_SHARE', '1.1'],
  ['EXCHANGE_ALLOWANCE_SHARE', '0'],
  ['EXCHANGE_TIMEOUT_MS', '0'],
  ['COLLECTOR_GROUP', 'a group'],
  ['COLLECTOR_REQUEST_DEADLINE_MS', '0'],
  ['COLLECTOR_PAGES_IN_FLIGHT', '1.5'],
])('refuses %s=%s by its name', (name, value) => {
  const load = (): unknown => loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092', [name]: value });
  expect(load).toThrow(new RegExp(`^setting ${name}: is malformed`));
});

it('never says what a wrong setting was', () => {
  expect(() => loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092', EXCHANGE_URL: 'ftp://user:secret@exchange' })).not.toThrow(/secret/);
});
