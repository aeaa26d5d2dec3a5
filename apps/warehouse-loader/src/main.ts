import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { warehouseLoaderConfig } from './warehouse-loader.config.js';
import { WarehouseLoaderModule } from './warehouse-loader.module.js';

await runMain(async () => {
  const config = loadConfig(warehouseLoaderConfig);
  const logger = createLogger({ app: 'warehouse-loader', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-warehouse-loader', logger, metrics });
  const deadLetters = deadLetterTopic(config.WAREHOUSE_LOADER_GROUP);
  const onBug = (error: unknown): void => {
    logger.fatal({ error }, 'loading failed in a way that trying again does not mend');
    process.exit(1);
  };
  const module = WarehouseLoaderModule.forRoot({ config, logger, metrics, readiness, kafka, onBug });
  await ensureTopics(kafka, [TOPICS.archiveObjects, TOPICS.loads, deadLetters]);
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: config.WAREHOUSE_LOADER_GROUP,
    deadLetterTopic: deadLetters.name,
    manualDone: true,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: [TOPICS.archiveObjects.name],
    metrics,
    logger,
    readiness,
  });
  await startService({ app: 'warehouse-loader', config, module, strategy, logger });
});
