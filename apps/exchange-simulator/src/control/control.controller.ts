import { BadRequestException, Body, Controller, Delete, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { Market } from '../market.js';
import { newProduct } from '../products/listed-product.js';
import type { ListedProduct } from '../products/listed-product.js';
import { lastWholeDay, recordedRange } from '../recordings/recorded-ranges.js';
import type { RecordedRange } from '../recordings/recorded-ranges.js';
import { RecordedCandles } from '../recordings/recorded-candles.js';
import { SimulatorClock } from '../simulator-clock.js';
import { candleEditOrder, clockOrder, limitOrder, productEditOrder } from './control-orders.js';
import { faultOrder, FaultPlan } from './fault-plan.js';
import type { PlannedFault } from './fault-plan.js';
import { RateLimit } from './rate-limit.js';
import type { RateLimitSettings } from './rate-limit.js';
import { RequestCounts } from './request-counts.js';
import type { RequestReport } from './request-counts.js';

/** Recordings by product, for injection. */
export const RECORDINGS = Symbol('recordings');

/** The simulator's own side: where data comes from, what was asked, and faults, edits and limits on demand. */
@Controller('_simulator')
export class ControlController {
  constructor(
    @Inject(Market) private readonly market: Market,
    @Inject(SimulatorClock) private readonly clock: SimulatorClock,
    @Inject(FaultPlan) private readonly faults: FaultPlan,
    @Inject(RateLimit) private readonly limit: RateLimit,
    @Inject(RequestCounts) private readonly counts: RequestCounts,
    @Inject(RECORDINGS) private readonly recordings: ReadonlyMap<string, RecordedCandles>,
  ) {}

  @Get('sources')
  sources(): Record<string, string | Record<string, RecordedRange>> {
    return { ...this.market.kinds(), _recorded: this.ranges() };
  }

  @Get('recordings')
  recorded(): { last_whole_day: string | null; products: Record<string, RecordedRange> } {
    return { last_whole_day: lastWholeDay([...this.recordings.values()]), products: this.ranges() };
  }

  @Get('requests')
  requests(): RequestReport {
    return this.counts.report();
  }

  @Delete('requests')
  resetRequests(): RequestReport {
    this.counts.reset();
    return this.counts.report();
  }

  @Get('faults')
  planned(): PlannedFault[] {
    return this.faults.list();
  }

  @Post('faults')
  addFault(@Body() body: unknown): PlannedFault {
    return this.faults.add(parsed(faultOrder, body));
  }

  @Delete('faults')
  clearFaults(): PlannedFault[] {
    this.faults.clear();
    return [];
  }

  @Get('edits')
  edited(): unknown[] {
    return this.market.edits.list().map(({ productId, ...edit }) => ({ product_id: productId, ...edit }));
  }

  @Post('edits')
  edit(@Body() body: unknown): unknown[] {
    const { product_id: productId, ...edit } = parsed(candleEditOrder, body);
    if (this.market.find(productId) === null) throw new BadRequestException({ message: `no product ${productId}` });
    this.market.edits.set({ productId, ...edit });
    return this.edited();
  }

  @Delete('edits')
  clearEdits(): unknown[] {
    this.market.edits.reset();
    return [];
  }

  @Post('products')
  editProduct(@Body() body: unknown): ListedProduct {
    const { product_id: productId, unknown, ...fields } = parsed(productEditOrder, body);
    const added = newProduct(productId, { quote: '0.0001', base: '0.01' });
    return this.market.catalogue.edit(productId, { unknown, fields }, this.clock.nowMs(), added);
  }

  @Delete('products')
  resetProducts(): { reset: true } {
    this.market.catalogue.reset();
    return { reset: true };
  }

  @Get('limit')
  currentLimit(): RateLimitSettings {
    return this.limit.settings;
  }

  @Post('limit')
  @HttpCode(200)
  changeLimit(@Body() body: unknown): RateLimitSettings {
    const { enabled, per_second, burst } = parsed(limitOrder, body);
    const { enabled: wasEnabled, perSecond, burst: wasBurst } = this.limit.settings;
    this.limit.change({ enabled: enabled ?? wasEnabled, perSecond: per_second ?? perSecond, burst: burst ?? wasBurst });
    return this.limit.settings;
  }

  @Get('clock')
  now(): { now: string } {
    return { now: new Date(this.clock.nowMs()).toISOString() };
  }

  @Post('clock')
  @HttpCode(200)
  advance(@Body() body: unknown): { now: string } {
    this.clock.advance(parsed(clockOrder, body).advance_ms);
    return this.now();
  }

  private ranges(): Record<string, RecordedRange> {
    return Object.fromEntries([...this.recordings].map(([productId, recording]) => [productId, recordedRange(recording)]));
  }
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new BadRequestException({ message: z.prettifyError(result.error) });
  return result.data;
}
