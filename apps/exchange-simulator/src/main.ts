import { loadConfig } from '@elias/config';
import { ObjectStore } from '@elias/object-store';
import { createLogger, Metrics, Readiness, runMain, startService } from '@elias/telemetry';
import { loadArchives } from './archives/load-archives.js';
import { PUBLIC_LIMIT, RateLimit } from './control/rate-limit.js';
import { exchangeSimulatorConfig } from './exchange-simulator.config.js';
import { ExchangeSimulatorModule } from './exchange-simulator.module.js';
import { marketOf } from './load-market.js';
import { NoCandles } from './candles/no-candles.js';
import type { CandleSource } from './candles/candle-source.js';
import { captureOf } from './feed/load-capture.js';
import { loadRecordings } from './recordings/load-recordings.js';
import { SimulatorClock } from './simulator-clock.js';
import { startOfClock } from './start-of-clock.js';

await runMain(async () => {
  const config = loadConfig(exchangeSimulatorConfig);
  const logger = createLogger({ app: 'exchange-simulator', level: config.LOG_LEVEL });
  const recordings = config.SIMULATOR_RECORDINGS_DIR === undefined ? null : loadRecordings(config.SIMULATOR_RECORDINGS_DIR);
  const recorded = recordings?.candles ?? new Map<string, never>();
  const clock = new SimulatorClock(
    startOfClock(recorded.values(), config.SIMULATOR_NOW, Date.now()),
    () => performance.now(),
    config.SIMULATOR_CLOCK_SPEED,
  );
  const archives = await openArchives();
  const captured =
    config.SIMULATOR_FEED_CAPTURE === undefined ? null : captureOf(config.SIMULATOR_FEED_CAPTURE, config.SIMULATOR_FEED_CAPTURE_SPEED);
  const tradesAlone = [...archives.trades].map(([id, { knownUntilMs }]) => [id, new NoCandles(id, 'archive', knownUntilMs)] as const);
  const held = new Map<string, CandleSource>([...(captured?.candles ?? []), ...tradesAlone, ...archives.candles]);
  const market = marketOf({ seed: config.SIMULATOR_SEED, recordings, archives: held, furtherProductIds: config.SIMULATOR_PRODUCTS });
  for (const [productId, trades] of archives.trades) if (!recorded.has(productId)) market.replaceTrades(productId, trades);
  for (const [productId, trades] of captured?.trades ?? []) market.replaceTrades(productId, trades);
  const limit = new RateLimit({ ...PUBLIC_LIMIT, enabled: config.SIMULATOR_RATE_LIMIT === 'on' });
  const parts = {
    market,
    clock,
    limit,
    recordings: recorded,
    capture: captured?.player ?? null,
    metrics: new Metrics({ processMetrics: true }),
    readiness: new Readiness(),
  };
  await startService({ app: 'exchange-simulator', config, module: ExchangeSimulatorModule.forRoot(parts), logger });
  const sources = {
    recorded: [...recorded.keys()],
    archived: [...new Set([...archives.candles.keys(), ...archives.trades.keys()])],
    captured: [...(captured?.trades.keys() ?? [])],
    listed: market.catalogue.list().length,
  };
  logger.info({ ...sources, now: new Date(clock.nowMs()).toISOString(), seed: config.SIMULATOR_SEED }, 'market open');

  async function openArchives(): ReturnType<typeof loadArchives> {
    if (config.SIMULATOR_ARCHIVES === undefined) return { candles: new Map(), trades: new Map() };
    const { bucket, prefix } = config.SIMULATOR_ARCHIVES;
    return loadArchives(new ObjectStore({ region: config.AWS_REGION, endpoint: config.S3_ENDPOINT, bucket }), prefix, logger);
  }
});
