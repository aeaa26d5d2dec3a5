import { join } from 'node:path';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { KafkaClient } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import { cleanEnvironment, stackEnvironment } from '../../deploy/local/apps/app-environment.js';
import { appPlan } from '../../deploy/local/apps/app-plan.js';
import { runCli } from '../../deploy/local/apps/start-apps.js';
import type { ProcessWatcher } from '../../deploy/local/processes/supervised-process.js';
import { pickPort } from '../../deploy/local/servers/free-port.js';
import { REGION, startServers } from '../../deploy/local/start-servers.js';
import type { ServerAddresses } from '../../deploy/local/start-servers.js';
import type { StackAddresses } from '../../deploy/local/state/stack-file.js';
import type { StateDirectory } from '../../deploy/local/state/state-directory.js';
import { SimulatorOrders } from '../support/simulator-orders.js';
import { TcpGate } from '../support/tcp-gate.js';
import { TopicTail } from '../support/topic-tail.js';
import { DrillProcess } from './drill-process.js';
import { DrillServers } from './drill-servers.js';
import { drillServicePlan, portOf } from './drill-service.js';
import { PostgresFaults } from './postgres-faults.js';
import { S3Gate } from './s3-gate.js';
import { StepOrders } from './step-orders.js';

/** Ports beside those of a user's stack and of the tests. */
const PORT_OFFSET = 20_000;
export const PRODUCTS = ['DRA-USD', 'DRB-USD', 'DRC-USD', 'DRD-USD', 'DRE-USD', 'DRF-USD'] as const;
/** Services of the road, always up. */
export const SERVICES = ['orchestrator', 'collector', 'archiver', 'warehouse-loader', 'rds-loader'] as const;

/** Groups and what they read; each has to be through when it is quiet. */
export const GROUPS: readonly { group: string; app: string; topics: string[] }[] = [
  { group: 'elias-collector', app: 'collector', topics: [TOPICS.collectionRequests.name] },
  {
    group: 'elias-archiver',
    app: 'archiver',
    topics: [TOPICS.windowsCandles.name, TOPICS.windowsStats.name, TOPICS.windowsTrades.name],
  },
  { group: 'elias-warehouse-loader', app: 'warehouse-loader', topics: [TOPICS.archiveObjects.name] },
  {
    group: 'elias-rds-loader',
    app: 'rds-loader',
    topics: [TOPICS.windowsCandles.name, TOPICS.windowsStats.name, TOPICS.windowsTrades.name, TOPICS.archiveObjects.name],
  },
  {
    group: 'elias-orchestrator',
    app: 'orchestrator',
    topics: [TOPICS.collectionResults.name, TOPICS.archiveObjects.name, TOPICS.loads.name],
  },
  { group: 'elias-transformer', app: 'transformer', topics: [TOPICS.archiveObjects.name, TOPICS.loads.name] },
];

/** All of Elias on servers of its own, with a gate before each store of each service. */
export class DrillStack {
  readonly services = new Map<string, DrillProcess>();
  readonly kafka: KafkaClient;
  readonly simulator: SimulatorOrders;
  readonly postgresFaults: PostgresFaults;
  tail!: TopicTail;

  private constructor(
    private readonly place: { root: string; state: StateDirectory; watcher: ProcessWatcher },
    readonly servers: DrillServers,
    readonly addresses: Required<Pick<StackAddresses, 'kafka' | 's3' | 'postgres' | 'redshift_data' | 'exchange'>>,
    readonly orders: StepOrders,
    readonly s3Gates: ReadonlyMap<string, S3Gate>,
    readonly postgresGates: ReadonlyMap<string, TcpGate>,
  ) {
    const logger = createLogger({ app: 'drill', level: 'silent' });
    this.kafka = new KafkaClient({ brokers: addresses.kafka.brokers, clientId: 'drill', logger });
    this.simulator = new SimulatorOrders(addresses.exchange.url);
    this.postgresFaults = new PostgresFaults(addresses.postgres.url);
  }

  static async start(place: { root: string; state: StateDirectory; watcher: ProcessWatcher }, signal: AbortSignal): Promise<DrillStack> {
    const { root, state, watcher } = place;
    const servers = new DrillServers(watcher);
    try {
      const addresses = await startServers({ root, state, processes: servers, portOffset: PORT_OFFSET, signal });
      const standIns = await startStandIns(place, servers, addresses, signal);
      const all = { ...addresses, ...standIns };
      await runCli(root, ['migrate'], { ...cleanEnvironment(process.env), ...stackEnvironment(all) }, signal);
      const s3 = new Map<string, S3Gate>();
      for (const app of ['archiver', 'warehouse-loader']) s3.set(app, await S3Gate.before(addresses.s3.endpoint));
      const { hostname, port } = new URL(addresses.postgres.url);
      const postgres = new Map<string, TcpGate>();
      for (const app of ['orchestrator', 'rds-loader', 'transformer']) postgres.set(app, await TcpGate.before(hostname, Number(port)));
      const stack = new DrillStack(place, servers, all, new StepOrders(join(state.path, 'orders')), s3, postgres);
      await stack.postgresFaults.prepare();
      await Promise.all(SERVICES.map((app) => stack.startService(app, app, signal)));
      stack.tail = await TopicTail.of(addresses.kafka.brokers, [TOPICS.windowsCandles.name, TOPICS.windowsTrades.name]);
      return stack;
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  /** An instance of a service, ready. @param name of the instance */
  async startService(app: string, name: string, signal?: AbortSignal, settings: NodeJS.ProcessEnv = {}): Promise<DrillProcess> {
    const { root, state, watcher } = this.place;
    const env = { ...this.environment(app), ...settings };
    const plan = drillServicePlan({ root, state, app, name, env, ordersFolder: join(state.path, 'orders') });
    const service = new DrillProcess(plan, watcher, { comesBack: true });
    this.services.set(name, service);
    await service.start(signal);
    return service;
  }

  async stopService(name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<string> {
    const service = this.services.get(name);
    this.services.delete(name);
    return (await service?.stop(signal)) ?? 'never ran';
  }

  /** Where an instance listens; throws while it does not. */
  url(name: string): string {
    const port = portOf(this.place.state, name);
    if (port === null) throw new Error(`${name} does not listen`);
    return `http://127.0.0.1:${port}`;
  }

  logFile(name: string): string {
    return this.place.state.logFile(name);
  }

  /** Dead letters there are, by group. */
  async deadLetters(): Promise<Map<string, bigint>> {
    const counts = new Map<string, bigint>();
    for (const { group } of this.groups()) {
      const ends = await this.kafka.endOffsets(deadLetterTopic(group).name);
      counts.set(
        group,
        ends.reduce((sum, { high }) => sum + BigInt(high), 0n),
      );
    }
    return counts;
  }

  /** Groups whose service is up. */
  groups(): typeof GROUPS {
    return GROUPS.filter(({ app }) => this.services.has(app));
  }

  async stop(): Promise<void> {
    await this.tail?.close().catch(() => undefined);
    await Promise.all([...this.services.keys()].map((name) => this.stopService(name)));
    await this.kafka.close();
    for (const gate of this.s3Gates.values()) gate.close();
    for (const gate of this.postgresGates.values()) await gate.close();
    await this.servers.stop();
  }

  private environment(app: string): NodeJS.ProcessEnv {
    const postgresUrl = new URL(this.addresses.postgres.url);
    const gate = this.postgresGates.get(app);
    if (gate !== undefined) postgresUrl.port = String(gate.port);
    const s3 = this.s3Gates.get(app);
    return {
      ...cleanEnvironment(process.env),
      ...stackEnvironment(this.addresses),
      POSTGRES_URL: postgresUrl.href,
      ...(s3 === undefined ? {} : { S3_ENDPOINT: s3.url }),
      KAFKA_SESSION_TIMEOUT_MS: '6000',
      EXCHANGE_REQUESTS_PER_SECOND: '0',
      EXCHANGE_TIMEOUT_MS: '2000',
      COLLECTOR_LIVE: 'off',
      RDS_LOADER_LIVE: 'off',
      RDS_LOADER_SOURCE: 'topic',
      ORCHESTRATOR_SCHEDULE: 'off',
      WAREHOUSE_LOAD_INTERVAL_MS: '200',
      TRANSFORMER_SETTLE_MS: '200',
    };
  }
}

async function startStandIns(
  { root, state }: { root: string; state: StateDirectory },
  servers: DrillServers,
  { s3, postgres }: ServerAddresses,
  signal: AbortSignal,
): Promise<Required<Pick<StackAddresses, 'redshift_data' | 'exchange'>>> {
  const taken = new Set<number>();
  const [redshift, exchange] = [await pickPort(8_439 + PORT_OFFSET, taken), await pickPort(8_700 + PORT_OFFSET, taken)];
  const store = {
    AWS_REGION: s3.region,
    S3_ENDPOINT: s3.endpoint,
    AWS_ACCESS_KEY_ID: s3.access_key_id,
    AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
  };
  const env = { ...cleanEnvironment(process.env), ...store, LOG_LEVEL: 'warn' };
  const simulator = { ...env, SIMULATOR_PRODUCTS: PRODUCTS.join(','), SIMULATOR_RATE_LIMIT: 'off' };
  await servers.start(
    [
      appPlan('redshift-emulator', { root, state, env: { ...env, EMULATOR_POSTGRES_URL: postgres.redshift_url }, port: redshift }),
      appPlan('exchange-simulator', { root, state, env: simulator, port: exchange }),
    ],
    signal,
  );
  return {
    redshift_data: { endpoint: `http://127.0.0.1:${redshift}`, region: REGION, workgroup: 'elias', database: 'dev' },
    exchange: { kind: 'simulator', url: `http://127.0.0.1:${exchange}` },
  };
}
