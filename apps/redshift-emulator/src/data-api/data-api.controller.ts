import { randomUUID } from 'node:crypto';
import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Logger } from '@elias/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FaultBox } from '../faults/fault-box.js';
import type { RequestFaultKind } from '../faults/fault.js';
import { LOGGER, REQUEST_RATES } from '../injection-tokens.js';
import { DataApi } from './data-api.js';
import type { Answer } from './data-api.js';
import { DataApiError } from './data-api-error.js';
import type { RequestRates } from './request-rates.js';
import { isOperation } from './requests.js';
import type { Operation } from './requests.js';

const CONTENT_TYPE = 'application/x-amz-json-1.1';
/** 40 statements of 100 KB, escaped. */
const BODY_BYTES_MAX = 16_777_216;

/** AWS JSON 1.1 over HTTP. Signatures are not looked at: whoever reaches the loopback address may do everything. */
@Controller()
export class DataApiController implements OnModuleInit {
  constructor(
    @Inject(DataApi) private readonly api: DataApi,
    @Inject(FaultBox) private readonly faults: FaultBox,
    @Inject(REQUEST_RATES) private readonly rates: RequestRates | null,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const fastify = this.http.httpAdapter.getInstance<FastifyInstance>();
    fastify.addContentTypeParser(CONTENT_TYPE, { parseAs: 'string', bodyLimit: BODY_BYTES_MAX }, (_request, body, done) =>
      done(null, body),
    );
  }

  @Post()
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    void reply.header('content-type', CONTENT_TYPE).header('x-amzn-RequestId', randomUUID());
    try {
      const operation = operationOf(request);
      const body = bodyOf(request);
      const sqls = sqlsOf(body);
      this.refuseForFault(this.faults.takeRequestFault(operation, sqls), operation);
      if (this.rates?.admit(operation) === false) throw new DataApiError('ThrottlingException', 'Rate exceeded');
      const answer = await this.api.answer(operation, body);
      await this.loseReply(operation, sqls, answer);
      await reply.status(200).send(answer.json);
    } catch (error) {
      if (error instanceof LostConnection) {
        request.raw.socket.destroy();
        reply.hijack();
        return;
      }
      const told = error instanceof DataApiError ? error : internal(error, this.logger);
      await reply.status(told.status).send(JSON.stringify({ __type: told.type, Message: told.message, ...told.members }));
    }
  }

  private refuseForFault(kind: RequestFaultKind | null, operation: Operation): void {
    if (kind === null) return;
    this.logger.info({ kind, operation }, 'fault shown');
    switch (kind) {
      case 'throttle':
        throw new DataApiError('ThrottlingException', 'Rate exceeded');
      case 'active_statements_exceeded':
        throw new DataApiError('ActiveStatementsExceededException', 'Active statements exceeded the allowed quota.');
      case 'active_sessions_exceeded':
        throw new DataApiError('ActiveSessionsExceededException', 'Active sessions exceeded the allowed quota.');
      case 'internal_error':
        throw new DataApiError('InternalServerException', 'Internal server error');
      case 'database_connection':
        throw new DataApiError('DatabaseConnectionException', 'Connection to the database failed');
      case 'request_lost':
        throw new LostConnection();
    }
  }

  /** The call stands; who made it never hears so. */
  private async loseReply(operation: Operation, sqls: readonly string[], { record }: Answer): Promise<void> {
    const kind = this.faults.takeReplyFault(operation, sqls);
    if (kind === null) return;
    this.logger.info({ kind, operation, id: record?.id }, 'fault shown');
    if (kind === 'fail_after_commit_reply_lost' && record !== undefined) await this.api.over(record);
    throw new LostConnection();
  }
}

class LostConnection extends Error {}

/** @throws DataApiError */
function operationOf(request: FastifyRequest): Operation {
  const target = String(request.headers['x-amz-target'] ?? '');
  const name = /^RedshiftData\.(\w+)$/.exec(target)?.[1];
  if (name === undefined) throw new DataApiError('UnknownOperationException', `no operation of the Redshift Data API: "${target}"`);
  if (!isOperation(name)) throw new DataApiError('UnknownOperationException', `redshift-emulator does not support ${name}`);
  return name;
}

function bodyOf(request: FastifyRequest): unknown {
  try {
    return JSON.parse(String(request.body ?? ''));
  } catch {
    throw new DataApiError('SerializationException', 'The request body is not JSON.');
  }
}

function sqlsOf(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const { Sql, Sqls } = body as { Sql?: unknown; Sqls?: unknown };
  return [Sql, ...(Array.isArray(Sqls) ? (Sqls as unknown[]) : [])].filter((sql): sql is string => typeof sql === 'string');
}

function internal(error: unknown, logger: Logger): DataApiError {
  logger.error({ error }, 'request failed');
  return new DataApiError('InternalServerException', error instanceof Error ? error.message : String(error));
}
