import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SNAPSHOT_DATASETS } from '@elias/market-data';
import { Postgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { Webhook } from 'standardwebhooks';
import { stackEnvironment } from '../../deploy/local/apps/app-environment.js';
import type { StackDocument } from '../../deploy/local/state/stack-file.js';
import { CLONE } from '../support/launched-stack.js';
import { ServiceProcess, until } from '../support/service-process.js';
import { SimulatorOrders } from '../support/simulator-orders.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const [MINUTE_MS, DAY_MS] = [60_000, 86_400_000];
/** A day takes so long, and moves by so many minutes at a time. */
const [STEP_MS, STEP_MINUTES] = [50, 30];
const MORNING_MS = 60 * MINUTE_MS;
/**
 * The collector takes the exchange's clock for good so long after it heard it, which here are hours. At midnight, when the exchange is some
 * minutes ahead, it is given the time to forget what it heard before; what it hears meanwhile is of the new day.
 */
const CLOCK_FORGOTTEN_MS = 2_200;
/** The exchange's clock is ahead of the orchestrator's, as answers take no time here. */
const AHEAD_MS = 10 * MINUTE_MS;

export interface Notification {
  type: string;
  data: { date: string | null; run_id: string };
}

/**
 * Every service as a process, over real servers of its own, and a simulated exchange; the clock of the orchestrator and that of the exchange
 * are moved by the test.
 */
export class WeekScene {
  readonly notifications: Notification[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'elias-week-'));
  private readonly clockFile = join(this.folder, 'clock');
  private readonly services = new Map<string, ServiceProcess>();
  private servers: ChildProcess | undefined;
  private env: Record<string, string> = {};
  private nowMs: number;
  private exchangeMs: number;
  private database: Postgres | undefined;
  private orders: SimulatorOrders | undefined;
  private readonly receiver: Server;

  constructor(
    startsAt: string,
    readonly products: readonly string[],
    private readonly deadlineMs: number,
  ) {
    this.nowMs = Date.parse(startsAt);
    this.exchangeMs = this.nowMs + AHEAD_MS;
    this.writeClock();
    this.receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        this.notifications.push(new Webhook(SECRET).verify(body, request.headers as Record<string, string>) as Notification);
        response.writeHead(204).end();
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.receiver.listen(0, '127.0.0.1', resolve));
    const stack = await this.startServers();
    this.env = addressesOf(stack);
    const emulator = this.run('redshift-emulator', { EMULATOR_POSTGRES_URL: stack.postgres!.redshift_url });
    const simulator = this.run('exchange-simulator', {
      SIMULATOR_NOW: new Date(this.exchangeMs).toISOString(),
      SIMULATOR_RATE_LIMIT: 'off',
    });
    await Promise.all([emulator.ready(), simulator.ready()]);
    const url = await simulator.url();
    this.orders = new SimulatorOrders(url);
    Object.assign(this.env, { EXCHANGE_URL: url, COLLECTOR_LIVE: 'off', AWS_ENDPOINT_URL_REDSHIFT_DATA: await emulator.url() });
    Object.assign(this.env, {
      REDSHIFT_WORKGROUP: 'elias',
      REDSHIFT_DATABASE: 'dev',
      REDSHIFT_COPY_ROLE_ARN: 'arn:aws:iam::000000000000:role/copy',
    });
    expect(await this.elias(['migrate'])).toMatchObject({ code: 0 });
    this.database = new Postgres({
      url: this.env['POSTGRES_URL']!,
      applicationName: 'test',
      logger: createLogger({ app: 'test', level: 'silent' }),
    });
    for (const name of ['collector', 'archiver', 'warehouse-loader', 'rds-loader', 'transformer', 'orchestrator']) this.startService(name);
    await Promise.all([...this.services.values()].map((service) => service.ready()));
  }

  async close(): Promise<void> {
    await this.database?.close();
    this.receiver.close();
    await Promise.all([...this.services.values()].map((service) => service.end()));
    if (this.servers?.exitCode === null) {
      const ended = new Promise((resolve) => this.servers!.once('close', resolve));
      this.servers.kill('SIGTERM');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  get exchange(): SimulatorOrders {
    return this.orders!;
  }

  sql<T extends object>(text: string, values: unknown[] = []): Promise<T[]> {
    return this.database!.query<T>(text, values);
  }

  /** `kill -9`, and another one in its place, as whoever deploys them does. */
  async killAndRestart(...names: string[]): Promise<void> {
    const killed = names.map((name) => this.services.get(name)!);
    for (const one of killed) one.kill('SIGKILL');
    await Promise.all(killed.map(({ exited }) => exited));
    for (const name of names) this.startService(name);
  }

  /** Lets time pass until an instant; each morning lasts until the exchange was asked for what it tells of that moment alone. */
  async passTo(instant: string): Promise<void> {
    const toMs = Date.parse(instant);
    while (this.nowMs < toMs) {
      const stepMs = Math.min(STEP_MINUTES * MINUTE_MS, toMs - this.nowMs);
      await this.exchange.order('clock', { advance_ms: stepMs });
      this.nowMs += stepMs;
      this.writeClock();
      await sleep(STEP_MS);
      if (this.nowMs % DAY_MS === MORNING_MS) await this.morningAsked();
      if (this.nowMs % DAY_MS === 0) await sleep(CLOCK_FORGOTTEN_MS);
    }
  }

  private async morningAsked(): Promise<void> {
    const key = `daily/${new Date(this.nowMs - DAY_MS).toISOString().slice(0, 10)}/0`;
    await this.until(async () => {
      const [row] = await this.sql<{ asked: number }>(
        `SELECT count(*)::int AS asked FROM pipeline.tasks JOIN pipeline.runs USING (run_id)
         WHERE idempotency_key = $1 AND window_id LIKE '%/_all/%' AND cardinality(request_ids) > 0 AND NOT awaiting_answer`,
        [key],
      );
      return row!.asked === SNAPSHOT_DATASETS.length;
    }, `the exchange is not asked for its products in ${key}`);
  }

  async until(holds: () => boolean | Promise<boolean>, otherwise: string, withinMs = 60_000): Promise<void> {
    const told = (): string => [...this.services].map(([name, { output }]) => `${name}: ${output.slice(-1_500)}`).join('\n---\n');
    await until(holds, withinMs, () => `${otherwise}\n${told()}`);
  }

  /** Waits for the end of a run of the schedule. */
  async ended(key: string): Promise<void> {
    const sql = 'SELECT FROM pipeline.runs WHERE idempotency_key = $1 AND ended_at IS NOT NULL';
    await this.until(async () => (await this.sql(sql, [key])).length > 0, `run ${key} does not end`);
  }

  /** Removes a range of minutes `[from, to)` of every product at the exchange, before it happens. */
  async halt(from: string, minutes: number): Promise<void> {
    for (let minute = 0; minute < minutes; minute += 1) {
      const time = Date.parse(from) / 1_000 + minute * 60;
      for (const product_id of this.products) await this.exchange.order('edits', { product_id, granularity: 60, time, row: null });
    }
  }

  /** A command of the built command line tool. */
  elias(args: readonly string[], input = ''): Promise<{ code: number | null; out: string }> {
    const child = spawn(process.execPath, [join(CLONE, 'bin/elias.mjs'), ...args], {
      env: { PATH: process.env['PATH'] ?? '', ...this.env },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stdin.end(input);
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
  }

  private async startServers(): Promise<StackDocument> {
    const file = join(this.folder, 'servers.json');
    const state = join(this.folder, 'state');
    this.servers = spawn(process.execPath, [join(CLONE, 'dist/deploy/local/infra.js'), '--state', state, '--stack', file], {
      stdio: 'ignore',
    });
    await until(
      () => existsSync(file),
      120_000,
      () => 'the servers do not start',
    );
    return JSON.parse(readFileSync(file, 'utf8')) as StackDocument;
  }

  private startService(name: string): void {
    const { port } = this.receiver.address() as AddressInfo;
    const settings: Record<string, Record<string, string>> = {
      'warehouse-loader': { WAREHOUSE_LOAD_INTERVAL_MS: '300' },
      'rds-loader': { RDS_LOADER_SOURCE: 'topic' },
      transformer: { TRANSFORMER_SETTLE_MS: '300' },
      orchestrator: {
        ...{ ORCHESTRATOR_SCHEDULE: 'on', ORCHESTRATOR_PRODUCTS: this.products.join(), TEST_CLOCK_FILE: this.clockFile },
        ...{ ORCHESTRATOR_RUN_DEADLINE_MS: String(this.deadlineMs) },
        ...{ ORCHESTRATOR_WEBHOOK_URL: `http://127.0.0.1:${port}/`, ORCHESTRATOR_WEBHOOK_SECRET: SECRET },
      },
    };
    this.run(name, settings[name] ?? {}, name === 'orchestrator' ? './sped-up-orchestrator.mjs' : undefined);
  }

  private run(name: string, settings: Record<string, string>, main?: string): ServiceProcess {
    const service = new ServiceProcess(name, { ...this.env, ...settings }, main);
    this.services.set(name, service);
    return service;
  }

  /** Whole or not at all: the orchestrator reads it at any time. */
  private writeClock(): void {
    writeFileSync(`${this.clockFile}.new`, new Date(this.nowMs).toISOString());
    renameSync(`${this.clockFile}.new`, this.clockFile);
  }
}

function addressesOf(stack: StackDocument): Record<string, string> {
  return Object.fromEntries(Object.entries(stackEnvironment(stack)).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
