import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { parseQuery } from '../market/query-refused-error.js';
import { noFields } from '../pipeline/pipeline-queries.js';
import { RunUnknownError } from './run-errors.js';
import { runsQuery, tasksQuery } from './run-queries.js';
import { RunReads } from './run-reads.js';
import type { RunProgress, RunSummary, RunView } from './run-view.js';

const RUN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Runs and their tasks, in pages. */
@Controller('runs')
export class RunReadsController {
  constructor(@Inject(RunReads) private readonly reads: RunReads) {}

  @Get()
  list(@Query() query: unknown): Promise<{ runs: RunSummary[]; next: string | null }> {
    const { after, limit } = parseQuery(runsQuery, query);
    return this.reads.runs(after, limit);
  }

  /** @throws RunUnknownError */
  @Get(':id')
  async show(@Param('id') id: string, @Query() query: unknown): Promise<RunView> {
    const { after, limit } = parseQuery(tasksQuery, query);
    const run = await this.reads.run(runIdOf(id), after, limit);
    if (run === undefined) throw new RunUnknownError(id);
    return run;
  }

  /** @throws RunUnknownError */
  @Get(':id/progress')
  async progress(@Param('id') id: string, @Query() query: unknown): Promise<RunProgress> {
    parseQuery(noFields, query);
    const progress = await this.reads.progress(runIdOf(id));
    if (progress === undefined) throw new RunUnknownError(id);
    return progress;
  }
}

/** @throws RunUnknownError it cannot be a run's */
export function runIdOf(id: string): string {
  if (!RUN_ID.test(id)) throw new RunUnknownError(id);
  return id;
}
