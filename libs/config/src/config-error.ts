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
