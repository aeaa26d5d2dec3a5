import { z } from 'zod';
import { EliasError } from '@elias/errors';

/** A setting is missing or malformed. Names the settings, never their values, which may be secrets. */
export class ConfigError extends EliasError {
  override readonly name = 'ConfigError';
  readonly code = 'ELIAS_CONFIG_INVALID';
  readonly disposition = 'stop';
  constructor(readonly settings: readonly { name: string; problem: string }[]) {
    super(settings.map(({ name, problem }) => `setting ${name}: ${problem}`).join('; '));
  }
}

/**
 * Reads the settings once, at the start. An empty value counts as not set, as container platforms pass it.
 * @throws ConfigError names each missing or malformed setting
 */
export function loadConfig<T extends z.ZodObject>(schema: T, env: Record<string, string | undefined> = process.env): z.output<T> {
  const given = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map((issue) => {
      const name = String(issue.path[0] ?? 'settings');
      return { name, problem: given[name] === undefined ? 'is missing' : problemOf(issue, schema, name) };
    }),
  );
}

/** The problem in words that cannot hold the value: zod's own code, and the setting's description. */
function problemOf(issue: z.core.$ZodIssue, schema: z.ZodObject, name: string): string {
  const field = schema.shape[name] as z.ZodType | undefined;
  const description = field?.description;
  return `is malformed (${issue.code.replaceAll('_', ' ')})${description === undefined ? '' : `, expected ${description}`}`;
}
