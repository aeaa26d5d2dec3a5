import { loadConfig } from '@elias/config';
import { gatewayConfig } from './gateway.config.js';

const settings = { KAFKA_BROKERS: '127.0.0.1:9092' };

it.each([undefined, '127.0.0.1', '::1', 'localhost'])('needs no token on %s', (HTTP_HOST) => {
  expect(loadConfig(gatewayConfig, { ...settings, HTTP_HOST }).GATEWAY_TOKEN).toBeUndefined();
});

it('needs a token where others reach it, of some length, and does not tell it', () => {
  const load = (GATEWAY_TOKEN?: string) => loadConfig(gatewayConfig, { ...settings, HTTP_HOST: '0.0.0.0', GATEWAY_TOKEN });
  expect(load).toThrow('setting GATEWAY_TOKEN: is missing');
  expect(() => load('short-secret')).toThrow('setting GATEWAY_TOKEN: is malformed');
  expect(() => load('short-secret')).not.toThrow('short-secret');
  expect(load('sixteen-signs-ok').GATEWAY_TOKEN).toBe('sixteen-signs-ok');
});
