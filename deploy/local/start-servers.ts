import type { ProcessStack } from './processes/process-stack.js';
import { pickPort } from './servers/free-port.js';
import { kafkaPlan } from './servers/kafka-server.js';
import { choosePostgresHome } from './servers/postgres-account.js';
import { ensureDatabases } from './servers/postgres-databases.js';
import { adminUrl, databaseUrl, postgresPlan } from './servers/postgres-server.js';
import { s3MockPlan } from './servers/s3mock-server.js';
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
  /** takes the servers; whoever owns it stops them */
  processes: ProcessStack;
  /** added to each preferred port, so that tests keep out of a user's way */
  portOffset: number;
  signal: AbortSignal;
}

export interface RunningServers {
  ports: Record<PortName, number>;
  addresses: Required<Pick<StackAddresses, 'kafka' | 's3' | 'postgres'>>;
}

/** Ports of this start: the state's last ones where free, else the preferred, else the next; remembered in the state. */
export async function choosePorts(remembered: Partial<Record<string, number>>, portOffset: number): Promise<Record<PortName, number>> {
  const taken = new Set<number>();
  const ports = { ...PREFERRED_PORTS } as Record<PortName, number>;
  for (const name of Object.keys(PREFERRED_PORTS) as PortName[]) {
    ports[name] = await pickPort(remembered[name] ?? PREFERRED_PORTS[name] + portOffset, taken);
    taken.add(ports[name]);
  }
  return ports;
}

/** Kafka, S3Mock and Postgres, side by side, with bucket and databases. */
export async function startServers({ root, state, processes, portOffset, signal }: ServersOptions): Promise<RunningServers> {
  const remembered = state.settings();
  const { passwords } = remembered;
  const ports = await choosePorts(remembered.ports, portOffset);
  const home = remembered.postgres_home ?? (await choosePostgresHome(root, state.path));
  state.saveSettings({ ...remembered, ports, postgres_home: home });

  const postgres = { root, home, logFile: state.logFile('postgres'), port: ports.postgres, password: passwords.postgres };
  const kafka = {
    directory: state.folder('kafka'),
    logFile: state.logFile('kafka'),
    port: ports.kafka,
    controllerPort: ports.kafka_controller,
  };
  const s3 = { directory: state.folder('s3'), logFile: state.logFile('s3mock'), port: ports.s3, bucket: BUCKET };
  await processes.start([postgresPlan(postgres), kafkaPlan({ root, ...kafka }), s3MockPlan({ root, ...s3 })], signal);
  await ensureDatabases(adminUrl(postgres), [
    { name: 'elias', password: passwords.elias, order: 'english' },
    { name: 'redshift', password: passwords.redshift, order: 'bytes' },
  ]);
  return { ports, addresses: serverAddresses(ports, passwords) };
}

function serverAddresses(ports: Record<PortName, number>, passwords: StateSettings['passwords']): RunningServers['addresses'] {
  return {
    kafka: { brokers: [`127.0.0.1:${ports.kafka}`] },
    // S3Mock takes any credentials; clients insist on some.
    s3: {
      endpoint: `http://127.0.0.1:${ports.s3}`,
      region: REGION,
      bucket: BUCKET,
      access_key_id: 'elias',
      secret_access_key: 'elias-local',
    },
    postgres: {
      url: databaseUrl('elias', passwords.elias, ports.postgres, 'elias'),
      admin_url: adminUrl({ password: passwords.postgres, port: ports.postgres }),
      redshift_url: databaseUrl('redshift', passwords.redshift, ports.postgres, 'redshift'),
    },
  };
}
