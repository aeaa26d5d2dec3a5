import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeError } from '@elias/errors';
import { runMain } from '@elias/telemetry';
import { claimState } from '../../deploy/local/claim-state.js';
import { cloneRoot } from '../../deploy/local/clone-paths.js';
import { LocalStackError } from '../../deploy/local/local-stack-error.js';
import { StateDirectory } from '../../deploy/local/state/state-directory.js';
import { stopRequest } from '../../deploy/local/stop-request.js';
import { dayOf } from '../support/watched-window.js';
import type { WatchedWindow } from '../support/watched-window.js';
import { auditEverything } from './audit-everything.js';
import type { WholeAudit } from './audit-everything.js';
import type { DrillCase } from './drill-case.js';
import { DrillOptionError, parseDrillOptions } from './drill-options.js';
import type { DrillOptions } from './drill-options.js';
import { DrillStack, PRODUCTS } from './drill-stack.js';
import { closingLine, matrixLines } from './matrix-lines.js';
import { planCases, sampleCases, selectCases } from './plan-cases.js';
import { resultLines, wholeLines } from './result-lines.js';
import { runCase } from './run-case.js';
import type { CaseResult } from './run-case.js';
import { runStory } from './run-story.js';
import { waitUntilQuiet } from './wait-until-quiet.js';

const DAY_MS = 86_400_000;
const DAYS_PER_CASE = 2;
const QUIET_WITHIN_MS = 60_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run drill` */
async function main(): Promise<void> {
  const options = parseDrillOptions(process.argv.slice(2), (text) => process.stdout.write(text));
  if (options === null) return;
  const all = planCases(options.seed);
  const wanted = wantedCases(all, options);
  if (wanted.length === 0) {
    process.stderr.write('No case is called so; --list shows them all.\n');
    process.exitCode = 2;
    return;
  }
  if (options.list) return wanted.forEach(({ name }) => say(name));
  const startedMs = performance.now();
  const { results, whole } = await drill(wanted, options);
  const verdicts = new Map(results.map(({ drillCase, verdict }) => [drillCase.name, verdict]));
  for (const line of ['', ...matrixLines(all, verdicts), '']) say(line);
  wholeLines(whole).forEach(say);
  say(closingLine([...verdicts.values()], performance.now() - startedMs));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(reportOf(results, whole), null, 2)}\n`);
  const passed = results.filter(({ verdict }) => verdict === 'passed').length;
  process.exitCode = passed === wanted.length && whole?.complaints.length === 0 ? 0 : 1;
}

function wantedCases(all: readonly DrillCase[], { case: name, only, sample }: DrillOptions): DrillCase[] {
  const named = name === undefined ? [...all] : all.filter((one) => one.name === name);
  const matching = only === undefined ? named : selectCases(named, only);
  return sample === undefined ? matching : sampleCases(matching, sample);
}

async function drill(wanted: readonly DrillCase[], options: DrillOptions): Promise<{ results: CaseResult[]; whole: WholeAudit | null }> {
  const { asked, signal } = stopRequest();
  const folder = options.state ?? mkdtempSync(join(tmpdir(), 'elias-drill-'));
  const state = StateDirectory.open(join(folder, 'state'));
  const claim = await claimState(state, say);
  if (existsSync(join(state.path, 'kafka'))) {
    claim.release();
    throw new LocalStackError(`${folder} holds an earlier drill, whose windows would be taken for nobody's: name another folder.`);
  }
  const results: CaseResult[] = [];
  let whole: WholeAudit | null = null;
  try {
    say(`${wanted.length} cases. Starting Kafka, S3Mock, Postgres and all services; logs: ${join(state.path, 'logs')}`);
    const stack = await DrillStack.start({ root: cloneRoot(), state, watcher: claim.watcher }, signal);
    try {
      await waitUntilQuiet(stack, QUIET_WITHIN_MS);
      for (const [i, drillCase] of wanted.entries()) {
        if (signal.aborted) break;
        await needTransformer(stack, drillCase);
        const run = drillCase.fault.kind === 'story' ? runStory : runCase;
        const result = await run(stack, drillCase, windowsOf(i));
        results.push(result);
        resultLines(result, { number: i + 1, of: wanted.length }).forEach(say);
        if (result.verdict !== 'passed') await mend(stack);
      }
      whole = await auditEverything(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    claim.release();
  }
  if (signal.aborted) say(`Stopped after ${await asked}.`);
  const isClean = results.every(({ verdict }) => verdict === 'passed') && whole?.complaints.length === 0;
  if (options.state === undefined && isClean) rmSync(folder, { recursive: true, force: true });
  return { results, whole };
}

/** Each case has days of its own, so that nothing is to be cleared in between. */
function windowsOf(number: number): WatchedWindow[] {
  const productId = PRODUCTS[number % PRODUCTS.length]!;
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  const first = today - DAY_MS * (3 + DAYS_PER_CASE * (1 + Math.floor(number / PRODUCTS.length)));
  return Array.from({ length: DAYS_PER_CASE }, (_, i) => dayOf(productId, new Date(first + i * DAY_MS).toISOString().slice(0, 10)));
}

/** It computes from what is loaded, and runs for its own cases alone. */
async function needTransformer(stack: DrillStack, { fault }: DrillCase): Promise<void> {
  const isNeeded = fault.kind === 'step' && fault.point.service === 'transformer';
  const isUp = stack.services.has('transformer');
  if (isNeeded && !isUp) await stack.startService('transformer', 'transformer');
  if (!isNeeded && isUp) await stack.stopService('transformer');
  if (isNeeded !== isUp) await waitUntilQuiet(stack, QUIET_WITHIN_MS);
}

/** What a failed case left is not to fail the next one. */
async function mend(stack: DrillStack): Promise<void> {
  await waitUntilQuiet(stack, QUIET_WITHIN_MS).catch((error: unknown) => say(`  ${String(error)}`));
}

function reportOf(results: readonly CaseResult[], whole: WholeAudit | null): object {
  const passed = results.filter(({ verdict }) => verdict === 'passed').length;
  const cases = results.map(({ drillCase: { name, seed }, verdict, hits, complaints, notes, elapsedMs }) => {
    return { name, seed, verdict, hits, complaints, notes, elapsed_ms: Math.round(elapsedMs) };
  });
  // looking at all of it together is one more case
  const wholeFailed = whole === null || whole.complaints.length > 0 ? 1 : 0;
  return { passed: passed + 1 - wholeFailed, failed: results.length - passed + wholeFailed, whole, cases };
}

await runMain(async () => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof DrillOptionError || error instanceof LocalStackError)) throw error;
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 2;
  }
  // a client whose broker was killed may go on trying to reach it
  process.stdout.write('', () => process.exit());
});
