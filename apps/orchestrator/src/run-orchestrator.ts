import { fileURLToPath } from 'node:url';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, startService } from '@elias/telemetry';
import type { RunningService } from '@elias/telemetry';
import { serveDashboard } from './dashboard/serve-dashboard.js';
import type { OrchestratorConfig } from './orchestrator.config.js';
import { OrchestratorModule } from './orchestrator.module.js';
import { protectApi } from './api/protect-api.js';

/** The daily run starts at its hour; once a minute the schedule looks for what was missed or failed. */
const SCHEDULE_LOOK_MS = 60_000;

/** Beside the compiled orchestrator lies the built dashboard. */
const DASHBOARD_FOLDER = fileURLToPath(new URL('../../dashboard', import.meta.url));

/** @param clock milliseconds since the epoch; decides which days are due and which ranges lie in the future */
export async function runOrchestrator(
  config: OrchestratorConfig,
  clock: () => number,
  scheduleLookMs = SCHEDULE_LOOK_MS,
): Promise<RunningService> {
  const logger = createLogger({ app: 'orchestrator', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-orchestrator', logger, metrics });
  const deadLetters = deadLetterTopic(config.ORCHESTRATOR_GROUP);
  const { collectionRequests, collectionResults, archiveObjects, loads } = TOPICS;
  await ensureTopics(kafka, [collectionRequests, collectionResults, archiveObjects, loads, deadLetters]);
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: config.ORCHESTRATOR_GROUP,
    deadLetterTopic: deadLetters.name,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
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
  const module = OrchestratorModule.forRoot({ config, logger, metrics, readiness, kafka, clock, scheduleLookMs, onBug });
  return startService({
    ...{ app: 'orchestrator', config, module, strategy, logger, trustedProxies: config.ORCHESTRATOR_TRUSTED_PROXIES },
    prepare: async (app) => {
      const server = app.getHttpAdapter().getInstance();
      await protectApi(server, {
        token: config.ORCHESTRATOR_API_TOKEN ?? null,
        requestsPerSecond: config.ORCHESTRATOR_API_REQUESTS_PER_SECOND,
      });
      await serveDashboard(server, DASHBOARD_FOLDER);
    },
  });
}
