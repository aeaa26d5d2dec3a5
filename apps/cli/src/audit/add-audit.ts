import { EliasError } from '@elias/errors';
import { DAY_MS, DATASETS, isProductId } from '@elias/market-data';
import type { Dataset, Window } from '@elias/market-data';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { DEFAULT_WIDTH } from '../terminal/table-lines.js';
import { timeOption } from '../terminal/time-option.js';
import { wholeNumber } from '../terminal/whole-number.js';
import { printOrphans } from '../orphans/print-orphans.js';
import { totalLines, windowLines } from './audit-lines.js';
import type { AuditSources } from './audit-sources.js';
import { AuditTotals } from './audit-totals.js';
import { auditWindows } from './audit-windows.js';
import type { Hop } from './audited-window.js';
import { HOPS } from './audited-window.js';
import { knownRanges } from './known-ranges.js';
import { windowsOf } from './named-windows.js';
import type { WindowRange } from './named-windows.js';
import { withSources } from './open-sources.js';

interface AuditOptions {
  product?: string[];
  date?: number;
  from?: number;
  to?: number;
  all?: true;
  orphans?: true;
  olderThan?: number;
  dataset?: Dataset;
  granularity?: number;
  hops: Hop[];
  json?: true;
}

/** What an archive takes to be in both stores, at most, milliseconds; `--older-than` says otherwise. */
const UNDER_WAY_MS = 3_600_000;

/** Nobody can tell which windows are meant. */
class AuditNotNamedError extends EliasError {
  override readonly name = 'AuditNotNamedError';
  readonly code = 'ELIAS_AUDIT_NOT_NAMED';
  readonly disposition = 'stop';
}

const EXAMPLES = `
Examples:
  elias audit --product BTC-USD --date 2023-12-01
  elias audit --product BTC-USD,ETH-USD --from 2023-12-01 --to 2024-01-01
  elias audit --product BTC-USD --date 2023-12-01 --dataset trades
  elias audit --dataset discounts_7d --date 2023-12-01 --json
  elias audit --all --hops archive,twin,redshift,postgres
  elias audit --orphans --older-than 2h

Each window is compared at every hop: what the exchange tells now, the topic's
last record, the archive, its twin, Redshift, Postgres. The exchange is asked
by the collectors at COLLECTOR_URLS, within their allowance, behind all else.
Exit code: 0 all equal; 1 something differs, is missing, or was changed by the
exchange since; 2 could not be done, or not every place answered; 130 Ctrl-C.`;

/** `elias audit`: whether every place has what the exchange told. */
export function addAudit(program: Command, context: CommandContext): void {
  program
    .command('audit')
    .description('compare windows row by row, from the exchange to both stores')
    .option('--product <ids>', 'e.g. BTC-USD,ETH-USD', productsOf)
    .option('--date <day>', 'the windows that hold this UTC day', timeOf)
    .option('--from <time>', 'first instant of a range', timeOf)
    .option('--to <time>', 'first instant after it', timeOf)
    .option('--all', 'everything from the first to the last known window')
    .addOption(new Option('--dataset <name>', 'what is audited; candles by default, with --all every one').choices([...DATASETS]))
    .option('--granularity <seconds>', 'of candles (60), or windows of trades (3600)', wholeNumber)
    .option('--orphans', 'what belongs to nothing, in the bucket and the ledgers')
    .option('--older-than <time>', 'with --orphans: younger things may be under way', timeOf)
    .addOption(
      new Option('--hops <names>', `which of ${HOPS.join(', ')}; the archive always is`).argParser(hopsOf).default([...HOPS], 'all'),
    )
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: AuditOptions) => {
      if (options.orphans === true) return orphansOf(options, context);
      const range = options.all === true ? null : rangeOf(options);
      return withSources(context, new Set(options.hops), async ({ sources, postgres }) => {
        const ranges = range === null ? (await knownRanges(postgres)).filter((known) => isAskedFor(known, options)) : [range];
        const totals = await printAudit(ranges, sources, options.json === true);
        if (!totals.allEqual) process.exitCode = totals.differ ? EXIT.not : EXIT.failed;
      });
    });
}

/** Archives that no ledger knows, ledger rows without an archive, twins without either. */
function orphansOf({ hops, olderThan, json }: AuditOptions, context: CommandContext): Promise<void> {
  const looked = new Set(hops.filter((hop) => hop === 'redshift' || hop === 'postgres'));
  return withSources(context, looked, async ({ sources, bucket, redshift, postgres }) => {
    const beforeMs = olderThan ?? Date.now() - UNDER_WAY_MS;
    const places = { bucket, prefix: sources.prefix, redshift, postgres: looked.has('postgres') ? postgres : null, beforeMs };
    const orphans = await printOrphans(places, json === true);
    if (orphans > 0) process.exitCode = EXIT.not;
  });
}

/** Audits, and prints each window as soon as it is known. */
async function printAudit(ranges: readonly WindowRange[], sources: AuditSources, json: boolean): Promise<AuditTotals> {
  const width = process.stdout.columns || DEFAULT_WIDTH;
  const totals = new AuditTotals();
  const progress = new ProgressLine();
  let count = 0;
  for (const _ of windowsOfAll(ranges)) count += 1;
  if (json) process.stdout.write('{"windows":[');
  progress.show(`audit: 0 of ${count} windows`);
  for await (const audited of auditWindows(windowsOfAll(ranges), sources)) {
    const lines = json
      ? [`${totals.windows === 0 ? '' : ','}${JSON.stringify(audited)}`]
      : windowLines(audited, { whole: count === 1, width });
    totals.add(audited);
    progress.clear();
    if (lines.length > 0) printLines(lines);
    progress.show(
      `audit: ${totals.windows} of ${count} windows, ${totals.windows - totals.verdicts.equal} not equal, now ${audited.window}`,
    );
  }
  progress.clear();
  const { windows, verdicts, hops, allEqual: equal } = totals;
  if (json) printLines([`],${JSON.stringify({ totals: { windows, verdicts, hops }, equal }).slice(1)}`]);
  else printLines(totalLines(totals, width));
  return totals;
}

function* windowsOfAll(ranges: readonly WindowRange[]): Generator<Window, void, undefined> {
  for (const range of ranges) yield* windowsOf(range);
}

/** @throws AuditNotNamedError */
function rangeOf({ product, date, from, to, dataset = 'candles', granularity }: AuditOptions): WindowRange {
  const isRange = from !== undefined && to !== undefined;
  if ((date === undefined) === !isRange) throw new AuditNotNamedError('name --date, or --from and --to, or --all');
  const [fromMs, toMs] = isRange ? [from, to] : [date!, date! + 1];
  if (fromMs >= toMs) throw new AuditNotNamedError('--to has to be later than --from');
  const range = { dataset, productIds: product ?? [], granularity: granularity ?? (dataset === 'trades' ? 3_600 : 60), fromMs, toMs };
  if (!hasWindows(range)) throw new AuditNotNamedError(`windows of ${dataset} are of a product: name --product, or --all`);
  return date === undefined || dataset !== 'trades' ? range : { ...range, toMs: date + DAY_MS };
}

/** @throws AuditNotNamedError */
function hasWindows(range: WindowRange): boolean {
  try {
    return windowsOf(range).next().done !== true;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AuditNotNamedError(error.message);
  }
}

function isAskedFor({ dataset, productIds, granularity }: WindowRange, options: AuditOptions): boolean {
  return (
    (options.dataset === undefined || options.dataset === dataset) &&
    (options.product === undefined || productIds.some((id) => options.product!.includes(id))) &&
    (options.granularity === undefined || options.granularity === granularity)
  );
}

function timeOf(text: string): number {
  return timeOption(text);
}

function productsOf(text: string): string[] {
  const ids = text.split(',');
  if (!ids.every(isProductId)) throw new InvalidArgumentError('Products like BTC-USD, comma separated.');
  return ids;
}

function hopsOf(text: string): Hop[] {
  const names = text.split(',');
  const hops = HOPS.filter((hop) => names.includes(hop));
  if (hops.length !== names.length) throw new InvalidArgumentError(`Some of ${HOPS.join(',')}.`);
  return hops;
}
