import { loadConfig } from '@elias/config';
import { kafkaConnection, KafkaClient, kafkaSettings } from '@elias/kafka';
import { ObjectStore, objectStoreSettings } from '@elias/object-store';
import { postgresConnection, Postgres, postgresSettings } from '@elias/postgres';
import { RedshiftData, redshiftSettings, redshiftTarget } from '@elias/redshift';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { postgresStore, redshiftStore } from '../window-stores.js';
import type { AuditSources } from './audit-sources.js';
import type { Hop } from './audited-window.js';
import { CollectorExchange, collectorSettings } from './collector-exchange.js';
import { KafkaTopics } from './kafka-topics.js';
import { PostgresPipeline } from './postgres-pipeline.js';

/** Connections of the stores, for windows that are read at once. */
const POSTGRES_CONNECTIONS = 6;

/** The places, and the clients that they are read through. */
export interface OpenedSources {
  readonly sources: AuditSources;
  readonly bucket: ObjectStore;
  readonly redshift: RedshiftData | null;
  readonly postgres: Postgres;
}

/**
 * The places that are looked at, for as long as `use` runs. What is left out needs no settings.
 * @throws ConfigError, and what `use` throws
 */
export async function withSources(
  { settings, logger }: CommandContext,
  hops: ReadonlySet<Hop>,
  use: (opened: OpenedSources) => Promise<void>,
): Promise<void> {
  const env = settings();
  const base = loadConfig(z.object({ ...objectStoreSettings, ...postgresSettings }), env);
  const collectors = hops.has('exchange') ? loadConfig(z.object(collectorSettings), env) : null;
  const brokers = hops.has('topic') ? kafkaConnection(loadConfig(z.object(kafkaSettings), env)) : null;
  const warehouse = hops.has('redshift') ? loadConfig(z.object(redshiftSettings), env) : null;
  const bucket = new ObjectStore({ region: base.AWS_REGION, endpoint: base.S3_ENDPOINT, bucket: base.ARCHIVE_BUCKET });
  const postgres = new Postgres({ ...postgresConnection(base), applicationName: 'elias-cli', poolSize: POSTGRES_CONNECTIONS, logger });
  const kafka = brokers === null ? null : new KafkaClient({ ...brokers, clientId: 'elias-cli', logger });
  const redshift = warehouse === null ? null : new RedshiftData({ region: warehouse.AWS_REGION, target: redshiftTarget(warehouse) });
  const exchange = collectors === null ? null : new CollectorExchange(collectors.COLLECTOR_URLS, collectors.COLLECTOR_TOKEN);
  const sources: AuditSources = {
    ...{ exchange, bucket, prefix: base.ARCHIVE_PREFIX, nowMs: Date.now, pipeline: new PostgresPipeline(postgres) },
    topics: kafka === null ? null : new KafkaTopics(kafka),
    redshift: redshift === null ? null : redshiftStore(redshift),
    twins: hops.has('twin'),
    postgres: hops.has('postgres') ? postgresStore(postgres) : null,
  };
  try {
    await use({ sources, bucket, redshift, postgres });
  } finally {
    bucket.close();
    redshift?.close();
    await Promise.allSettled([kafka?.close(), postgres.close()]);
  }
}
