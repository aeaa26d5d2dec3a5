import { loadConfig } from '@elias/config';
import { kafkaConnection, KafkaClient, kafkaSettings } from '@elias/kafka';
import { postgresConnection, Postgres, postgresSettings } from '@elias/postgres';
import { z } from 'zod';
import type { CommandContext } from './command-context.js';

/** Both, for as long as `use` runs. @throws ConfigError, and what `use` throws */
export async function withKafkaAndPostgres(
  { settings, logger }: CommandContext,
  use: (kafka: KafkaClient, postgres: Postgres) => Promise<void>,
): Promise<void> {
  const config = loadConfig(z.object({ ...kafkaSettings, ...postgresSettings }), settings());
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-cli', logger });
  const postgres = new Postgres({ ...postgresConnection(config), applicationName: 'elias-cli', logger });
  try {
    await use(kafka, postgres);
  } finally {
    await Promise.allSettled([kafka.close(), postgres.close()]);
  }
}
