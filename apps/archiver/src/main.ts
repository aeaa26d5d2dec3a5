import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS, WINDOW_TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { archiverStrategy } from './archiver-strategy.js';
import { archiverConfig } from './archiver.config.js';
import { ArchiverModule } from './archiver.module.js';

await runMain(async () => {
  const config = loadConfig(archiverConfig);
  const logger = createLogger({ app: 'archiver', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-archiver', logger, metrics });
  await ensureTopics(kafka, [...WINDOW_TOPICS, TOPICS.archiveObjects, deadLetterTopic(config.ARCHIVER_GROUP)]);
  const parts = { config, logger, metrics, readiness, kafka };
  await startService({ app: 'archiver', config, module: ArchiverModule.forRoot(parts), strategy: archiverStrategy(parts), logger });
});
