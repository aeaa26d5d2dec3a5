import { transformerConfig } from './transformer.config.js';

const settings = { KAFKA_BROKERS: '127.0.0.1:9092', POSTGRES_URL: 'postgres://u:p@127.0.0.1:5432/d' };

it('looks back 7 and 30 days and leaves out what the exchange does not call a stablecoin', () => {
  const config = transformerConfig.parse(settings);
  expect(config.DISCOUNT_WINDOWS).toEqual([7, 30]);
  expect(config.DISCOUNT_EXCLUDED_PRODUCTS).toEqual(['USDT-USD', 'USDT-USDC']);
});

it.each(['', '0', '7,30,7', '7;30', '7,30,366', '7,30,1.5', 'x', '7', '30', '1,90'])('refuses DISCOUNT_WINDOWS "%s"', (text) => {
  expect(transformerConfig.safeParse({ ...settings, DISCOUNT_WINDOWS: text }).success).toBe(false);
});

it('takes other lists', () => {
  const config = transformerConfig.parse({ ...settings, DISCOUNT_WINDOWS: '1, 7,30,365', DISCOUNT_EXCLUDED_PRODUCTS: '' });
  expect([config.DISCOUNT_WINDOWS, config.DISCOUNT_EXCLUDED_PRODUCTS]).toEqual([[1, 7, 30, 365], []]);
  expect(transformerConfig.safeParse({ ...settings, DISCOUNT_EXCLUDED_PRODUCTS: 'usdt' }).success).toBe(false);
});
