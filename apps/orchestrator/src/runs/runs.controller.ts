import { Body, Controller, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ForeseeRun } from '../backfill/foresee-run.js';
import type { ForeseenRun } from '../backfill/foresee-run.js';
import { CancelRun } from './cancel-run.js';
import { RetryRun } from './retry-run.js';
import { runIdOf } from './run-reads.controller.js';
import { runSummary } from './run-view.js';
import type { RunSummary } from './run-view.js';
import { StartRun } from './start-run.js';

/** What changes runs. */
@Controller('runs')
export class RunsController {
  constructor(
    @Inject(StartRun) private readonly startRun: StartRun,
    @Inject(ForeseeRun) private readonly foreseeRun: ForeseeRun,
    @Inject(CancelRun) private readonly cancelRun: CancelRun,
    @Inject(RetryRun) private readonly retryRun: RetryRun,
  ) {}

  /** 202 for a new run, 200 for one that the same key had started. */
  @Post()
  @HttpCode(202)
  async start(
    @Body() body: unknown,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ run_id: string }> {
    const { runId, created } = await this.startRun.run(key === undefined ? body : { idempotency_key: key, ...Object(body) });
    void reply.status(created ? 202 : 200).header('location', `/runs/${runId}`);
    return { run_id: runId };
  }

  /** What a run over a range would take: nothing is asked for. */
  @Post('plan')
  @HttpCode(200)
  plan(@Body() body: unknown): Promise<ForeseenRun> {
    return this.foreseeRun.run(body);
  }

  /** Nothing more is asked for; what is under way ends by itself. 409 once the run has ended. */
  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id') id: string): Promise<RunSummary> {
    return runSummary(await this.cancelRun.run(runIdOf(id)));
  }

  /** Asks again for tasks that failed or lack something; `retried` says for how many. 409 when the run was cancelled. */
  @Post(':id/retry')
  @HttpCode(200)
  async retry(@Param('id') id: string): Promise<RunSummary & { retried: number }> {
    const { run, retried } = await this.retryRun.run(runIdOf(id));
    return { ...runSummary(run), retried };
  }
}
