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
  ['EXCHANGE_FEED_URL', 'https://feed'],
  ['COLLECTOR_LIVE', 'yes'],
  ['COLLECTOR_LIVE_PRODUCTS', 'BTC-USD,'],
  ['COLLECTOR_LIVE_QUEUE_EVENTS', '999'],
  ['COLLECTOR_LIVE_FILL_TRADES_MAX', '-1'],
  ['COLLECTOR_LIVE_CANDLE_INTERVAL_MS', '-1'],
])('refuses %s=%s by its name', (name, value) => {
  const load = (): unknown => loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092', [name]: value });
  expect(load).toThrow(new RegExp(`^setting ${name}: is malformed`));
});

it('streams the products of the day unless it is told others, each once', () => {
  const load = (settings: Record<string, string>) => loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092', ...settings });
  expect(load({})).toMatchObject({ COLLECTOR_LIVE: 'on' });
  expect(load({}).COLLECTOR_LIVE_PRODUCTS).toHaveLength(18);
  expect(load({ COLLECTOR_LIVE_PRODUCTS: 'BTC-USD, ETH-USD,BTC-USD' }).COLLECTOR_LIVE_PRODUCTS).toEqual(['BTC-USD', 'ETH-USD']);
});

it('never says what a wrong setting was', () => {
  expect(() => loadConfig(collectorConfig, { KAFKA_BROKERS: 'a:9092', EXCHANGE_URL: 'ftp://user:secret@exchange' })).not.toThrow(/secret/);
});
