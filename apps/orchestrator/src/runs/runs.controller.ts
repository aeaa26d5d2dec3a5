import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CancelRun } from './cancel-run.js';
import { RetryRun } from './retry-run.js';
import { RunUnknownError } from './run-errors.js';
import { RunStore } from './run-store.js';
import { runSummary, windowView } from './run-view.js';
import type { RunView } from './run-view.js';
import { StartRun } from './start-run.js';

const RUNS_SHOWN = 100;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type RunSummary = Omit<RunView, 'windows'>;

@Controller('runs')
export class RunsController {
  constructor(
    @Inject(StartRun) private readonly startRun: StartRun,
    @Inject(CancelRun) private readonly cancelRun: CancelRun,
    @Inject(RetryRun) private readonly retryRun: RetryRun,
    @Inject(RunStore) private readonly store: RunStore,
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

  @Get()
  async list(): Promise<{ runs: RunSummary[] }> {
    return { runs: (await this.store.runs(RUNS_SHOWN)).map(runSummary) };
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<RunView> {
    const run = await this.store.run(runIdOf(id));
    if (run === undefined) throw new RunUnknownError(id);
    const tasks = await this.store.tasks(run.run_id);
    const facts = await this.store.facts(tasks.map((task) => task.window_id));
    return { ...runSummary(run), windows: tasks.map((task) => windowView(task, facts.get(task.window_id) ?? [])) };
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

/** @throws RunUnknownError it cannot be a run's */
function runIdOf(id: string): string {
  if (!RUN_ID.test(id)) throw new RunUnknownError(id);
  return id;
}
