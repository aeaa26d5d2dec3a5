import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseQuery } from '../market/query-refused-error.js';
import { noFields } from '../pipeline/pipeline-queries.js';
import { LiveFeed } from './live-feed.js';
import type { FeedClient } from './live-feed.js';

/** A client that has so much to read is too slow to be kept; it may come again. */
const UNREAD_BYTES_MAX = 1_048_576;

/** What changes, as `text/event-stream`. */
@Controller()
export class StreamController {
  constructor(@Inject(LiveFeed) private readonly feed: LiveFeed) {}

  @Get('stream')
  stream(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    parseQuery(noFields, query);
    this.feed.makeRoom();
    void reply.hijack();
    const { raw } = reply;
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...headers });
    if (request.method === 'HEAD') return void raw.end();
    raw.flushHeaders();
    const client: FeedClient = {
      write: (text) => raw.write(text) || raw.writableLength < UNREAD_BYTES_MAX,
      end: () => raw.destroy(),
    };
    raw.once('close', () => this.feed.leave(client));
    this.feed.join(client);
  }
}
