import { encodeWindowRecord } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import { KafkaClient, placeRecord } from '@elias/kafka';
import { windowId } from '@elias/market-data';
import { createLogger } from '@elias/telemetry';
import { CollectorExchange } from '../../apps/cli/src/audit/collector-exchange.js';
import { KafkaTopics } from '../../apps/cli/src/audit/kafka-topics.js';
import type { AuditSources } from '../../apps/cli/src/audit/audit-sources.js';
import { PostgresPipeline } from '../../apps/cli/src/audit/postgres-pipeline.js';
import { postgresStore, redshiftStore } from '../../apps/cli/src/window-stores.js';
import { CollectorScene } from './collector-scene.js';
import { LoaderDatabase } from './loader-database.js';
import { LoaderByHand } from './loader-sources.js';
import type { MadeTelling } from './made-telling.js';
import { runElias } from './run-elias.js';
import type { ToolResult } from './run-tool.js';
import type { ServiceProcess } from './service-process.js';
import { storeSettings, testStack } from './stack.js';
import { WarehouseScene } from './warehouse-scene.js';

/** Windows that passed every hop: a collector asked a simulator for them, archives, twins and both stores have them. */
export class AuditScene {
  private readonly kafka = new KafkaClient({
    ...testStack().kafka,
    clientId: 'test-audit',
    logger: createLogger({ app: 'test', level: 'silent' }),
  });
  readonly sources: AuditSources;

  private constructor(
    readonly collection: CollectorScene,
    readonly warehouse: WarehouseScene,
    readonly database: LoaderDatabase,
    readonly collectorUrl: string,
  ) {
    const exchange = new CollectorExchange([collectorUrl], undefined);
    const postgres = database.pool(4);
    this.sources = {
      ...{ exchange, topics: new KafkaTopics(this.kafka), bucket: warehouse.objects, prefix: warehouse.prefix },
      ...{ redshift: redshiftStore(warehouse.data), postgres: postgresStore(postgres), pipeline: new PostgresPipeline(postgres) },
      ...{ nowMs: Date.now, askAgainAfterMs: 50, twins: true },
    };
  }

  static async open(): Promise<AuditScene> {
    const collection = await CollectorScene.open();
    const [collector, warehouse, database] = await Promise.all([
      collection.start().then(async (started): Promise<ServiceProcess> => {
        await started.ready();
        return started;
      }),
      WarehouseScene.create(),
      LoaderDatabase.create(),
    ]);
    return new AuditScene(collection, warehouse, database, await collector.url());
  }

  /** Has windows collected and carried to every place. @returns their tellings by window id */
  async settle(ids: readonly string[]): Promise<Map<string, MadeTelling>> {
    await this.collection.answered(await this.collection.requestAll(ids));
    const tellings = this.collection.windows
      .map(({ facts, csv }) => telling(facts, csv))
      .filter(({ facts }) => ids.includes(windowId(facts.window)));
    await this.carry(tellings);
    return new Map(tellings.map((each) => [windowId(each.facts.window), each]));
  }

  /** Archives tellings and loads them into both stores. */
  async carry(tellings: readonly MadeTelling[]): Promise<void> {
    for (const each of tellings) await this.warehouse.seal(each);
    await this.warehouse.loader().deliver(...tellings.map((each) => ({ telling: each })));
    const rds = new LoaderByHand('archive', this.database.pool(1), this.warehouse.objects, this.warehouse.prefix);
    await rds.deliver(...tellings.map((each) => ({ telling: each })));
  }

  /** As another record of its topic. */
  async publish(facts: WindowFacts, csv: Buffer): Promise<void> {
    await this.kafka.producer().send([placeRecord(encodeWindowRecord(facts, csv, 'test'))]);
  }

  /** The command, as somebody runs it beside this pipeline. */
  run(...args: string[]): Promise<ToolResult> {
    return runElias(args, {
      ...storeSettings(),
      KAFKA_BROKERS: testStack().kafka.brokers.join(','),
      POSTGRES_URL: this.database.url,
      ARCHIVE_PREFIX: this.warehouse.prefix,
      COLLECTOR_URLS: this.collectorUrl,
      AWS_ENDPOINT_URL_REDSHIFT_DATA: this.warehouse.endpoint,
      REDSHIFT_WORKGROUP: 'elias',
      REDSHIFT_DATABASE: 'dev',
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.collection.close(), this.warehouse.close()]);
    await Promise.all([this.kafka.close(), this.database.drop()]);
  }
}

export function telling(facts: WindowFacts, csv: Buffer): MadeTelling {
  return { facts, csv, candles: [], record: encodeWindowRecord(facts, csv, 'test') };
}
