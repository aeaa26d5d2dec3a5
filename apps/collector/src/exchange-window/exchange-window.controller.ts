import { STATUS_CODES } from 'node:http';
import { Controller, Get, Headers, Inject, Query, Res } from '@nestjs/common';
import { EXCHANGE_WINDOW_PATH } from '@elias/contracts';
import { parseWindowId } from '@elias/market-data';
import type { CandleWindow, TradeWindow } from '@elias/market-data';
import { sameText } from '@elias/telemetry';
import type { FastifyReply } from 'fastify';
import { ExchangeWindowRefused } from './exchange-window-refused.js';
import { TellWindow } from './tell-window.js';

/** Who may ask: with this token; null: whoever can connect; undefined: nobody. */
export const ASKING_TOKEN = Symbol('token of who asks for windows of the exchange');

/** What the exchange tells of a window now. It costs requests, so not everybody may ask. */
@Controller()
export class ExchangeWindowController {
  constructor(
    @Inject(TellWindow) private readonly tellWindow: TellWindow,
    @Inject(ASKING_TOKEN) private readonly token: { readonly required: string | null | undefined },
  ) {}

  @Get(EXCHANGE_WINDOW_PATH)
  async tell(
    @Query('window') id: unknown,
    @Headers('authorization') authorization: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new ExchangeWindowRefused('deadline', 'whoever asked is gone')));
    try {
      this.check(authorization);
      const answer = await this.tellWindow.run(namedWindow(id), gone.signal);
      await reply.type('text/plain; charset=utf-8').send(answer);
    } catch (error) {
      if (!(error instanceof ExchangeWindowRefused)) throw error;
      const { status, reason, message: detail } = error;
      const problem = { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, reason };
      await reply.status(status).type('application/problem+json').send(problem);
    }
  }

  private check(authorization: string | undefined): void {
    const { required } = this.token;
    if (required === undefined) throw new ExchangeWindowRefused('wrong_token', 'COLLECTOR_TOKEN is not set, so nobody may ask');
    if (required === null || sameText(authorization ?? '', `Bearer ${required}`)) return;
    throw new ExchangeWindowRefused('wrong_token', 'a bearer token is missing or wrong');
  }
}

/** @throws ExchangeWindowRefused */
function namedWindow(id: unknown): CandleWindow | TradeWindow {
  try {
    const window = parseWindowId(String(id));
    if (window.dataset === 'candles' || window.dataset === 'trades') return window;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ExchangeWindowRefused('not_asked_for', error.message);
  }
  throw new ExchangeWindowRefused('not_asked_for', 'the exchange tells no past of it');
}
