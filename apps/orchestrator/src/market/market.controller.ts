import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Header, Headers, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { isAmong, takesGzip } from '../api/cache-answers.js';
import { CandlePages } from './candle-pages.js';
import { candlesQuery, discountsQuery, ROWS_MAX, statsQuery, windowsQuery } from './market-queries.js';
import type { ApiRow, TopDiscountsOfDay } from './market-reads.js';
import { MarketReads } from './market-reads.js';
import { parseQuery } from './query-refused-error.js';

/** Whoever has the page already is told so alone: see `cacheAnswers`. */
const NOTHING = Buffer.alloc(0);

/** Settled data for readers: what is in Postgres, exact values as text. */
@Controller()
export class MarketController {
  constructor(
    @Inject(MarketReads) private readonly reads: MarketReads,
    @Inject(CandlePages) private readonly pages: CandlePages,
  ) {}

  @Get('discounts')
  discounts(@Query() query: unknown): Promise<TopDiscountsOfDay> {
    const { days, date } = parseQuery(discountsQuery, query);
    return this.reads.discounts(days, date);
  }

  @Get('stats')
  stats(@Query() query: unknown): Promise<{ stats: ApiRow[] }> {
    const { date, product, from, to } = parseQuery(statsQuery, query);
    return from === undefined && to === undefined
      ? this.reads.statsOfDay(date, product)
      : this.reads.statsOver(product, from, to, ROWS_MAX);
  }

  /** Compressed for whoever takes it so: a day of minutes is 245 kB, or 35. */
  @Get('candles')
  @Header('content-type', 'application/json; charset=utf-8')
  async candles(
    @Query() query: unknown,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { product, granularity, from: fromMs, to: toMs, limit } = parseQuery(candlesQuery, query);
    const page = await this.pages.page({ product, granularity, fromMs, toMs, limit });
    void reply.header('etag', page.tag);
    if (isAmong(page.tag, headers['if-none-match'])) return NOTHING;
    if (!takesGzip(headers['accept-encoding'])) return page.json();
    void reply.header('content-encoding', 'gzip');
    return page.gzip();
  }

  @Get('windows')
  windows(@Query() query: unknown): Promise<{ windows: ApiRow[]; next: string | null }> {
    const { prefix, after, limit } = parseQuery(windowsQuery, query);
    return this.reads.windows(prefix, after, limit);
  }
}
