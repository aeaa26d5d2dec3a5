import { createHash, timingSafeEqual } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isDashboardPath } from './dashboard/serve-dashboard.js';

export interface ApiProtection {
  /** null: whoever can connect may ask */
  readonly token: string | null;
  /** of one address */
  readonly requestsPerSecond: number;
}

/** What probes and scrapers ask without a token. It tells nothing of the data. */
const OPEN = /^\/(?:health\/(?:live|ready)|metrics)$/;

/** Scripts of our own alone. Charts bring their own style element. Plain HTTP in a private network stays plain. */
const CONTENT_SECURITY_POLICY = {
  'font-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'upgrade-insecure-requests': null,
};

/**
 * What stands before the API: security headers, a rate limit per address, and the bearer token. No header allows other origins, so
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
  if (token === null) return;
  const expected = sha256(`Bearer ${token}`);
  server.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request);
    if (OPEN.test(path) || isDashboardPath(path) || timingSafeEqual(sha256(request.headers.authorization ?? ''), expected)) return;
    const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, detail: 'a bearer token is missing or wrong' };
    await reply.status(401).header('www-authenticate', 'Bearer').header('content-type', 'application/problem+json').send(problem);
  });
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0]!;
}

/** Of equal length whatever was sent, so that the comparison takes as long for any token. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
