import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { orchestratorConfig } from './orchestrator.config.js';
import { OrchestratorModule } from './orchestrator.module.js';

const GROUP_ID = 'elias-orchestrator';

await runMain(async () => {
  const config = loadConfig(orchestratorConfig);
  const logger = createLogger({ app: 'orchestrator', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ brokers: config.KAFKA_BROKERS, clientId: 'elias-orchestrator', logger, metrics });
  const deadLetters = deadLetterTopic(GROUP_ID);
  const { collectionRequests, collectionResults, archiveObjects, loads } = TOPICS;
  await ensureTopics(kafka, [collectionRequests, collectionResults, archiveObjects, loads, deadLetters]);
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: GROUP_ID,
    deadLetterTopic: deadLetters.name,
    fromBeginning: true,
    agedTopics: [collectionResults.name, archiveObjects.name, loads.name],
    metrics,
    logger,
    readiness,
  });
  const onBug = (error: unknown): void => {
    logger.fatal({ error }, 'a background loop failed in a way that is not foreseen');
    process.exit(1);
  };
  const module = OrchestratorModule.forRoot({ config, logger, metrics, readiness, kafka, onBug });
  await startService({ app: 'orchestrator', config, module, strategy, logger });
});
