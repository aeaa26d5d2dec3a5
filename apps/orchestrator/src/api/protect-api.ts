import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import { sameText } from '@elias/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cacheAnswers } from './cache-answers.js';
import { isDashboardPath } from '../dashboard/serve-dashboard.js';
import { isSession, SESSION_COOKIE } from '../stream/session.js';

export interface ApiProtection {
  /** null: whoever can connect may ask */
  readonly token: string | null;
  /** of one address */
  readonly requestsPerSecond: number;
}

/** What probes and scrapers ask without a token. It tells nothing of the data. */
const OPEN = /^\/(?:health\/(?:live|ready)|metrics)$/;

/** Where a browser gives the token for a cookie. */
const SESSION_PATH = '/session';

/** Scripts of our own alone. Charts bring their own style element. Plain HTTP in a private network stays plain. */
const CONTENT_SECURITY_POLICY = {
  'font-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'upgrade-insecure-requests': null,
};

/**
 * What stands before the API: security headers, a rate limit per address, and the bearer token, or the cookie that was given
 * for it. No header allows other origins, so
 * browsers keep pages of others out.
 */
export async function protectApi(server: FastifyInstance, { token, requestsPerSecond }: ApiProtection): Promise<void> {
  await server.register(helmet, { contentSecurityPolicy: { directives: CONTENT_SECURITY_POLICY } });
  await server.register(rateLimit, {
    max: requestsPerSecond,
    timeWindow: 1_000,
    allowList: (request) => OPEN.test(pathOf(request)),
    errorResponseBuilder: (_request, { ttl }) =>
      Object.assign(new Error(`more than ${requestsPerSecond} requests in a second, try again in ${ttl} ms`), { statusCode: 429 }),
  });
  cacheAnswers(server);
  await server.register(cookie);
  if (token === null) return;
  const expected = `Bearer ${token}`;
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request);
    if (OPEN.test(path) || path === SESSION_PATH || isDashboardPath(path)) return;
    if (sameText(request.headers.authorization ?? '', expected)) return;
    if (isSession(token, request.cookies[SESSION_COOKIE], Date.now()) && isOfOwnPage(request)) return;
    const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'a bearer token is missing or wrong' };
    await reply.status(401).header('www-authenticate', 'Bearer').header('content-type', 'application/problem+json').send(problem);
  });
}

/**
 * Whether no page of others can have made the request. The cookie is not sent from other sites; what changes something has to come from
 * this very origin besides, since a site may have others that are not trusted.
 */
function isOfOwnPage({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return true;
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host;
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!;
}
