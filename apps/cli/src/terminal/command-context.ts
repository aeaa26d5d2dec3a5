import type { Logger } from '@elias/telemetry';

/** What every command is given. */
export interface CommandContext {
  /**
   * The environment; with settings of a running local stack where it names no Postgres of its own.
   * @throws StackUnreadableError
   */
  readonly settings: () => NodeJS.ProcessEnv;
  readonly logger: Logger;
}
