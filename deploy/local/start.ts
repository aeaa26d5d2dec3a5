import { randomUUID } from 'node:crypto';
import { describeError } from '@elias/errors';
import { runMain } from '@elias/telemetry';
import { appEnvironment, startPipeline, startStandIns } from './apps/start-apps.js';
import { claimState } from './claim-state.js';
import type { ClaimedState } from './claim-state.js';
import { cloneRoot } from './clone-paths.js';
import { LocalStackError } from './local-stack-error.js';
import { ProcessStack } from './processes/process-stack.js';
import { startServers } from './start-servers.js';
import { checkLines, checksOf } from './start/check-lines.js';
import { chooseExchange, coinbaseAnswers } from './start/choose-exchange.js';
import type { ExchangeKind } from './start/choose-exchange.js';
import { collect } from './start/collect.js';
import type { Source } from './start/compared-window.js';
import { dayRange, exchangeTimeMs, historyRange, lastRecordedDay, lastWholeDay, simulatorSources } from './start/exchange-clock.js';
import { discountLines, discountsOf } from './start/discount-lines.js';
import { compareByCli, reportOf, writeReport } from './start/report.js';
import { resultLines, verdict } from './start/result-table.js';
import { RunsApi } from './start/runs-api.js';
import type { RunOrder } from './start/runs-api.js';
import { parseStartOptions } from './start/start-options.js';
import type { StartOptions } from './start/start-options.js';
import { Terminal } from './start/terminal.js';
import { StateDirectory } from './state/state-directory.js';
import { stopRequest } from './stop-request.js';

const DAILY = 86_400;
const MINUTES = 60;
/** The day's discount tables follow its last load by seconds. */
const DISCOUNTS_WITHIN_MS = 60_000;

/** `npm start`: the whole stack, one collection, the comparison; then it stays up, or ends. */
async function main(): Promise<void> {
  const root = cloneRoot();
  const options = parseStartOptions(process.argv.slice(2), root, (text) => process.stdout.write(text));
  if (options === null) return;
  const { asked, signal } = stopRequest();
  const terminal = new Terminal(process.stdout);
  const state = StateDirectory.open(options.state);
  const claim = await claimState(state, (sentence) => terminal.say(sentence));
  const processes = new ProcessStack(claim.watcher);
  try {
    const equal = await startAndCollect({ root, options, state, claim, processes, terminal, signal });
    if (options.once) process.exitCode = equal ? 0 : 1;
    else {
      terminal.say(`\nDashboard: ${claim.stack.content.orchestrator?.url ?? ''}/`);
      terminal.say(`Gateway:   ${claim.stack.content.gateway?.url ?? ''} (WebSocket /ws, events /stream)`);
      terminal.say(`Elias is up (addresses: ${state.stackFile}). Ctrl-C stops it.`);
      terminal.say(`Stopping after ${await asked}.`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    terminal.say(`\nStopping after ${await asked}.`);
    process.exitCode = 130;
  } finally {
    claim.stack.state('stopping');
    await processes.stop();
    claim.release();
    terminal.say('Stopped.');
  }
}

interface Session {
  root: string;
  options: StartOptions;
  state: StateDirectory;
  claim: ClaimedState;
  processes: ProcessStack;
  terminal: Terminal;
  signal: AbortSignal;
}

/** @returns whether every window is equal in all three places */
async function startAndCollect(session: Session): Promise<boolean> {
  const { root, options, state, claim, processes, terminal, signal } = session;
  const { stack } = claim;
  const exchange = await decideExchange(session);
  terminal.say('Starting Kafka, S3Mock and Postgres.');
  stack.addresses(await startServers({ root, state, processes, portOffset: 0, signal }));
  // The simulator's data and clock are its own, so that days do not end there when they end here.
  const schedule = exchange === 'coinbase' && !options.once ? options.products : null;
  const apps = { root, state, processes, stack, exchange, recordings: options.recordings, schedule, gateway: !options.once, signal };
  terminal.say('Starting the services.');
  await startStandIns(apps);
  const url = stack.content.exchange?.url ?? '';
  const nowMs = await exchangeTimeMs(url, signal);
  const recordedDay = options.recordings === null ? null : await lastRecordedDay(url, signal);
  const date = options.date ?? recordedDay ?? lastWholeDay(nowMs);
  const day = dayRange(date, nowMs);
  await startPipeline(apps);
  stack.state('up');

  const { products, granularity, historyDays } = options;
  const history = historyDays === 0 ? '' : `daily candles of ${historyDays} days and `;
  terminal.say(`Collecting ${history}${granularity} s candles of ${date} for ${products.length} products.`);
  // stats and discounts rest on minutes and on daily candles
  const isDaily = historyDays > 0 && granularity === MINUTES && day.toMs <= nowMs;
  const order = { products, idempotencyKey: '' };
  const orders: RunOrder[] = [
    ...(historyDays === 0 ? [] : [{ ...order, granularity: DAILY, range: historyRange(day, historyDays), idempotencyKey: randomUUID() }]),
    { ...order, idempotencyKey: randomUUID(), ...(isDaily ? { date } : { granularity, range: day }) },
  ];
  const api = new RunsApi(stack.content.orchestrator?.url ?? '', signal);
  const windows = await collect(api, orders, terminal, signal);
  terminal.say('Comparing the archive, Redshift and Postgres, value by value.');
  const compare = compareByCli(root, appEnvironment(stack.content), signal);
  const about = { date, exchange, products, sourceOf: await sourceOf(exchange, url, signal) };
  const report = reportOf(await compare([...windows.keys()].filter(isOfCandles)), windows, about);
  for (const line of [...resultLines(report.windows), '', verdict(report.windows)]) terminal.say(line);
  if (isDaily) {
    const tables = await discountsOf((path) => api.get(path), date, DISCOUNTS_WITHIN_MS, signal);
    for (const line of tables === null ? ['', 'The discount tables of the day are not there yet.'] : discountLines(tables))
      terminal.say(line);
    for (const line of checkLines(await checksOf((path) => api.get(path), date))) terminal.say(line);
  }
  if (options.json !== null) writeReport(options.json, report);
  return report.equal;
}

/** What the exchange tells of its products besides is no window of a product. */
const isOfCandles = (id: string): boolean => id.startsWith('candles/');

/** Decides, says so, and notes it in the state. */
async function decideExchange({ options, state, terminal }: Session): Promise<ExchangeKind> {
  const settings = state.settings();
  const { kind, sentence } = await chooseExchange(options.exchange, settings.exchange, () => coinbaseAnswers());
  terminal.say(sentence);
  state.saveSettings({ ...settings, exchange: kind });
  return kind;
}

async function sourceOf(exchange: ExchangeKind, url: string, signal: AbortSignal): Promise<(productId: string) => Source> {
  if (exchange === 'coinbase') return () => 'coinbase';
  const sources = await simulatorSources(url, signal);
  return (productId) => (sources[productId] === 'recording' ? 'recording' : 'made');
}

await runMain(async () => {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof LocalStackError)) throw error;
    throw new LocalStackError(describeError(error));
  }
});
