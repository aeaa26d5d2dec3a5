import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { readSettingFile } from './setting-file.js';

type Environment = Record<string, string | undefined>;

/**
 * Reads the settings once, at the start. An empty value counts as not set, as container platforms pass it. `NAME_FILE` names a file that
 * holds the value of `NAME`, as secrets are mounted; line feeds at its end do not count.
 * @throws ConfigError names each missing or malformed setting
 */
export function loadConfig<T extends z.ZodObject>(schema: T, env: Environment = process.env): z.output<T> {
  const names = Object.keys(schema.shape);
  const given = Object.fromEntries(names.map((name) => [name, givenValue(name, env, names)]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? 'settings');
      return { name, problem: given[name] === undefined ? 'is missing' : problemOf(issue, schema, name) };
    }),
  );
}

/** @param names of all settings: one that ends in `_FILE` itself is a setting of its own */
function givenValue(name: string, env: Environment, names: readonly string[]): string | undefined {
  const value = env[name] === '' ? undefined : env[name];
  const fileSetting = `${name}_FILE`;
  const file = env[fileSetting];
  if (file === undefined || file === '' || names.includes(fileSetting)) return value;
  if (value !== undefined) throw new ConfigError([{ name, problem: `is set, and ${fileSetting} too` }]);
  return readSettingFile(fileSetting, file).replace(/[\r\n]+$/, '');
}

/** The problem in words that cannot hold the value: zod's own code, and the setting's description. */
function problemOf(issue: z.core.$ZodIssue, schema: z.ZodObject, name: string): string {
  const field = schema.shape[name] as z.ZodType | undefined;
  const description = field?.description;
  return `is malformed (${issue.code.replaceAll('_', ' ')})${description === undefined ? '' : `, expected ${description}`}`;
}
