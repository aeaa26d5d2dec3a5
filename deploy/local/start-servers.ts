import type { ProcessStack } from './processes/process-stack.js';
import { kafkaPlan } from './servers/kafka-server.js';
import { choosePostgresHome } from './servers/postgres-account.js';
import { ensureDatabases } from './servers/postgres-databases.js';
import { adminUrl, databaseUrl, postgresPlan } from './servers/postgres-server.js';
import { s3MockPlan } from './servers/s3mock-server.js';
import { startOnPorts } from './servers/start-on-ports.js';
import type { StackAddresses } from './state/stack-file.js';
import type { StateDirectory, StateSettings } from './state/state-directory.js';

/** Ports that people expect; the next free one is taken where they are busy. */
export const SERVER_PORTS = { kafka: 9092, kafka_controller: 9093, s3: 9090, postgres: 5432 } as const;
export const APP_PORTS = { redshift_data: 8439, exchange: 8700, orchestrator: 8080, gateway: 8090 } as const;
/** Ports that the other services are looked for at from; which ones they get is nobody's concern. */
export const SERVICE_PORTS = { collector: 8181, archiver: 8182, 'warehouse-loader': 8183, 'rds-loader': 8184, transformer: 8185 } as const;
type ServerPort = keyof typeof SERVER_PORTS;

export const BUCKET = 'elias';
export const REGION = 'us-east-1';

export interface ServersOptions {
  root: string;
  state: StateDirectory;
  /** takes the servers; whoever owns it stops them */
  processes: Pick<ProcessStack, 'start'>;
  /** added to each preferred port, so that tests keep out of a user's way */
  portOffset: number;
  signal: AbortSignal;
}

export type ServerAddresses = Required<Pick<StackAddresses, 'kafka' | 's3' | 'postgres'>>;

/** Kafka, S3Mock and Postgres, side by side, with bucket and databases. */
export async function startServers({ root, state, processes, portOffset, signal }: ServersOptions): Promise<ServerAddresses> {
  const { passwords, postgres_home } = state.settings();
  const home = postgres_home ?? (await choosePostgresHome(root, state.path));
  state.saveSettings({ ...state.settings(), postgres_home: home });
  const preferred = { ...SERVER_PORTS } as Record<ServerPort, number>;
  for (const name of Object.keys(preferred) as ServerPort[]) preferred[name] += portOffset;

  const ports = await startOnPorts(
    state,
    preferred,
    (chosen) => {
      const postgres = { home, logFile: state.logFile('postgres'), port: chosen.postgres, password: passwords.postgres };
      const kafka = {
        directory: state.folder('kafka'),
        logFile: state.logFile('kafka'),
        port: chosen.kafka,
        controllerPort: chosen.kafka_controller,
      };
      const s3 = { directory: state.folder('s3'), logFile: state.logFile('s3mock'), port: chosen.s3, bucket: BUCKET };
      return processes.start([postgresPlan({ root, ...postgres }), kafkaPlan({ root, ...kafka }), s3MockPlan({ root, ...s3 })], signal);
    },
    signal,
  );
  await ensureDatabases(adminUrl({ password: passwords.postgres, port: ports.postgres }), [
    { name: 'elias', password: passwords.elias, order: 'english' },
    { name: 'redshift', password: passwords.redshift, order: 'bytes' },
  ]);
  return serverAddresses(ports, passwords);
}

function serverAddresses(ports: Record<ServerPort, number>, passwords: StateSettings['passwords']): ServerAddresses {
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
