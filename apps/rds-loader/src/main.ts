import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import { ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { archiveSourceConfig, rdsLoaderConfig } from './rds-loader.config.js';
import { RdsLoaderModule } from './rds-loader.module.js';

const GROUPS = { topic: 'elias-rds-loader', archive: 'elias-rds-loader-archive' } as const;
const TOPICS_RETRY_MS = 2_000;

await runMain(async () => {
  const config = loadConfig(rdsLoaderConfig);
  const source = config.RDS_LOADER_SOURCE;
  const bucket = source === 'archive' ? loadConfig(archiveSourceConfig) : null;
  const groupId = config.RDS_LOADER_GROUP ?? GROUPS[source];
  const logger = createLogger({ app: 'rds-loader', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ brokers: config.KAFKA_BROKERS, clientId: 'elias-rds-loader', logger, metrics });
  const deadLetters = deadLetterTopic(groupId);
  const transactionBytes = config.RDS_LOADER_TRANSACTION_BYTES;
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId,
    deadLetterTopic: deadLetters.name,
    fromBeginning: true,
    agedTopics: [TOPICS.archiveObjects.name],
    concurrency: config.RDS_LOADER_PARTITIONS_AT_ONCE,
    maxBatchBytes: transactionBytes,
    // A partition that is over it is fetched no further, and one fetch brings more than a megabyte: half is enough to fill the next one.
    maxQueuedBytesPerPartition: Math.ceil(transactionBytes / 2),
    metrics,
    logger,
    readiness,
  });
  const module = RdsLoaderModule.forRoot({ config, bucket, logger, metrics, readiness, kafka });
  await startService({ app: 'rds-loader', config, module, strategy, logger });
  logger.info({ source, groupId }, 'loading windows into Postgres');

  // The consumer waits for its topics; Kafka may come later than this process.
  for (;;) {
    try {
      await ensureTopics(kafka, [...WINDOW_TOPICS, TOPICS.archiveObjects, TOPICS.loads, deadLetters]);
      return;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      logger.warn({ error }, 'topics could not be looked at, trying again');
      await delay(TOPICS_RETRY_MS);
    }
  }
});
