import { MARKET_SCHEMA, revisionToWire } from '@elias/contracts';
import { DATASETS, formatInstant, GRANULARITIES_SECONDS, windowId } from '@elias/market-data';
import type { Dataset } from '@elias/market-data';
import { Option } from 'commander';
import type { Command } from 'commander';
import { dropShadow } from '../replay/afterwards.js';
import { archiveItems, planArchives } from '../replay/archive-source.js';
import type { WindowFilter } from '../replay/archived-windows.js';
import { productsOption } from '../replay/add-replay.js';
import { newCounts, ReplayRefusedError } from '../replay/replay-item.js';
import { replay } from '../replay/replay.js';
import { replayLines } from '../replay/replay-lines.js';
import { withArchives } from '../replay/with-archives.js';
import { isShadowName } from '../shadow/shadow-store.js';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import { timeOption } from '../terminal/time-option.js';

interface DatasetOptions {
  readonly asOf: number;
  readonly dataset?: Dataset;
  readonly products?: string[];
  readonly from?: number;
  readonly to?: number;
  readonly granularity?: string;
  readonly into?: string;
  readonly store: 'rds' | 'redshift';
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  elias dataset --as-of 2024-01-05T00:00:00Z --products BTC-USD \\
    --granularity 60 --from 2023-12-01 --to 2024-01-01
  elias dataset --as-of 2024-01-05 --into as_of_january
  elias query "select count(*) from as_of_january.candles"

A revision was current at an instant when it was collected by then, by the
exchange's clock, was not withdrawn by then, and none of the others of its
window that were so is better. What came or was withdrawn later plays no part:
nothing in the answer is from the future, and it stays the same for ever.
--into makes the schema anew each time.
${EXIT_CODES_HELP}`;

/** `elias dataset`: what was known then. */
export function addDataset(program: Command, context: CommandContext): void {
  program
    .command('dataset')
    .description('the revisions that were current at an instant: backtests without knowledge from the future')
    .requiredOption('--as-of <when>', 'an instant, a UTC day, or how long ago', (text) => timeOption(text))
    .addOption(new Option('--dataset <name>', 'of one dataset alone').choices([...DATASETS]))
    .option('--products <ids>', 'of these products alone, comma separated', productsOption)
    .option('--from <when>', 'windows that have a part in the range', (text) => timeOption(text))
    .option('--to <when>', 'its end, which is not meant', (text) => timeOption(text))
    .addOption(new Option('--granularity <seconds>', 'candles of this width alone').choices(GRANULARITIES_SECONDS.map(String)))
    .option('--into <schema>', 'load them into a schema of their own')
    .addOption(new Option('--store <store>', 'where that schema is').choices(['rds', 'redshift']).default('rds'))
    .option('--json', 'print JSON, one revision a line')
    .addHelpText('after', EXAMPLES)
    .action(async (options: DatasetOptions) => {
      const bad = options.into === undefined ? await list(options, context) : await load(options.into, options, context);
      process.exitCode = bad ? EXIT.not : EXIT.done;
    });
}

async function list(options: DatasetOptions, context: CommandContext): Promise<boolean> {
  const counts = newCounts();
  await withArchives(context, async (bucket, prefix) => {
    const source = { bucket, prefix, filter: filterOf(options), asOfMs: options.asOf };
    for await (const item of archiveItems(source, await planArchives(source), false, counts)) {
      if (item.kind !== 'archive') continue;
      const { key, manifest } = item.telling;
      const { window, revision, rowCount, csvSha256 } = manifest;
      const id = windowId(window);
      printLines([
        options.json === true
          ? JSON.stringify({ window: id, revision: revisionToWire(revision), rows: rowCount, csv_sha256: csvSha256, key })
          : `${id}  ${revision.collectionId.slice(-8)}  ${formatInstant(revision.collectedAtMs)}  ${rowCount}`,
      ]);
    }
  });
  if (options.json !== true) printLines([`${counts.read} windows with ${counts.rows} rows.`]);
  for (const { what, detail } of counts.refused) process.stderr.write(`refused: ${what}: ${detail}\n`);
  return counts.refused.length > 0;
}

async function load(schema: string, options: DatasetOptions, context: CommandContext): Promise<boolean> {
  if (schema === MARKET_SCHEMA || !isShadowName(schema)) throw new ReplayRefusedError(`no name for a schema of one's own: ${schema}`);
  const target = { kind: 'store', store: options.store, schema } as const;
  await dropShadow(target, context);
  const manner = { target, speed: Infinity, asOfMs: options.asOf };
  const report = await replay({ kind: 'archives', filter: filterOf(options) }, manner, false, context);
  printLines(options.json === true ? [JSON.stringify({ replay: report })] : replayLines(report));
  return report.refused.length > 0;
}

function filterOf({ dataset, products, granularity, from, to }: DatasetOptions): WindowFilter {
  return {
    ...{ dataset: dataset ?? null, products: products ?? null, fromMs: from ?? null, toMs: to ?? null },
    granularity: granularity === undefined ? null : Number(granularity),
  };
}
