import { DATASETS, GRANULARITIES_SECONDS } from '@elias/market-data';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import { afterwards } from './afterwards.js';
import { replay } from './replay.js';
import { replayLines } from './replay-lines.js';
import { planReplay } from './replay-plan.js';
import type { ReplayOptions } from './replay-plan.js';
import { rangeEndOption } from './topic-range.js';

const EXAMPLES = `
Examples:
  elias replay --from-archives --store rds
  elias replay --from-archives --products BTC-USD --from 2023-12-01 \\
    --to 2024-01-01 --store rds --schema shadow --compare
  elias replay --store rds --schema shadow --promote --yes
  elias replay --from-topic elias.windows.candles.v1 --from 2h --store rds \\
    --schema shadow
  elias replay --from-archives --granularity 60 --from 2023-12-01 \\
    --to 2023-12-02 --into-topic backtest --as events --speed 60

From archives, --from and --to are of the data: windows that have a part in
the range. Of a topic they are record time, or offsets as 0:120,3:77. A range
is bounded at both ends: what comes later is not waited for. No consumer group
of Elias moves. What is withdrawn is never loaded.
${EXIT_CODES_HELP}
With --compare, 1 also where the shadow differs.`;

/** `elias replay`: what is there, once more, somewhere else. */
export function addReplay(program: Command, context: CommandContext): void {
  program
    .command('replay')
    .description('tell again what archives or a topic hold: to a store, a shadow of one, or a topic')
    .option('--from-archives', 'from the archives in S3 alone: the current revision of each window')
    .option('--from-topic <topic>', 'from a topic of windows, or of archives sealed')
    .option('--from <when>', 'an instant, a UTC day, how long ago (2h), or offsets', rangeEndOption)
    .option('--to <when>', 'the first instant or offset that is not meant', rangeEndOption)
    .addOption(new Option('--dataset <name>', 'of one dataset alone').choices([...DATASETS]))
    .option('--products <ids>', 'of these products alone, comma separated', productsOption)
    .addOption(
      new Option('--granularity <seconds>', 'candles of this width alone').argParser((text) => {
        if (!GRANULARITIES_SECONDS.some((width) => String(width) === text)) {
          throw new InvalidArgumentError(`One of ${GRANULARITIES_SECONDS.join(', ')}.`);
        }
        return Number(text);
      }),
    )
    .addOption(new Option('--store <store>', 'into a store; none: read and check alone').choices(['rds', 'redshift', 'none']))
    .option('--schema <name>', "of the store's tables; another one than market is a shadow, made if needed")
    .option('--into-topic <topic>', 'into a topic, made if needed')
    .addOption(new Option('--as <form>', 'what goes into the topic').choices(['windows', 'events']).default('windows'))
    .addOption(
      new Option('--speed <factor>', 'multiple of the speed at which it happened, or max').argParser(speedOption).default(Infinity, 'max'),
    )
    .option('--compare', 'print where the shadow differs from the real tables')
    .option('--promote', 'exchange the shadow with the real tables, in one transaction')
    .option('--drop', 'remove the shadow afterwards')
    .option('--yes', 'do not ask before promoting')
    .option('--dry-run', 'print what would be replayed')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: ReplayOptions) => {
      const plan = planReplay(options);
      const report = plan.source === null ? null : await replay(plan.source, plan, options.dryRun === true, context);
      if (report !== null && options.json !== true) printLines(replayLines(report));
      const shadow = plan.target.kind === 'store' && options.dryRun !== true ? await afterwards(plan.target, options, context) : null;
      if (options.json === true) printLines([JSON.stringify({ replay: report, ...shadow?.json })]);
      const bad = (report?.refused.length ?? 0) > 0 || shadow?.differs === true;
      process.exitCode = bad ? EXIT.not : EXIT.done;
    });
}

export function productsOption(text: string): string[] {
  const products = text.split(',');
  if (products.some((product) => !/^(?:_all|[A-Z0-9]{1,32}-[A-Z0-9]{1,32})$/.test(product))) {
    throw new InvalidArgumentError('Products, comma separated: BTC-USD,ETH-USD.');
  }
  return products;
}

function speedOption(text: string): number {
  const speed = text === 'max' ? Infinity : Number(text.replace(/[x×]$/, ''));
  if (!(speed > 0)) throw new InvalidArgumentError('A number above 0, or max.');
  return speed;
}
