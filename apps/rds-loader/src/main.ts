import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import { kafkaConnection, ensureTopics, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { LIVE_TOPICS, liveGroup, liveStrategy, windowsStrategy } from './loader-strategies.js';
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
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-rds-loader', logger, metrics });
  const live = config.RDS_LOADER_LIVE === 'on';
  const parts = { config, kafka, metrics, logger, readiness };
  const onBug = (error: unknown): void => {
    logger.fatal({ error }, 'the sweep of the live tables failed in a way that is not foreseen');
    process.exit(1);
  };
  const module = RdsLoaderModule.forRoot({ ...parts, bucket, nowMs: () => Date.now(), onBug });
  await startService({
    ...{ app: 'rds-loader', config, module, strategy: windowsStrategy(groupId, parts), logger },
    prepare: (app) => {
      if (live) app.connectMicroservice({ strategy: liveStrategy(liveGroup(groupId), parts) });
      return Promise.resolve();
    },
  });
  logger.info({ source, groupId, live }, 'loading into Postgres');

  // The consumer waits for its topics; Kafka may come later than this process.
  for (;;) {
    try {
      const windowTopics = [...WINDOW_TOPICS, TOPICS.archiveObjects, TOPICS.loads, deadLetterTopic(groupId)];
      await ensureTopics(kafka, live ? [...windowTopics, ...LIVE_TOPICS, deadLetterTopic(liveGroup(groupId))] : windowTopics);
      return;
    } catch (error) {
      if (!isRetryable(error)) throw error;
      logger.warn({ error }, 'topics could not be looked at, trying again');
      await delay(TOPICS_RETRY_MS);
    }
  }
});
