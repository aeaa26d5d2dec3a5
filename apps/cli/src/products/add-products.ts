import { loadConfig } from '@elias/config';
import { DAY_MS, formatInstant, isProductId } from '@elias/market-data';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import { backfillPlanSchema } from '../backfill/backfill-plan.js';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { OrchestratorApi, orchestratorSettings } from '../terminal/orchestrator-api.js';
import type { RangeOrder } from '../terminal/orchestrator-api.js';
import { printable } from '../terminal/table-lines.js';
import { printLines } from '../terminal/print-lines.js';

const EXAMPLES = `
Examples:
  elias products list
  elias products add FOO-USD
  elias products add FOO-USD --no-history
  elias products remove FOO-USD

The daily run goes by this list from its next run on, without a restart.
add asks for history too: 400 days of daily candles, the last day's minutes.
remove leaves what was collected. Doing either twice changes nothing.
${EXIT_CODES_HELP}`;

const HISTORY_DAYS = 400;

const followedSchema = z.object({ products: z.array(z.object({ product_id: z.string(), followed_since: z.string() })) });
type Followed = z.output<typeof followedSchema>;

/** `elias products`: what the daily run collects. */
export function addProducts(program: Command, { settings }: CommandContext): void {
  const products = program.command('products').description('products of the daily run').addHelpText('after', EXAMPLES);
  const api = (): OrchestratorApi => {
    const { ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN } = loadConfig(z.object(orchestratorSettings), settings());
    return new OrchestratorApi(ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN);
  };
  products
    .command('list')
    .description('which there are')
    .option('--json', 'print JSON')
    .action(async (options: { json?: true }) => {
      tell(await api().get('/followed-products', followedSchema), [], options);
    });
  products
    .command('add')
    .description('collect another one, and its history')
    .argument('<product>', 'e.g. FOO-USD', productOf)
    .option('--no-history', 'only what comes')
    .option('--json', 'print JSON')
    .action(async (product: string, options: { history: boolean; json?: true }) => {
      const orchestrator = api();
      const followed = await orchestrator.send('PUT', `/followed-products/${product}`, undefined, followedSchema);
      tell(followed, options.history ? await askForHistory(orchestrator, product, Date.now()) : [], options);
    });
  products
    .command('remove')
    .description('collect one no more; its history stays')
    .argument('<product>', 'e.g. FOO-USD', productOf)
    .option('--json', 'print JSON')
    .action(async (product: string, options: { json?: true }) => {
      tell(await api().send('DELETE', `/followed-products/${product}`, undefined, followedSchema), [], options);
    });
}

/** What is whole already is not asked for. @returns the runs that collect it */
async function askForHistory(api: OrchestratorApi, product: string, nowMs: number): Promise<string[]> {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const order = (granularity: number, days: number): RangeOrder => ({
    ...{ granularity, products: [product], from: formatInstant(todayMs - days * DAY_MS), to: formatInstant(todayMs), skip_whole: true },
  });
  const runs: string[] = [];
  for (const range of [order(86_400, HISTORY_DAYS), order(60, 1)]) {
    const plan = await api.send('POST', '/runs/plan', range, backfillPlanSchema);
    if (plan.run_id !== null) runs.push(plan.run_id);
    else if (plan.asked > 0) runs.push((await api.startRun(range)).runId);
  }
  return runs;
}

function tell({ products }: Followed, runs: readonly string[], options: { json?: true }): void {
  if (options.json === true) return printLines([JSON.stringify({ products, runs })]);
  const lines = products.map(
    ({ product_id, followed_since }) => `${printable(product_id).padEnd(12)}  since ${followed_since.slice(0, 10)}`,
  );
  printLines([...lines, ...runs.map((run) => `history in run ${run}`)]);
}

function productOf(text: string): string {
  if (!isProductId(text)) throw new InvalidArgumentError('A product id like BTC-USD.');
  return text;
}
