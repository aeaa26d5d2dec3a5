import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { renameSync, writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { EliasError } from '@elias/errors';
import { z } from 'zod';
import { boundHeap } from './bound-heap.js';
import { LOG_LEVELS } from './logger.js';
import type { Logger } from './logger.js';

/** Settings that every service has; spread into the app's schema. */
export const serviceSettings = {
  HTTP_HOST: z.string().default('127.0.0.1').describe('address that health, metrics and API listen on'),
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('a port number, 0 for any free one'),
  HTTP_PORT_FILE: z.string().optional().describe('file that the chosen port is written to'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info').describe(LOG_LEVELS.join('|')),
};

export interface ServiceOptions {
  app: string;
  config: { HTTP_HOST: string; HTTP_PORT: number; HTTP_PORT_FILE?: string | undefined };
  module: Type | DynamicModule;
  /** the batch transport; a service without it only serves HTTP */
  strategy?: CustomTransportStrategy;
  logger: Logger;
  /** addresses and networks whose `X-Forwarded-*` are believed; nobody's by default */
  trustedProxies?: readonly string[];
  /** what the HTTP server needs before it listens */
  prepare?: (app: NestFastifyApplication) => Promise<void>;
}

export interface RunningService {
  app: NestFastifyApplication;
  port: number;
  close(): Promise<void>;
}

/** HTTP as every service has it. What is not even an address is refused with problem JSON too, before any route or hook sees it. */
export function httpAdapter(trustedProxies: readonly string[] = []): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    forceCloseConnections: true,
    frameworkErrors: ({ statusCode: status = 400, message: detail }: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
      void reply
        .status(status)
        .type('application/problem+json')
        .send({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail }),
  });
}

/** SIGTERM to exit takes at most this long (design §12). */
const STOP_WITHIN_MS = 25_000;

/** Starts the service: HTTP first, so that health can be asked for, then the transport. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { app: name, config, module, strategy, logger } = options;
  boundHeap();
  const app = await NestFactory.create<NestFastifyApplication>(module, httpAdapter(options.trustedProxies), {
    logger: nestLogger(logger),
    abortOnError: false,
  });
  await options.prepare?.(app);
  if (strategy !== undefined) app.connectMicroservice({ strategy });
  await app.listen(config.HTTP_PORT, config.HTTP_HOST);
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : config.HTTP_PORT;
  if (strategy !== undefined) await app.startAllMicroservices();
  if (config.HTTP_PORT_FILE !== undefined) announcePort(config.HTTP_PORT_FILE, port);
  logger.info({ app: name, host: config.HTTP_HOST, port }, 'listening');

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= app.close());
  const stop = (signal: NodeJS.Signals): void => {
    logger.info({ signal }, 'stopping');
    const deadline = setTimeout(() => {
      logger.error({ stopWithinMs: STOP_WITHIN_MS }, 'stop took too long, work in hand is dropped and will be read again');
      process.exit(1);
    }, STOP_WITHIN_MS);
    deadline.unref();
    close().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ error }, 'stop failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  return { app, port, close };
}

/** Runs a service's main function: an expected error is one line on standard error, anything else keeps its stack; both exit 1. */
export async function runMain(main: () => Promise<unknown>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const text = error instanceof EliasError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`${text}\n`, () => process.exit(1));
  }
}

function announcePort(file: string, port: number): void {
  writeFileSync(`${file}.part`, `${port}\n`);
  renameSync(`${file}.part`, file);
}

/** Nest's own lines at debug level, its warnings and errors as ours. */
function nestLogger(logger: Logger): LoggerService {
  const line =
    (level: 'debug' | 'warn' | 'error') =>
    (message: unknown, ...rest: unknown[]) => {
      const context = rest.at(-1);
      logger[level]({ context, ...(level === 'error' && rest.length > 1 ? { stack: rest[0] } : {}) }, String(message));
    };
  return {
    log: line('debug'),
    debug: line('debug'),
    verbose: line('debug'),
    warn: line('warn'),
    error: line('error'),
    fatal: line('error'),
  };
}
