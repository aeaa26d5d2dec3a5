import { loadConfig } from '@elias/config';
import { GATEWAY_EVENT_TYPES, GATEWAY_EVENTS } from '@elias/contracts';
import { kafkaConnection, ensureTopics, KafkaClient } from '@elias/kafka';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { gatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { protectGateway, socketRefusal } from './protect-gateway.js';
import { Sessions } from './subscribe/sessions.js';
import { GatewayWsAdapter } from './websocket/gateway-ws-adapter.js';

await runMain(async () => {
  const config = loadConfig(gatewayConfig);
  const logger = createLogger({ app: 'gateway', level: config.LOG_LEVEL });
  const metrics = new Metrics({ processMetrics: true });
  const readiness = new Readiness();
  const kafka = new KafkaClient({ ...kafkaConnection(config), clientId: 'elias-gateway', logger, metrics });
  await ensureTopics(
    kafka,
    GATEWAY_EVENT_TYPES.map((type) => GATEWAY_EVENTS[type].topic),
  );
  const onFatal = (error: unknown): void => {
    logger.fatal({ error }, 'the tail of Kafka cannot be followed any more');
    process.exit(1);
  };
  const token = config.GATEWAY_TOKEN ?? null;
  await startService({
    ...{ app: 'gateway', config, logger },
    module: GatewayModule.forRoot({ config, logger, metrics, readiness, kafka, onFatal }),
    prepare: (app) => {
      protectGateway(app.getHttpAdapter().getInstance(), token);
      const sessions = app.get(Sessions);
      const refusal = (request: Parameters<typeof socketRefusal>[0]) => socketRefusal(request, token, sessions.full);
      app.useWebSocketAdapter(new GatewayWsAdapter(app, { messageBytesMax: config.GATEWAY_MESSAGE_BYTES_MAX, refusal, logger }));
      return Promise.resolve();
    },
  });
});
