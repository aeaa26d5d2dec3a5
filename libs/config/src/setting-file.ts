import { readFileSync } from 'node:fs';
import { ConfigError } from './config-error.js';

/**
 * Text of a file that a setting names.
 * @throws ConfigError names the setting and why the file cannot be read
 */
export function readSettingFile(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException;
    throw new ConfigError([{ name, problem: `names a file that cannot be read (${code})` }]);
  }
}

/**
 * A certificate or key.
 * @throws ConfigError also when it is not in PEM
 */
export function readPemFile(name: string, file: string): string {
  const text = readSettingFile(name, file);
  if (!text.includes('-----BEGIN ')) throw new ConfigError([{ name, problem: 'names a file that is not in PEM' }]);
  return text;
}
