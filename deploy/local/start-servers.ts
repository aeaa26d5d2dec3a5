import { pickPort } from './servers/free-port.js';
import { kafkaPlan } from './servers/kafka-server.js';
import { choosePostgresHome } from './servers/postgres-account.js';
import { ensureDatabases } from './servers/postgres-databases.js';
import { adminUrl, databaseUrl, postgresPlan } from './servers/postgres-server.js';
import { s3MockPlan } from './servers/s3mock-server.js';
import { SupervisedProcess } from './processes/supervised-process.js';
import type { ProcessPlan, ProcessWatcher } from './processes/supervised-process.js';
import type { StackAddresses } from './state/stack-file.js';
import type { StateDirectory, StateSettings } from './state/state-directory.js';

/** Ports that people expect; the next free one is taken where they are busy. */
export const PREFERRED_PORTS = {
  kafka: 9092,
  kafka_controller: 9093,
  s3: 9090,
  postgres: 5432,
  redshift_data: 8439,
  exchange: 8700,
  orchestrator: 8080,
} as const;
export type PortName = keyof typeof PREFERRED_PORTS;

export const BUCKET = 'elias';
export const REGION = 'us-east-1';

export interface ServersOptions {
  root: string;
  state: StateDirectory;
  watcher: ProcessWatcher;
  /** added to each preferred port, so that tests keep out of a user's way */
  portOffset: number;
  signal: AbortSignal;
}

export interface RunningServers {
  addresses: Required<Pick<StackAddresses, 'kafka' | 's3' | 'postgres'>>;
  stop(): Promise<void>;
}

/** Ports of this start: the state's last ones where free, else preferred, else the next; remembered in the state. */
export async function choosePorts(
  settings: StateSettings,
  names: readonly PortName[],
  portOffset: number,
): Promise<Record<string, number>> {
  const taken = new Set<number>();
  const ports: Record<string, number> = { ...settings.ports };
  for (const name of names) {
    const port = await pickPort(settings.ports[name] ?? PREFERRED_PORTS[name] + portOffset, taken);
    taken.add(port);
    ports[name] = port;
  }
  return ports;
}

/** Kafka, S3Mock and Postgres, side by side; all or none. */
export async function startServers({ root, state, watcher, portOffset, signal }: ServersOptions): Promise<RunningServers> {
  const remembered = state.settings();
  const ports = await choosePorts(remembered, Object.keys(PREFERRED_PORTS) as PortName[], portOffset);
  const home = remembered.postgres_home ?? (await choosePostgresHome(root, state.path));
  const { passwords } = remembered;
  state.saveSettings({ passwords, ports, postgres_home: home });

  const port = (name: PortName): number => ports[name] ?? 0;
  const postgres = { root, home, logFile: state.logFile('postgres'), port: port('postgres'), password: passwords.postgres };
  const plans: ProcessPlan[] = [
    postgresPlan(postgres),
    kafkaPlan({
      root,
      directory: state.folder('kafka'),
      logFile: state.logFile('kafka'),
      port: port('kafka'),
      controllerPort: port('kafka_controller'),
    }),
    s3MockPlan({ root, directory: state.folder('s3'), logFile: state.logFile('s3mock'), port: port('s3'), bucket: BUCKET }),
  ];
  const servers = plans.map((plan) => new SupervisedProcess(plan, watcher));
  const stop = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.stop())));

  const started = await Promise.allSettled(servers.map((server) => server.start(signal)));
  const failed = started.find((result) => result.status === 'rejected');
  try {
    if (failed !== undefined) throw failed.reason;
    await ensureDatabases(adminUrl(postgres), [
      { name: 'elias', password: passwords.elias, order: 'english' },
      { name: 'redshift', password: passwords.redshift, order: 'bytes' },
    ]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop, addresses: serverAddresses(ports, passwords) };
}

function serverAddresses(ports: Record<string, number>, passwords: StateSettings['passwords']): RunningServers['addresses'] {
  const { kafka = 0, s3 = 0, postgres = 0 } = ports;
  return {
    kafka: { brokers: [`127.0.0.1:${kafka}`] },
    // S3Mock takes any credentials; clients insist on some.
    s3: { endpoint: `http://127.0.0.1:${s3}`, region: REGION, bucket: BUCKET, access_key_id: 'elias', secret_access_key: 'elias-local' },
    postgres: {
      url: databaseUrl('elias', passwords.elias, postgres, 'elias'),
      admin_url: adminUrl({ password: passwords.postgres, port: postgres }),
      redshift_url: databaseUrl('redshift', passwords.redshift, postgres, 'redshift'),
    },
  };
}
