import { randomUUID } from 'node:crypto';
import { TOPICS } from '@elias/contracts';
import { KafkaClient, topicDifferences } from '@elias/kafka';
import type { KafkaConnection } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { pendingMigrations, Postgres } from '@elias/postgres';
import type { PostgresConnection } from '@elias/postgres';
import { migrationsPending, RedshiftData } from '@elias/redshift';
import type { RedshiftTarget } from '@elias/redshift';
import type { Logger } from '@elias/telemetry';
import { clockFinding, note, ok, wrong } from './finding.js';
import type { Finding } from './finding.js';

export async function examineKafka(connection: KafkaConnection, logger: Logger): Promise<Finding[]> {
  const client = new KafkaClient({ ...connection, clientId: 'elias-cli', logger });
  try {
    const cluster = await client.ask('description of the cluster', (admin) => admin.describeCluster());
    const differences = await topicDifferences(client, Object.values(TOPICS));
    const topics = differences.length === 0 ? [ok('topics', `${Object.keys(TOPICS).length} as they should be`)] : [];
    return [
      ok('Kafka', `${cluster.brokers.length} ${cluster.brokers.length === 1 ? 'broker answers' : 'brokers answer'}`),
      ...topics,
      ...differences.map((difference) => note('topics', difference)),
    ];
  } finally {
    await client.close();
  }
}

/** What the services' role does in each schema. */
const RIGHTS_SQL = `SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('market', 'pipeline', 'live') AND c.relkind IN ('r', 'p')
  AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
    AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))
ORDER BY 1`;

export async function examinePostgres(connection: PostgresConnection, logger: Logger): Promise<Finding[]> {
  const postgres = new Postgres({ ...connection, applicationName: 'elias-cli', logger, timeoutMs: 10_000 });
  try {
    const askedAtMs = Date.now();
    const [server] = await postgres.query<{ version: string; now_ms: number; tls: boolean }>(
      `SELECT current_setting('server_version') AS version, extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
         COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls`,
    );
    const offByMs = server!.now_ms - (askedAtMs + Date.now()) / 2;
    const pending = await pendingMigrations(postgres);
    const withoutRights = await postgres.query<{ name: string }>(RIGHTS_SQL);
    return [
      ok('Postgres', `${server!.version} answers, ${server!.tls ? 'over TLS' : 'without TLS'}`),
      clockFinding('Postgres', offByMs),
      pending.length === 0
        ? ok('tables', 'of this version')
        : wrong('tables', `${pending.join(', ')} are missing; \`elias migrate\` makes them`),
      ...withoutRights.map(({ name }) => wrong('rights', `this role may not read and write ${name}`)),
    ];
  } finally {
    await postgres.close();
  }
}

/** Writes an object of its own, reads it and removes it. */
export async function examineBucket(
  store: { region: string; endpoint: string | undefined; bucket: string; kmsKeyId: string | undefined },
  prefix: string,
): Promise<Finding[]> {
  const objects = new ObjectStore(store);
  try {
    const problem = await objects.check();
    if (problem !== null) return [wrong('S3', problem)];
    const key = [prefix, '_doctor', randomUUID()].filter((part) => part !== '').join('/');
    await objects.put(key, Buffer.from('elias doctor'), { ifNoneMatch: '*' });
    const read = (await objects.get(key)).toString();
    await objects.delete([key]);
    const may = ok('S3', `the bucket ${store.bucket} may be written, read and cleared`);
    return [read === 'elias doctor' ? may : wrong('S3', 'what was written was not what was read')];
  } finally {
    objects.close();
  }
}

/** Wakes the warehouse. */
export async function examineRedshift(region: string, target: RedshiftTarget): Promise<Finding[]> {
  const data = new RedshiftData({ region, target });
  try {
    const pending = await migrationsPending(data);
    const tables =
      pending.length === 0
        ? ok('tables there', 'of this version')
        : wrong('tables there', `${pending.join(', ')} are missing; \`elias migrate\` makes them`);
    return [ok('Redshift', 'answers'), tables];
  } finally {
    data.close();
  }
}

/** @param url of the exchange's REST API */
export async function examineExchange(url: string): Promise<Finding[]> {
  try {
    const askedAtMs = Date.now();
    const answer = await fetch(new URL('/time', url), { headers: { 'user-agent': 'elias' }, signal: AbortSignal.timeout(10_000) });
    const { iso } = (await answer.json()) as { iso?: unknown };
    const offByMs = Date.parse(String(iso)) - (askedAtMs + Date.now()) / 2;
    if (!answer.ok || Number.isNaN(offByMs)) return [wrong('exchange', `${url} answers, but not as the exchange: status ${answer.status}`)];
    return [ok('exchange', `${url} answers`), clockFinding('exchange', offByMs)];
  } catch {
    return [wrong('exchange', `${url} does not answer`)];
  }
}

/** @param url of the orchestrator's API */
export async function examineOrchestrator(url: string): Promise<Finding[]> {
  try {
    const answer = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(10_000) });
    return [answer.ok ? ok('orchestrator', 'ready') : wrong('orchestrator', `not ready: status ${answer.status}`)];
  } catch {
    return [wrong('orchestrator', `${new URL(url).host} does not answer`)];
  }
}
