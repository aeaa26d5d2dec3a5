import { createCoinbase, feedUrlOf } from '@elias/coinbase';
import { loadConfig } from '@elias/config';
import { deadLetterTopic, TOPICS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaBatchStrategy, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { CollectorMetrics } from './collector-metrics.js';
import { collectorConfig } from './collector.config.js';
import { CollectorModule } from './collector.module.js';
import { ExchangeHealth } from './exchange-health.js';
import { LIVE_TOPICS, LivePlane } from './live/live-plane.js';
import { ProductCatalogue } from './product-catalogue.js';
import { UntilDone } from './until-done.js';

/** A request has some hundred bytes; what is not in hand yet stays in Kafka. */
const QUEUED_BYTES_PER_PARTITION = 16_384;

await runMain(async () => {
  const config = loadConfig(collectorConfig);
  const logger = createLogger({ app: 'collector', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const collectorMetrics = new CollectorMetrics(metrics);
  const readiness = new Readiness();
  const { collectionRequests, collectionResults, windowsCandles, windowsTrades } = TOPICS;
  const deadLetters = deadLetterTopic(config.COLLECTOR_GROUP);

  const health = new ExchangeHealth(() => performance.now());
  readiness.add('exchange', () => health.whyAway());
  const coinbase = createCoinbase({
    config,
    underWayMax: config.COLLECTOR_PAGES_IN_FLIGHT,
    part: 0,
    onAttempt: (outcome, elapsedMs) => {
      health.heard(outcome);
      collectorMetrics.asked(outcome, elapsedMs, coinbase.pacer.queued);
    },
  });
  const onBug = (error: unknown): void => {
    logger.fatal({ error }, 'something failed in a way that is not foreseen');
    process.exit(1);
  };

  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-collector', logger, metrics });
  const liveTopics = config.COLLECTOR_LIVE === 'on' ? LIVE_TOPICS : [];
  await ensureTopics(kafka, [collectionRequests, collectionResults, windowsCandles, windowsTrades, ...liveTopics, deadLetters]);
  const untilDone = new UntilDone(logger);
  const catalogue = new ProductCatalogue(coinbase.client, config.COLLECTOR_PRODUCTS_TTL_MS, () => performance.now());
  const live =
    config.COLLECTOR_LIVE === 'off'
      ? null
      : new LivePlane({
          feedUrl: config.EXCHANGE_FEED_URL ?? feedUrlOf(config.EXCHANGE_URL),
          userAgent: config.EXCHANGE_USER_AGENT,
          productIds: config.COLLECTOR_LIVE_PRODUCTS,
          queueEventsMax: config.COLLECTOR_LIVE_QUEUE_EVENTS,
          fillTradesMax: config.COLLECTOR_LIVE_FILL_TRADES_MAX,
          candleIntervalMs: config.COLLECTOR_LIVE_CANDLE_INTERVAL_MS,
          client: coinbase.client,
          product: (productId, call) => catalogue.find(productId, call),
          group: config.COLLECTOR_GROUP,
          ...{ kafka, untilDone, deadLetters, metrics, logger, onBug },
        });
  if (live !== null) readiness.inform('feed', () => live.note());
  const strategy = new KafkaBatchStrategy({
    client: kafka,
    groupId: config.COLLECTOR_GROUP,
    deadLetterTopic: deadLetters.name,
    maxBatchRecords: config.COLLECTOR_REQUESTS_AHEAD,
    maxQueuedBytesPerPartition: QUEUED_BYTES_PER_PARTITION,
    concurrency: collectionRequests.partitions,
    manualDone: true,
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    fromBeginning: true,
    agedTopics: [collectionRequests.name],
    onAssigned: ({ topics }) => {
      const owned = topics[collectionRequests.name] ?? [];
      const part = owned.length / collectionRequests.partitions;
      coinbase.takePart(part);
      collectorMetrics.owns(part);
      live?.assigned(owned);
    },
    metrics,
    logger,
    readiness,
  });
  const parts = { config, logger, metrics, readiness, kafka, coinbase, collectorMetrics, catalogue, untilDone, live, onBug };
  const module = CollectorModule.forRoot(parts);
  await startService({ app: 'collector', config, module, strategy, logger });
});
