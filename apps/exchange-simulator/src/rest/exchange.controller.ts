import { setTimeout as delay } from 'node:timers/promises';
import { All, Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './answer.js';
import { Exchange } from './exchange.js';

/** Everything that is not the simulator's own is the exchange's, unknown paths included. */
@Controller()
export class ExchangeController {
  constructor(@Inject(Exchange) private readonly exchange: Exchange) {}

  @All('*')
  async answer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const answer = await this.exchange.answer({
      method: request.method,
      url: request.raw.url ?? '/',
      client: request.ip,
      userAgent: request.headers['user-agent'],
    });
    if (answer.disturbance?.kind === 'slow') await delay(answer.disturbance.ms, undefined, { ref: false });
    if (answer.disturbance?.kind === 'stall') return stall(reply, answer.disturbance.ms);
    if (answer.disturbance?.kind === 'cut') return cut(reply, answer);
    await reply.status(answer.status).headers(answer.headers).send(answer.body);
  }
}

/** Says nothing, then closes. */
function stall(reply: FastifyReply, ms: number): void {
  reply.hijack();
  setTimeout(() => reply.raw.destroy(), ms).unref();
}

/** Sends the head and half of the body, then breaks the connection. */
function cut(reply: FastifyReply, { status, headers, body }: Answer): void {
  reply.hijack();
  reply.raw.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)), () => reply.raw.destroy());
}
