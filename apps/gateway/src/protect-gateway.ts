import type { IncomingMessage } from 'node:http';
import { sameText } from '@elias/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What probes and scrapers ask without a token. It tells nothing of the data. */
const OPEN = /^\/(?:health\/(?:live|ready)|metrics)$/;

/** Whether a request carries the token. @param token null: whoever can connect may come in */
export function isAllowed(authorization: string | undefined, token: string | null): boolean {
  return token === null || sameText(authorization ?? '', `Bearer ${token}`);
}

/**
 * Why a WebSocket is not opened, as an HTTP status, or null. Pages of other sites are kept out: unlike requests of theirs, WebSockets are
 * not held back by browsers.
 */
export function socketRefusal({ headers }: Pick<IncomingMessage, 'headers'>, token: string | null, full: boolean): 401 | 403 | 503 | null {
  if (!isAllowed(headers.authorization, token)) return 401;
  if (headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host) return 403;
  return full ? 503 : null;
}

/** Asks every HTTP request for the token but those of probes. */
export function protectGateway(server: FastifyInstance, token: string | null): void {
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    if (OPEN.test(request.url.split('?', 1)[0]!) || isAllowed(request.headers.authorization, token)) return;
    const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'a bearer token is missing or wrong' };
    await reply.status(401).header('www-authenticate', 'Bearer').header('content-type', 'application/problem+json').send(problem);
  });
}
