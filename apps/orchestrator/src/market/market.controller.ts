import { Controller, Get, Header, Inject, Query } from '@nestjs/common';
import { candlesQuery, discountsQuery, ROWS_MAX, statsQuery, windowsQuery } from './market-queries.js';
import type { ApiRow, TopDiscountsOfDay } from './market-reads.js';
import { MarketReads } from './market-reads.js';
import { parseQuery } from './query-refused-error.js';

/** Settled data for readers: what is in Postgres, exact values as text. */
@Controller()
export class MarketController {
  constructor(@Inject(MarketReads) private readonly reads: MarketReads) {}

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

  @Get('candles')
  @Header('content-type', 'application/json; charset=utf-8')
  candles(@Query() query: unknown): Promise<Buffer> {
    const { product, granularity, from, to, limit } = parseQuery(candlesQuery, query);
    return this.reads.candles(product, granularity, from, to, limit);
  }

  @Get('windows')
  windows(@Query() query: unknown): Promise<{ windows: ApiRow[]; next: string | null }> {
    const { prefix, after, limit } = parseQuery(windowsQuery, query);
    return this.reads.windows(prefix, after, limit);
  }
}
