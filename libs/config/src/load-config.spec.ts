import { z } from 'zod';
import { ConfigError, loadConfig } from './load-config.js';

const schema = z.object({
  STORE_URL: z.url().describe('an address'),
  STORE_RETRIES: z.coerce.number().int().default(3),
});

it('reads typed values and fills in defaults; an empty value is not set', () => {
  expect(loadConfig(schema, { STORE_URL: 'http://127.0.0.1:1/', STORE_RETRIES: '', OTHER: 'x' })).toEqual({
    STORE_URL: 'http://127.0.0.1:1/',
    STORE_RETRIES: 3,
  });
});

it('names every bad setting and never shows a value', () => {
  const load = (): unknown => loadConfig(schema, { STORE_URL: 'hunter2', STORE_RETRIES: 'sesame' });
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(/setting STORE_URL: is malformed \(invalid format\), expected an address; setting STORE_RETRIES: is malformed/);
  expect(load).not.toThrow(/hunter2|sesame/);
});

it('says that a setting is missing', () => {
  expect(() => loadConfig(schema, {})).toThrow('setting STORE_URL: is missing');
});
