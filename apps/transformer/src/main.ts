import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { transformerConfig } from './transformer.config.js';
import { TransformerModule } from './transformer.module.js';

const GROUP_ID = 'elias-transformer';

await runMain(async () => {
  const config = loadConfig(transformerConfig);
  const logger = createLogger({ app: 'transformer', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-transformer', logger, metrics });
  const deadLetters = deadLetterTopic(GROUP_ID);
  const { archiveObjects, loads, windowsStats } = TOPICS;
  await ensureTopics(kafka, [archiveObjects, loads, windowsStats, deadLetters]);
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: GROUP_ID,
    deadLetterTopic: deadLetters.name,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: [archiveObjects.name, loads.name],
    metrics,
    logger,
    readiness,
  });
  const onBug = (error: unknown): void => {
    logger.fatal({ error }, 'a background loop failed in a way that is not foreseen');
    process.exit(1);
  };
  const module = TransformerModule.forRoot({ config, logger, metrics, readiness, kafka, onBug });
  await startService({ app: 'transformer', config, module, strategy, logger });
});
