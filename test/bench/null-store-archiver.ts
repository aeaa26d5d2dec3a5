import { KafkaClient } from '@elias/kafka';
import type { RecordBatch } from '@elias/kafka';
import { createLogger, Metrics, Readiness, ServiceModule, startService } from '@elias/telemetry';
import { ArchiveBatch } from '../../apps/archiver/src/archive-batch.js';
import { ArchiveWindow } from '../../apps/archiver/src/archive-window.js';
import { ArchiverMetrics } from '../../apps/archiver/src/archiver-metrics.js';
import type { ArchiveStore } from '../../apps/archiver/src/archive-store.js';
import { archiverStrategy } from '../../apps/archiver/src/archiver-strategy.js';
import { archiverConfig } from '../../apps/archiver/src/archiver.config.js';
import { KafkaArchiveEvents } from '../../apps/archiver/src/kafka/kafka-archive-events.js';
import { WindowsController } from '../../apps/archiver/src/windows.controller.js';

/** The archiver as it is, but its store forgets: what packing and announcing cost by themselves. */
class NullStore implements ArchiveStore {
  readonly bucket = 'nowhere';
  putOnce(): Promise<null> {
    return Promise.resolve(null);
  }
  addChecksum(): Promise<void> {
    return Promise.resolve();
  }
}

const config = archiverConfig.parse(process.env);
const logger = createLogger({ app: 'archiver', level: config.LOG_LEVEL });
const metrics = new Metrics({ processMetrics: true });
const readiness = new Readiness();
const kafka = new KafkaClient({ brokers: config.KAFKA_BROKERS, clientId: 'bench-archiver', logger, metrics });
const strategy = archiverStrategy({ config, logger, metrics, readiness, kafka });
const firstMs = metrics.gauge('bench_first_ms', 'When the first batch began');
const lastMs = metrics.gauge('bench_last_ms', 'When the latest batch was done');

class TimedArchiveBatch extends ArchiveBatch {
  private begun = false;
  override async run(batch: RecordBatch): Promise<void> {
    if (!this.begun) firstMs.set(performance.now());
    this.begun = true;
    await super.run(batch);
    lastMs.set(performance.now());
  }
}

const archive = new TimedArchiveBatch({
  archive: new ArchiveWindow(new NullStore(), ''),
  events: new KafkaArchiveEvents(kafka.producer()),
  metrics: new ArchiverMetrics(metrics),
  logger,
  windowsAtOnce: config.ARCHIVER_WINDOWS_AT_ONCE,
});
class NullStoreArchiverModule {}
const module = {
  module: NullStoreArchiverModule,
  imports: [ServiceModule.forRoot({ app: 'archiver', metrics, readiness })],
  controllers: [WindowsController],
  providers: [{ provide: ArchiveBatch, useValue: archive }],
};
await startService({ app: 'archiver', config, module, strategy, logger });
