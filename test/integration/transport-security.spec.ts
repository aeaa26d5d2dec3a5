import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { Server } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadConfig } from '@elias/config';
import { describeError } from '@elias/errors';
import { KafkaClient, kafkaConnection, KafkaForbiddenError, kafkaSettings, KafkaUnavailableError, KafkaUntrustedError } from '@elias/kafka';
import {
  migratePostgres,
  Postgres,
  postgresConnection,
  PostgresForbiddenError,
  postgresSettings,
  PostgresUntrustedError,
} from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import { z } from 'zod';
import { MadeAuthority } from '../support/made-certificates.js';
import { SecuredKafka } from '../support/secured-kafka.js';
import { SecuredPostgres } from '../support/secured-postgres.js';
import { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';

/** Signs of which none may be seen outside of a file. */
const SECRET = { kafka: 'planted-kafka-5d1c', postgres: 'planted-postgres-77ae', s3: 'planted-s3-31f0' };
const logger = createLogger({ app: 'test', level: 'silent' });

let authority: MadeAuthority;
let stranger: MadeAuthority;
let kafka: SecuredKafka;
let postgres: SecuredPostgres;
let store: Server;

beforeAll(async () => {
  [authority, stranger] = [await MadeAuthority.make(), await MadeAuthority.make('somebody else')];
  const certificate = await authority.sign('localhost');
  [kafka, postgres] = await Promise.all([
    SecuredKafka.start(certificate),
    SecuredPostgres.start(certificate, readFileSync(authority.caFile, 'utf8')),
  ]);
  await kafka.addUser('elias', SECRET.kafka);
  await postgres.administrate(`CREATE ROLE elias LOGIN PASSWORD '${SECRET.postgres}'`, 'CREATE DATABASE elias OWNER elias');
  store = await encrypted(testStack().s3.endpoint, readFileSync(certificate.key, 'utf8'), readFileSync(certificate.certificate, 'utf8'));
}, 240_000);
afterAll(async () => {
  store.close();
  await Promise.all([kafka.remove(), postgres.stop()]);
  for (const one of [authority, stranger]) one.remove();
});

const kafkaEnv = (change: Record<string, string> = {}): Record<string, string> => ({
  KAFKA_BROKERS: kafka.address,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_FILE: authority.caFile,
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'elias',
  KAFKA_SASL_PASSWORD: SECRET.kafka,
  ...change,
});
const postgresEnv = (change: Record<string, string> = {}): Record<string, string> => ({
  POSTGRES_URL: postgres.url(`elias:${SECRET.postgres}`),
  POSTGRES_TLS: 'verify-full',
  POSTGRES_CA_FILE: authority.caFile,
  ...change,
});

/** What comes of asking the cluster for its topics. */
async function askKafka(env: Record<string, string>): Promise<unknown> {
  const connection = kafkaConnection(loadConfig(z.object(kafkaSettings), env));
  const client = new KafkaClient({ ...connection, clientId: 'test-security', logger });
  try {
    return await client.ask('list of topics', (admin) => admin.listTopics());
  } catch (error) {
    return error;
  } finally {
    await client.close();
  }
}

async function askPostgres(env: Record<string, string>): Promise<unknown> {
  const connection = postgresConnection(loadConfig(z.object(postgresSettings), env));
  const client = new Postgres({ ...connection, applicationName: 'test-security', logger });
  try {
    return await client.query('SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  } catch (error) {
    return error;
  } finally {
    await client.close();
  }
}

describe('Kafka over TLS with SCRAM', () => {
  it('lets in who has the authority and the password', async () => {
    expect(await askKafka(kafkaEnv())).toEqual(expect.any(Array));
  });

  it('is not believed when somebody else signed its certificate', async () => {
    const error = await askKafka(kafkaEnv({ KAFKA_SSL_CA_FILE: stranger.caFile }));
    expect(error).toBeInstanceOf(KafkaUntrustedError);
    expect(describeError(error)).toMatch(/^the certificate of a Kafka broker is not trusted \(/);
  });

  it('is not believed under another name than its certificate has', async () => {
    const error = await askKafka(kafkaEnv({ KAFKA_BROKERS: `127.0.0.1:${kafka.port}` }));
    expect(error).toBeInstanceOf(KafkaUntrustedError);
    expect(describeError(error)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('refuses a wrong password', async () => {
    const error = await askKafka(kafkaEnv({ KAFKA_SASL_PASSWORD: 'planted-guess' }));
    expect(error).toBeInstanceOf(KafkaForbiddenError);
    expect(describeError(error)).toMatch(/SASL_AUTHENTICATION_FAILED/);
    expect(describeError(error)).not.toContain('planted');
  });

  it('answers nobody who speaks in the clear', async () => {
    expect(await askKafka({ KAFKA_BROKERS: kafka.address })).toBeInstanceOf(KafkaUnavailableError);
  });
});

describe('Postgres with hostssl alone', () => {
  it('lets in who has the authority and the password', async () => {
    expect(await askPostgres(postgresEnv())).toEqual([{ ssl: true, version: 'TLSv1.3' }]);
  });

  it('is not believed when somebody else signed its certificate', async () => {
    expect(await askPostgres(postgresEnv({ POSTGRES_CA_FILE: stranger.caFile }))).toBeInstanceOf(PostgresUntrustedError);
  });

  it('is not believed under another name than its certificate has', async () => {
    const error = await askPostgres(postgresEnv({ POSTGRES_URL: postgres.url(`elias:${SECRET.postgres}`, '127.0.0.1') }));
    expect(error).toBeInstanceOf(PostgresUntrustedError);
    expect(describeError(error)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('refuses a wrong password, and whoever speaks in the clear', async () => {
    const wrong = await askPostgres(postgresEnv({ POSTGRES_URL: postgres.url('elias:planted-guess') }));
    expect(wrong).toMatchObject({ name: 'PostgresForbiddenError', sqlState: '28P01' });
    expect(describeError(wrong)).not.toContain('planted');
    const clear = await askPostgres({ POSTGRES_URL: postgres.url(`elias:${SECRET.postgres}`) });
    expect(clear).toBeInstanceOf(PostgresForbiddenError);
    expect(describeError(clear)).toMatch(/no encryption/);
  });

  it('a server without TLS is not trusted where TLS is wanted', async () => {
    const error = await askPostgres(postgresEnv({ POSTGRES_URL: testStack().postgres.url }));
    expect(error).toBeInstanceOf(PostgresUntrustedError);
    expect(describeError(error)).toContain('it has no TLS');
  });
});

describe('services', () => {
  const secretFile = (name: keyof typeof SECRET): string => {
    const file = join(authority.folder, name);
    writeFileSync(file, `${SECRET[name]}\n`, { mode: 0o600 });
    return file;
  };
  /** An empty setting is none: the file has it. */
  const settings = (): Record<string, string> =>
    kafkaEnv({ KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: secretFile('kafka'), LOG_LEVEL: 'trace' });

  it('run over TLS with secrets from files, and tell none of them', async () => {
    const s3 = testStack().s3;
    await migratePostgres(postgresConnection(loadConfig(z.object(postgresSettings), postgresEnv())), logger);
    const urlFile = join(authority.folder, 'postgres-url');
    writeFileSync(urlFile, postgres.url(`elias:${SECRET.postgres}`));
    const archiver = new ServiceProcess('archiver', {
      ...settings(),
      ...{ AWS_REGION: s3.region, AWS_ACCESS_KEY_ID: s3.access_key_id, AWS_SECRET_ACCESS_KEY: SECRET.s3, ARCHIVE_BUCKET: s3.bucket },
      S3_ENDPOINT: `https://localhost:${(store.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: authority.caFile,
    });
    const overTls = postgresEnv({ POSTGRES_URL: '', POSTGRES_URL_FILE: urlFile });
    const loader = new ServiceProcess('rds-loader', { ...settings(), ...overTls, RDS_LOADER_SOURCE: 'topic' });
    const orders = new ServiceProcess('transformer', { ...settings(), ...overTls });
    const services = [archiver, loader, orders];
    try {
      for (const service of services) await service.ready();
      for (const service of services) {
        const told = [
          service.output,
          (await service.get('/metrics')).text,
          (await service.get('/health/ready')).text,
          readFileSync(`/proc/${service.pid}/cmdline`, 'utf8'),
          readFileSync(`/proc/${service.pid}/environ`, 'utf8').replace(`AWS_SECRET_ACCESS_KEY=${SECRET.s3}`, ''),
        ];
        expect(service.output.length).toBeGreaterThan(0);
        for (const secret of Object.values(SECRET)) expect(told.join('\n')).not.toContain(secret);
      }
    } finally {
      for (const service of services) await service.end();
    }
  }, 120_000);

  it('stop at once with the reason when they are not let in', async () => {
    const barred = new ServiceProcess('archiver', {
      ...{ ...kafkaEnv(), KAFKA_SASL_PASSWORD: 'planted-guess', AWS_REGION: 'us-east-1', ARCHIVE_BUCKET: 'elias' },
      ...{ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: SECRET.s3, S3_ENDPOINT: testStack().s3.endpoint },
    });
    try {
      expect(await barred.exited).toEqual({ code: 1, signal: null });
      expect(barred.output).toContain('SASL_AUTHENTICATION_FAILED');
      expect(barred.output).not.toContain('planted');
    } finally {
      await barred.end();
    }
  });
});

/** TLS in front of a server that has none. */
async function encrypted(endpoint: string, key: string, cert: string): Promise<Server> {
  const { hostname, port } = new URL(endpoint);
  const server = createServer({ key, cert }, (socket) => {
    const inner = connect(Number(port), hostname);
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
