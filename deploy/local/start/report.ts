import { writeFileSync } from 'node:fs';
import { comparedWindowSchema } from './compared-window.js';
import type { ComparedWindow, CompareWindows, Report, ReportedWindow, Source } from './compared-window.js';
import { z } from 'zod';
import { runCli } from '../apps/start-apps.js';
import { LocalStackError } from '../local-stack-error.js';
import type { RunWindow } from './runs-api.js';

/** Compares by the command line tool, so that people can repeat what we did: `elias compare WINDOW`. */
export function compareByCli(root: string, env: NodeJS.ProcessEnv, signal: AbortSignal): CompareWindows {
  return async (windowIds) => {
    const text = await runCli(root, ['compare', '--json', '-'], env, signal, `${windowIds.join('\n')}\n`);
    return z.object({ windows: z.array(comparedWindowSchema) }).parse(JSON.parse(text)).windows;
  };
}

/**
 * What was compared, with where it came from. A window without an archive tells why by the words of the stage that failed.
 * @param runs each window as its run left it, by name
 * @param about products in the order that they were asked for, which the report keeps
 */
export function reportOf(
  compared: readonly ComparedWindow[],
  runs: ReadonlyMap<string, RunWindow>,
  about: { date: string; exchange: 'coinbase' | 'simulator'; products: readonly string[]; sourceOf: (productId: string) => Source },
): Report {
  const problems = [...runs].map(([id, { error }]) => ({ key: id.split('/').slice(0, 3).join('/'), from: id.split('/')[3] ?? '', error }));
  const windows = compared.map((window): ReportedWindow => {
    const { dataset, archive, error, ...rest } = window;
    const key = `${dataset}/${window.granularity}/${window.product_id}`;
    const problem = problems.find((entry) => entry.key === key && window.from.startsWith(entry.from))?.error ?? null;
    const told = archive === null && problem !== null ? `${problem.reason}: ${problem.detail}` : error;
    return { dataset, source: about.sourceOf(window.product_id), ...rest, archive, error: told } satisfies ReportedWindow;
  });
  const place = ({ product_id }: ReportedWindow): number => about.products.indexOf(product_id);
  const ordered = windows.map(inOrder).sort((a, b) => place(a) - place(b));
  return { date: about.date, exchange: about.exchange, windows: ordered, equal: ordered.length > 0 && ordered.every(({ equal }) => equal) };
}

/** The order of fields that people read in the file. */
function inOrder(window: ReportedWindow): ReportedWindow {
  const { dataset, source, product_id, granularity, from, to, candles, coverage, archive, twin, redshift_rows, rds_rows, equal, error } =
    window;
  return { dataset, source, product_id, granularity, from, to, candles, coverage, archive, twin, redshift_rows, rds_rows, equal, error };
}

export function writeReport(file: string, report: Report): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  } catch (cause) {
    throw new LocalStackError(`the result could not be written to ${file}`, { cause });
  }
}
