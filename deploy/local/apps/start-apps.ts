import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalStackError } from '../local-stack-error.js';
import type { ProcessStack } from '../processes/process-stack.js';
import type { ProcessPlan } from '../processes/supervised-process.js';
import { APP_PORTS, REGION, SERVICE_PORTS } from '../start-servers.js';
import { startOnPorts } from '../servers/start-on-ports.js';
import { COINBASE_URL } from '../start/choose-exchange.js';
import type { ExchangeKind } from '../start/choose-exchange.js';
import type { StackAddresses, StackFile } from '../state/stack-file.js';
import type { StateDirectory } from '../state/state-directory.js';
import { cleanEnvironment, stackEnvironment } from './app-environment.js';
import { appEntry, appPlan } from './app-plan.js';

/** Redshift loads are free of charge here, so nobody waits for them as long as in the cloud. */
const WAREHOUSE_LOAD_INTERVAL_MS = 1_000;

export interface AppsOptions {
  root: string;
  state: StateDirectory;
  processes: ProcessStack;
  stack: StackFile;
  exchange: ExchangeKind;
  recordings: string | null;
  /** products whose days are collected by themselves; null for none */
  schedule: readonly string[] | null;
  /** whether others will consume what is collected */
  gateway: boolean;
  signal: AbortSignal;
}

/** What stands in for the outside world: Redshift's Data API, and the exchange where the real one is not asked. */
export async function startStandIns({ root, state, processes, stack, exchange, recordings, signal }: AppsOptions): Promise<void> {
  const env = { ...cleanEnvironment(process.env), ...stackEnvironment(stack.content) };
  const emulator = { ...env, EMULATOR_POSTGRES_URL: stack.content.postgres?.redshift_url };
  const simulator = { ...env, ...(recordings === null ? {} : { SIMULATOR_RECORDINGS_DIR: recordings }) };
  const { redshift_data, exchange: exchangePort } = APP_PORTS;
  const ports = await startOnPorts(
    state,
    { redshift_data, exchange: exchangePort },
    (chosen) => {
      const plans = [appPlan('redshift-emulator', { root, state, env: emulator, port: chosen.redshift_data })];
      if (exchange === 'simulator') plans.push(appPlan('exchange-simulator', { root, state, env: simulator, port: chosen.exchange }));
      return processes.start(plans, signal);
    },
    signal,
  );
  stack.addresses({
    redshift_data: { endpoint: `http://127.0.0.1:${ports.redshift_data}`, region: REGION, workgroup: 'elias', database: 'dev' },
    exchange: { kind: exchange, url: exchange === 'simulator' ? `http://127.0.0.1:${ports.exchange}` : COINBASE_URL },
  });
}

/** The tables first, then every service of the pipeline. */
export async function startPipeline({ root, state, processes, stack, schedule, gateway, signal }: AppsOptions): Promise<void> {
  const env = appEnvironment(stack.content);
  await runCli(root, ['migrate'], env, signal);
  const daily =
    schedule === null ? { ORCHESTRATOR_SCHEDULE: 'off' } : { ORCHESTRATOR_SCHEDULE: 'on', ORCHESTRATOR_PRODUCTS: schedule.join() };
  const ports = await startOnPorts(
    state,
    { orchestrator: APP_PORTS.orchestrator, gateway: APP_PORTS.gateway, ...SERVICE_PORTS },
    (chosen) => {
      const app = (name: keyof typeof chosen, settings: NodeJS.ProcessEnv = {}): ProcessPlan =>
        appPlan(name, { root, state, env: { ...env, ...settings }, port: chosen[name] });
      return processes.start(
        [
          app('collector'),
          app('archiver'),
          app('warehouse-loader', {
            WAREHOUSE_LOAD_INTERVAL_MS: String(WAREHOUSE_LOAD_INTERVAL_MS),
            WAREHOUSE_WATCH_POSTGRES_URL: env['POSTGRES_URL'],
          }),
          app('rds-loader', { RDS_LOADER_SOURCE: 'topic' }),
          app('transformer'),
          ...(gateway ? [app('gateway')] : []),
          app('orchestrator', { ...daily, ORCHESTRATOR_SERVICE_URLS: serviceUrls(chosen, gateway) }),
        ],
        signal,
      );
    },
    signal,
  );
  const url = (name: 'collector' | 'orchestrator' | 'gateway'): string => `http://127.0.0.1:${ports[name]}`;
  stack.addresses({
    collector: { url: url('collector') },
    orchestrator: { url: url('orchestrator') },
    ...(gateway ? { gateway: { url: url('gateway') } } : {}),
  });
}

/** Where the orchestrator asks the others how they are. */
function serviceUrls(ports: Record<keyof typeof SERVICE_PORTS | 'gateway', number>, gateway: boolean): string {
  const names = Object.keys(SERVICE_PORTS) as (keyof typeof SERVICE_PORTS)[];
  return [...names, ...(gateway ? (['gateway'] as const) : [])].map((name) => `${name}=http://127.0.0.1:${ports[name]}`).join(',');
}

export const appEnvironment = (addresses: StackAddresses): NodeJS.ProcessEnv => ({
  ...cleanEnvironment(process.env),
  ...stackEnvironment(addresses),
});

/**
 * Runs one command of the command line tool to its end.
 * @returns what it printed, also when it ended with exit code 1 after printing something
 * @throws LocalStackError with what it said
 */
export async function runCli(
  root: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  input = '',
): Promise<string> {
  const options = { env, signal, maxBuffer: 256_000_000 };
  const running = promisify(execFile)(process.execPath, ['--enable-source-maps', appEntry(root, 'cli'), ...args], options);
  running.child.stdin?.on('error', () => undefined).end(input);
  try {
    return (await running).stdout;
  } catch (cause) {
    signal.throwIfAborted();
    const { stdout = '', stderr = '' } = cause as { stdout?: string; stderr?: string };
    if (stdout !== '') return stdout;
    throw new LocalStackError(`elias ${args.join(' ')} failed: ${stderr.trim()}`, { cause });
  }
}
