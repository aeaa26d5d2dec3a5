import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Answers that were read before are not sent again: each carries a tag of its content, and whoever asks with that tag gets 304. Browsers
 * keep an answer and ask each time; nobody between keeps it. What says itself how it is kept stays as it is; refusals are never kept.
 * (`@fastify/etag` would answer 304 to whoever asks again for what is refused, and knows no lists of tags.)
 */
export function cacheAnswers(server: FastifyInstance): void {
  server.addHook('onSend', async (request: FastifyRequest, reply: FastifyReply, payload: unknown) => {
    if (reply.hasHeader('cache-control')) return payload;
    if (reply.statusCode !== 200 || (request.method !== 'GET' && request.method !== 'HEAD')) {
      void reply.header('cache-control', 'no-store');
      return payload;
    }
    void reply.header('cache-control', 'private, no-cache').header('vary', 'authorization, cookie');
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    const tag = tagOf(payload);
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
