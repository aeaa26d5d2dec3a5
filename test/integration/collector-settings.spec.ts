import { ServiceProcess } from '../support/service-process.js';

it.each([
  ['KAFKA_BROKERS', {}],
  ['EXCHANGE_URL', { KAFKA_BROKERS: '127.0.0.1:9', EXCHANGE_URL: 'coinbase' }],
])('a collector without a right %s says so and ends', async (name, settings) => {
  const before = performance.now();
  const collector = new ServiceProcess('collector', settings);
  expect(await collector.exited).toEqual({ code: 1, signal: null });
  expect(performance.now() - before).toBeLessThan(10_000);
  expect(collector.output.trim()).toMatch(new RegExp(`^setting ${name}: `));
});
