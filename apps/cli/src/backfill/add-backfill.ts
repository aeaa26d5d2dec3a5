import { loadConfig } from '@elias/config';
import { formatInstant, GRANULARITIES_SECONDS, isGranularity, isProductId } from '@elias/market-data';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP, INTERRUPTED } from '../terminal/exit-codes.js';
import { OrchestratorApi, orchestratorSettings } from '../terminal/orchestrator-api.js';
import type { RangeOrder } from '../terminal/orchestrator-api.js';
import { printLines } from '../terminal/print-lines.js';
import { timeOption } from '../terminal/time-option.js';
import { backfillPlanSchema, planLines } from './backfill-plan.js';
import { runProgressSchema } from './backfill-progress.js';
import type { RunProgress } from './backfill-progress.js';
import { followRun } from './follow-run.js';
import type { ProgressView } from './follow-run.js';

const EXAMPLES = `
Examples:
  elias backfill --products BTC-USD,ETH-USD --from 2023-01-01 --to 2024-01-01
  elias backfill --products BTC-USD --from 30d --to 0d --granularity 3600
  elias backfill --products BTC-USD --from 2023-12-01 --to 2023-12-02 \\
    --dataset trades --granularity 3600 --dry-run

The plan comes first; what the ledger of Postgres has whole is not asked for.
The run is the orchestrator's: Ctrl-C ends the looking, and the same command
looks again, or asks for what is still missing. The daily run goes before it.
Exit code 1 when windows are partial or failed, or the run was cancelled.
${EXIT_CODES_HELP}`;

interface BackfillOptions {
  products: string[];
  from: number;
  to: number;
  granularity: number;
  dataset: 'candles' | 'trades';
  dryRun?: true;
  json?: true;
}

/** `elias backfill`: a past range from the exchange, planned, then followed. */
export function addBackfill(program: Command, { settings }: CommandContext): void {
  program
    .command('backfill')
    .description('collect a past range: the plan first, then its progress')
    .requiredOption('--products <ids>', 'comma separated, e.g. BTC-USD,ETH-USD', productsOption)
    .requiredOption('--from <time>', 'first instant: a day, an instant, or how long ago', (text) => timeOption(text))
    .requiredOption('--to <time>', 'first instant after the range', (text) => timeOption(text))
    .option('--granularity <s>', 'candle width, seconds; of trades a window: 3600 or 86400', granularityOption, 60)
    .addOption(new Option('--dataset <name>', 'what to collect').choices(['candles', 'trades']).default('candles'))
    .option('--dry-run', 'end after the plan')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: BackfillOptions) => {
      const { ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN } = loadConfig(z.object(orchestratorSettings), settings());
      await backfill(new OrchestratorApi(ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN), options);
    });
}

async function backfill(api: OrchestratorApi, options: BackfillOptions): Promise<void> {
  const order = orderOf(options);
  const json = options.json === true;
  const plan = await api.send('POST', '/runs/plan', order, backfillPlanSchema);
  if (!json) printLines(planLines(plan, process.stdout.columns));
  if (options.dryRun === true || (plan.asked === 0 && plan.run_id === null)) {
    printLines(json ? [JSON.stringify({ plan, run: null })] : plan.asked === 0 ? ['', 'Nothing to ask for.'] : []);
    return;
  }
  const { runId, run } = await untilInterrupted(async (signal) => {
    const runId = plan.run_id ?? (await api.startRun(order)).runId;
    if (!json) printLines(['', `run ${runId}`]);
    const run = await followRun(() => api.get(`/runs/${runId}/progress`, runProgressSchema), progressView(json), signal);
    return { runId, run };
  });
  if (run === null) {
    process.stderr.write(`Run ${runId} goes on by itself; the same command shows it again.\n`);
    process.exitCode = INTERRUPTED;
    return;
  }
  printLines(json ? [JSON.stringify({ plan, run })] : [endText(run)]);
  process.exitCode = run.state === 'succeeded' ? EXIT.done : EXIT.not;
}

/** @param work is told of Ctrl-C, and ends by itself */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const abort = (): void => interrupted.abort();
  process.once('SIGINT', abort);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', abort);
  }
}

function progressView(json: boolean): ProgressView {
  const { isTTY, columns } = process.stdout;
  return { shown: json ? false : isTTY ? 'bars' : 'lines', width: columns, write: (text) => process.stdout.write(text) };
}

function endText({ run_id, state, ended_at }: RunProgress): string {
  if (state === 'succeeded') return 'Every window is in both stores.';
  if (state === 'cancelled') return 'The run was cancelled.';
  const later = ended_at === null ? '; it asks again by itself' : '';
  return `The run is ${state}${later}. GET /runs/${run_id} says why.`;
}

function orderOf({ products, granularity, dataset, from, to }: BackfillOptions): RangeOrder {
  return { products, granularity, dataset, from: instantOf(from), to: instantOf(to), skip_whole: true };
}

/** Parts of a second go: the range is rounded to whole windows anyway. */
function instantOf(ms: number): string {
  return formatInstant(Math.floor(ms / 1_000) * 1_000);
}

function productsOption(text: string): string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (!ids.every(isProductId)) throw new InvalidArgumentError('Product ids like BTC-USD, comma separated.');
  return [...new Set(ids)];
}

function granularityOption(text: string): number {
  const seconds = Number(text);
  if (!isGranularity(seconds)) throw new InvalidArgumentError(`One of ${GRANULARITIES_SECONDS.join(', ')}.`);
  return seconds;
}
