import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers that were read before are not sent again: each carries a tag of its content, and whoever asks with that tag gets 304. Browsers
 * keep an answer and ask each time; nobody between keeps it. A tag that an answer brings stays; what says itself how it is kept stays as it
 * is; refusals are never kept.
 * (`@fastify/etag` would answer 304 to whoever asks again for what is refused, and knows no lists of tags.)
 */
export function cacheAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (reply.hasHeader('cache-control')) return payload;
    if (reply.statusCode !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) {
      void reply.header('cache-control', 'no-store');
      return payload;
    }
    void reply.header('cache-control', 'private, no-cache').header('vary', 'accept-encoding, authorization, cookie');
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const known = reply.getHeader('etag');
    const tag = typeof known === 'string' ? known : tagOf(payload);
    void reply.header('etag', tag);
    if (!isAmong(tag, request.headers['if-none-match'])) return payload;
    void reply.code(304).removeHeader('content-type').removeHeader('content-length');
    return '';
  });
}

/** Weak, as whoever compresses answers on the way sends the same under other bytes. */
export function tagOf(body: string | Buffer): string {
  return `W/"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Source: RFC 9110, 13.1.2: weak comparison; `*` is any. */
export function isAmong(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const bare = (one: string): string => one.trim().replace(/^W\//, '');
  return ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((one) => bare(one) === bare(tag));
}

/** Source: RFC 9110, 12.5.3. Whoever sends nothing gets the answer as it is. */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  const codings = (acceptEncoding ?? '').toLowerCase().split(',');
  const weights = new Map(codings.map((coding) => [coding.split(';')[0]!.trim(), Number(/;\s*q=([\d.]+)/.exec(coding)?.[1] ?? '1')]));
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
