import { STATUS_CODES } from 'node:http';
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { describeError, isRetryable } from '@elias/errors';
import type { Logger } from '@elias/telemetry';
import type { FastifyReply } from 'fastify';
import { QueryRefusedError } from '../market/query-refused-error.js';
import { ArchiveUnknownError } from '../pipeline/archive-unknown-error.js';
import { SessionRefusedError, StreamFullError, TokenRefusedError } from '../stream/stream-errors.js';
import { CatalogAwayError, ProductRefusedError } from '../products/followed-products.js';
import { RunConflictError, RunRefusedError, RunUnknownError } from '../runs/run-errors.js';

interface ProblemJson {
  type: string;
  title: string;
  status: number;
  detail?: string;
  run_id?: string;
  errors?: readonly { field: string; reason: string }[];
}

/** Every refusal and failure of the API as problem JSON. Source: RFC 9457. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    if (host.getType() !== 'http') throw error;
    const problem = problemOf(error);
    // a store that is away says so in a line for each request; what nobody foresaw keeps its stack
    if (problem.status === 503) this.logger.warn({ reason: describeError(error) }, 'request not answered');
    else if (problem.status >= 500) this.logger.error({ error }, 'request failed');
    await host
      .switchToHttp()
      .getResponse<FastifyReply>()
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(problem);
  }
}

function problemOf(error: unknown): ProblemJson {
  if (error instanceof RunRefusedError) {
    return { type: 'urn:elias:problem:run-refused', title: 'The run cannot be', status: 422, detail: error.message, errors: error.reasons };
  }
  if (error instanceof ProductRefusedError)
    return { type: 'urn:elias:problem:product-refused', title: 'The product cannot be', status: 422, detail: error.message };
  if (error instanceof CatalogAwayError)
    return { type: 'urn:elias:problem:exchange-away', title: 'The exchange does not answer, try again', status: 503 };
  if (error instanceof QueryRefusedError) {
    return {
      type: 'urn:elias:problem:query-refused',
      title: 'There is no such query',
      status: 400,
      detail: error.message,
      errors: error.reasons,
    };
  }
  if (error instanceof SessionRefusedError) {
    return {
      ...{ type: 'urn:elias:problem:session-refused', title: 'That is no token', status: 422, detail: error.message },
      errors: error.reasons,
    };
  }
  if (error instanceof TokenRefusedError) return withoutType(401, error.message);
  if (error instanceof StreamFullError)
    return { type: 'urn:elias:problem:stream-full', title: 'Nobody else can listen', status: 503, detail: error.message };
  if (error instanceof RunUnknownError || error instanceof ArchiveUnknownError) return withoutType(404, error.message);
  if (error instanceof RunConflictError) {
    const { message: detail, runId: run_id } = error;
    return { type: 'urn:elias:problem:run-conflict', title: 'A run stands against it', status: 409, detail, run_id };
  }
  if (error instanceof HttpException) {
    return withoutType(error.getStatus(), error.message);
  }
  if (isFastifyClientError(error)) return withoutType(error.statusCode, error.message);
  if (isRetryable(error)) return { type: 'urn:elias:problem:store-away', title: 'A store does not answer, try again', status: 503 };
  return withoutType(500, 'Something went wrong here');
}

/** A problem that its status says all about; the title is then the status's own. Source: RFC 9457, 4.2.1. */
function withoutType(status: number, detail: string): ProblemJson {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail };
}

/** Fastify's own refusals (body that is no JSON, too large) carry their status. */
function isFastifyClientError(error: unknown): error is Error & { statusCode: number } {
  return (
    error instanceof Error &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  );
}
