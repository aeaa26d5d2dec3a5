import { pino, stdSerializers } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import { z } from 'zod';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** JSON lines on standard output. Secrets that slip into a field of these names are masked. */
export function createLogger(options: { app: string; level?: string }, destination?: DestinationStream): Logger {
  const settings = {
    name: options.app,
    level: z
      .enum(LOG_LEVELS)
      .catch('info')
      .parse(options.level ?? 'info'),
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    base: { app: options.app },
    serializers: { error: stdSerializers.errWithCause, err: stdSerializers.errWithCause },
    redact: { paths: ['password', 'secretAccessKey', '*.password', '*.secretAccessKey', '*.connectionString'], censor: '[masked]' },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}
