import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { archiverConfig } from './archiver.config.js';
import { ArchiverModule } from './archiver.module.js';

await runMain(async () => {
  const config = loadConfig(archiverConfig);
  const logger = createLogger({ app: 'archiver', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ brokers: config.KAFKA_BROKERS, clientId: 'elias-archiver', logger, metrics });
  const deadLetters = deadLetterTopic(config.ARCHIVER_GROUP);
  await ensureTopics(kafka, [TOPICS.windowsCandles, TOPICS.archiveObjects, deadLetters]);
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: config.ARCHIVER_GROUP,
    deadLetterTopic: deadLetters.name,
    maxBatchBytes: config.ARCHIVER_BATCH_BYTES,
    concurrency: config.ARCHIVER_PARTITIONS_AT_ONCE,
    manualDone: true,
    fromBeginning: true,
    agedTopics: [],
    metrics,
    logger,
    readiness,
  });
  const module = ArchiverModule.forRoot({ config, logger, metrics, readiness, kafka });
  await startService({ app: 'archiver', config, module, strategy, logger });
});
