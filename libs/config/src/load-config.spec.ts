import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

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

describe('secrets from files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'elias-settings-'));
  const file = join(folder, 'url');
  beforeAll(() => writeFileSync(file, 'http://127.0.0.1:1/\n'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('a setting may lie in a file that NAME_FILE names', () => {
    expect(loadConfig(schema, { STORE_URL_FILE: file })).toMatchObject({ STORE_URL: 'http://127.0.0.1:1/' });
    expect(loadConfig(schema, { STORE_URL: '', STORE_URL_FILE: file })).toMatchObject({ STORE_URL: 'http://127.0.0.1:1/' });
  });

  it('not twice, and not in a file that nobody can read', () => {
    const twice = (): unknown => loadConfig(schema, { STORE_URL: 'http://127.0.0.1:2/', STORE_URL_FILE: file });
    expect(twice).toThrow('setting STORE_URL: is set, and STORE_URL_FILE too');
    const gone = (): unknown => loadConfig(schema, { STORE_URL_FILE: `${file}x` });
    expect(gone).toThrow('setting STORE_URL_FILE: names a file that cannot be read (ENOENT)');
  });

  it('what is a setting of its own is no such name', () => {
    const ports = z.object({ PORT: z.string().optional(), PORT_FILE: z.string() });
    expect(loadConfig(ports, { PORT_FILE: '/nowhere' })).toEqual({ PORT_FILE: '/nowhere' });
  });
});
