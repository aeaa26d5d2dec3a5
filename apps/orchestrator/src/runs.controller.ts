import { Body, Controller, Get, Headers, HttpCode, Inject, NotFoundException, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RunStore } from './run-store.js';
import { runSummary, windowView } from './run-view.js';
import type { RunView } from './run-view.js';
import { StartRun } from './start-run.js';

const RUNS_SHOWN = 100;
const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

@Controller('runs')
export class RunsController {
  constructor(
    @Inject(StartRun) private readonly startRun: StartRun,
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
  async list(): Promise<{ runs: Omit<RunView, 'windows'>[] }> {
    const runs = await this.store.runs(RUNS_SHOWN);
    return { runs: runs.map((run) => runSummary(run, run.states)) };
  }

  @Get(':id')
  async show(@Param('id') id: string): Promise<RunView> {
    const run = RUN_ID.test(id) ? await this.store.run(id) : undefined;
    if (run === undefined) throw new NotFoundException(`there is no run ${id.slice(0, 100)}`);
    const tasks = await this.store.tasks(id);
    const facts = await this.store.facts(tasks.map((task) => task.window_id));
    return {
      ...runSummary(
        run,
        tasks.map((task) => task.state),
      ),
      windows: tasks.map((task) => windowView(task, facts.get(task.window_id) ?? [])),
    };
  }
}
