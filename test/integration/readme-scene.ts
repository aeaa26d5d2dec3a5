import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { twinKey } from '@elias/archive';
import { TOPICS } from '@elias/contracts';
import type { LiveEventData } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { RecordPosition } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { createLogger } from '@elias/telemetry';
import { CLONE } from '../support/launched-stack.js';
import { LoaderDatabase } from '../support/loader-database.js';
import { LiveFeed, madeTrade } from '../support/made-live-events.js';
import { LoaderByHand } from '../support/loader-sources.js';
import type { MadeTelling } from '../support/made-telling.js';
import { ServiceProcess } from '../support/service-process.js';
import { testStack } from '../support/stack.js';
import { WarehouseScene } from '../support/warehouse-scene.js';
import { OwnBroker } from './kafka-own-broker.js';

const logger = createLogger({ app: 'test', level: 'silent' });

/**
 * One window everywhere that README's examples look for it, and a folder that they run in, with the `stack.json` that they read. The
 * broker is its own: the examples name the real topic, in which other tests leave records that are wrong on purpose.
 */
export class ReadmeScene {
  /** the one that stands in the live topic */
  trade!: { data: LiveEventData<'live.trade'>; position: RecordPosition };
  readonly folder = mkdtempSync(join(tmpdir(), 'elias-readme-'));

  private constructor(
    readonly warehouse: WarehouseScene,
    readonly postgres: LoaderDatabase,
    private readonly broker: OwnBroker,
    private readonly bucket: OwnBucket,
    private readonly gateway: ServiceProcess,
  ) {}

  static async of(telling: MadeTelling): Promise<ReadmeScene> {
    const [warehouse, postgres, broker, bucket] = await Promise.all([
      WarehouseScene.create(),
      LoaderDatabase.create(),
      OwnBroker.create(),
      OwnBucket.create(),
    ]);
    const gateway = new ServiceProcess('gateway', { KAFKA_BROKERS: broker.brokers.join(',') });
    const scene = new ReadmeScene(warehouse, postgres, broker, bucket, gateway);
    await Promise.all([scene.publish(telling), scene.load(telling), scene.loadPostgres(telling), gateway.ready()]);
    await scene.publishTrade();
    scene.writeFolder(await gateway.url());
    return scene;
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.gateway.end();
    await Promise.all([this.warehouse.close(), this.postgres.drop(), this.broker.remove(), this.bucket.remove()]);
  }

  /** The window's record, and before it one that says that nothing is left of it. */
  private async publish({ record }: MadeTelling): Promise<void> {
    const client = new KafkaClient({ brokers: this.broker.brokers, clientId: 'test-readme', logger });
    await ensureTopics(client, [TOPICS.windowsCandles]);
    const placed = placeRecord(record);
    await client.producer().send([{ ...placed, value: null, headers: {} }, placed]);
    await client.close();
  }

  private async publishTrade(): Promise<void> {
    const feed = await new LiveFeed(this.broker.brokers).open();
    const trade = madeTrade('BTC-USD', 1);
    const [position] = await feed.publish([trade]);
    this.trade = { data: trade.data as LiveEventData<'live.trade'>, position: position! };
    await feed.close();
  }

  /** Archive, twin and Redshift's rows, as the loader makes them; then the twin at the bucket's top, and the zip at hand. */
  private async load(telling: MadeTelling): Promise<void> {
    const { warehouse, bucket, folder } = this;
    const sealed = await warehouse.seal(telling);
    await warehouse.loader().deliver({ sealed });
    const { window } = telling.facts;
    await bucket.objects.put(twinKey('', window), await warehouse.objects.get(twinKey(warehouse.prefix, window)));
    writeFileSync(join(folder, basename(sealed.archive.key)), await warehouse.objects.get(sealed.archive.key));
  }

  private async loadPostgres(telling: MadeTelling): Promise<void> {
    await new LoaderByHand('topic', this.postgres.pool(), this.bucket.objects, '').deliver({ telling });
    await this.postgres.sql(
      `INSERT INTO live.candles VALUES ('BTC-USD', 60, '2023-12-02T00:00:00Z', 1, 1, 1, 1, 1, '2023-12-02T00:00:30Z'),
         ('BTC-USD', 60, '2023-12-01T00:01:00Z', 1, 1, 1, 1, 1, '2023-12-01T00:01:30Z')`,
    );
  }

  private writeFolder(gatewayUrl: string): void {
    const { folder, broker, bucket, postgres, warehouse } = this;
    const stack = {
      kafka: { brokers: broker.brokers },
      s3: { ...testStack().s3, bucket: bucket.name },
      postgres: { url: postgres.url },
      gateway: { url: gatewayUrl },
      redshift_data: { endpoint: warehouse.endpoint, region: 'us-east-1', workgroup: 'elias', database: 'dev' },
    };
    mkdirSync(join(folder, '.elias'));
    writeFileSync(join(folder, '.elias/stack.json'), JSON.stringify(stack));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(CLONE, 'node_modules'), join(folder, 'node_modules'));
  }
}

/** A bucket in which nothing else lies: the examples read at its top. */
class OwnBucket {
  readonly name = `readme-${randomBytes(6).toString('hex')}`;
  readonly objects: ObjectStore;
  private readonly s3: S3Client;

  private constructor() {
    const { region, endpoint, access_key_id, secret_access_key } = testStack().s3;
    const credentials = { accessKeyId: access_key_id, secretAccessKey: secret_access_key };
    this.s3 = new S3Client({ region, endpoint, credentials, forcePathStyle: true });
    this.objects = new ObjectStore({ region, endpoint, credentials, bucket: this.name });
  }

  static async create(): Promise<OwnBucket> {
    const bucket = new OwnBucket();
    await bucket.s3.send(new CreateBucketCommand({ Bucket: bucket.name }));
    return bucket;
  }

  async remove(): Promise<void> {
    const keys: string[] = [];
    for await (const { key } of this.objects.list('')) keys.push(key);
    await this.objects.delete(keys);
    await this.s3.send(new DeleteBucketCommand({ Bucket: this.name }));
    this.objects.close();
    this.s3.destroy();
  }
}
