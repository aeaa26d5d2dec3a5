import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Sessions } from '../subscribe/sessions.js';
import { parseStreamQuery } from './stream-query.js';
import { StreamSink } from './stream-sink.js';

/** The same events as over WebSocket, as `text/event-stream`, for whoever has nothing but HTTP. */
@Controller()
export class StreamController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @Get('stream')
  async stream(
    @Query() query: unknown,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const wanted = parseStreamQuery(query, lastEventId);
    if (typeof wanted === 'string') return void (await refuse(reply, 400, 'Bad Request', wanted));
    if (this.sessions.full) return void (await refuse(reply, 503, 'Service Unavailable', 'as many clients are here as may be'));
    void reply.hijack();
    const { raw } = reply;
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
    raw.writeHead(200, headers);
    if (request.method === 'HEAD') return void raw.end();
    raw.flushHeaders();
    const session = this.sessions.join(new StreamSink(raw));
    raw.once('close', () => this.sessions.leave(session));
    session.subscribe(wanted);
  }
}

async function refuse(reply: FastifyReply, status: number, title: string, detail: string): Promise<void> {
  await reply.status(status).header('content-type', 'application/problem+json').send({ type: 'about:blank', title, status, detail });
}
