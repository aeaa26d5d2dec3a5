import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { day } from '../market/market-queries.js';
import { parseQuery } from '../market/query-refused-error.js';
import { CheckReads } from './check-reads.js';
import type { CheckView } from './check-reads.js';

/** `GET /checks`: of a day, or of the latest that was checked. */
export const checksQuery = z.strictObject({ date: day.optional() });

@Controller()
export class ChecksController {
  constructor(@Inject(CheckReads) private readonly reads: CheckReads) {}

  /** A day's results, the bad ones first; without a date, those of the latest day that was checked. */
  @Get('checks')
  checks(@Query() query: unknown): Promise<{ date: string | null; checks: CheckView[] }> {
    return this.reads.ofDay(parseQuery(checksQuery, query).date);
  }
}
