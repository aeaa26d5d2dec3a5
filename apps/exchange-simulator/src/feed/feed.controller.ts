import { BadRequestException, Body, Controller, Delete, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { CapturePlayer } from './capture-player.js';
import { Feed } from './feed.js';
import { feedFaultOrder, FeedFaultPlan } from './feed-fault-plan.js';
import type { PlannedFeedFault } from './feed-fault-plan.js';

/** The capture that is told, or null, for injection. */
export const CAPTURE = Symbol('capture');

/** Trades per second that one product can be made to have. */
const PER_SECOND_MAX = 50_000;

/** `POST /_simulator/feed-load` */
const loadOrder = z.strictObject({ product_id: z.string(), per_second: z.number().nonnegative().max(PER_SECOND_MAX) });

/** The simulator's own side of the feed: who is connected, what was told, faults and load on demand. */
@Controller('_simulator')
export class FeedController {
  constructor(
    @Inject(Feed) private readonly feed: Feed,
    @Inject(FeedFaultPlan) private readonly faults: FeedFaultPlan,
    @Inject(CAPTURE) private readonly capture: CapturePlayer | null,
  ) {}

  @Get('feed')
  report(): Record<string, unknown> {
    return this.feed.report();
  }

  @Delete('feed')
  reset(): Record<string, unknown> {
    this.feed.resetMatches();
    return this.feed.report();
  }

  @Get('feed-faults')
  planned(): PlannedFeedFault[] {
    return this.faults.list();
  }

  @Post('feed-faults')
  addFault(@Body() body: unknown): PlannedFeedFault {
    return this.faults.add(parsed(feedFaultOrder, body));
  }

  @Delete('feed-faults')
  clearFaults(): PlannedFeedFault[] {
    this.faults.clear();
    return [];
  }

  @Post('feed-load')
  @HttpCode(200)
  load(@Body() body: unknown): z.infer<typeof loadOrder> {
    const order = parsed(loadOrder, body);
    if (!this.feed.load(order.product_id, order.per_second)) {
      throw new BadRequestException({ message: `no trades can be made of ${order.product_id}` });
    }
    return order;
  }

  @Delete('feed-capture')
  rewind(): ReturnType<CapturePlayer['report']> {
    if (this.capture === null) throw new BadRequestException({ message: 'no capture is told' });
    this.capture.rewind();
    return this.capture.report();
  }
}

function parsed<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new BadRequestException({ message: z.prettifyError(result.error) });
  return result.data;
}
