import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { decodeEvent } from '@elias/contracts';
import type { ControlEvent, EventData } from '@elias/contracts';
import { ObjectStore } from '@elias/object-store';
import { migrateRedshift, RedshiftData } from '@elias/redshift';
import type { ResultRow } from '@elias/redshift';
import { createLogger, Metrics } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { loadLoop } from '../../apps/warehouse-loader/src/compose-loop.js';
import type { LoopParts } from '../../apps/warehouse-loader/src/compose-loop.js';
import type { LoadLoop } from '../../apps/warehouse-loader/src/load-loop.js';
import { LoadQueue } from '../../apps/warehouse-loader/src/load-queue.js';
import { LoaderMetrics } from '../../apps/warehouse-loader/src/loader-metrics.js';
import { revokedEvent, sealedEvent } from '../../apps/warehouse-loader/src/owed-event.js';
import type { OwedEvent } from '../../apps/warehouse-loader/src/owed-event.js';
import { freshDatabase } from './fresh-database.js';
import type { FreshDatabase } from './fresh-database.js';
import type { MadeTelling } from './made-telling.js';
import { sealedTelling, withdrawnTelling } from './sealed-telling.js';
import { ServiceProcess, until } from './service-process.js';
import { testStack } from './stack.js';

const silent = createLogger({ app: 'test', level: 'silent' });

/** A fault as the emulator arms it. */
export interface ArmedFault {
  kind: string;
  times?: number;
  skip?: number;
  operation?: string;
  match?: string;
  at?: 'statement' | 'commit';
  delay_ms?: number;
  message?: string;
}

/** A Redshift of its own (emulator and database), migrated, and a folder of its own in the real bucket, so that tests never meet. */
export class WarehouseScene {
  readonly prefix = `warehouse-${randomBytes(6).toString('hex')}`;
  readonly data: RedshiftData;
  readonly objects = testObjects();
  private readonly loops: LoadLoop[] = [];

  private constructor(
    readonly emulator: ServiceProcess,
    readonly endpoint: string,
    readonly database: FreshDatabase,
  ) {
    this.data = new RedshiftData({ region: 'us-east-1', target: { database: 'dev', workgroup: 'elias' }, endpoint });
  }

  static async create(options: { migrated: boolean } = { migrated: true }): Promise<WarehouseScene> {
    const { s3, postgres } = testStack();
    process.env['AWS_ACCESS_KEY_ID'] ??= s3.access_key_id;
    process.env['AWS_SECRET_ACCESS_KEY'] ??= s3.secret_access_key;
    const database = await freshDatabase(postgres);
    const port = await freePort();
    const emulator = new ServiceProcess('redshift-emulator', {
      HTTP_PORT: String(port),
      EMULATOR_POSTGRES_URL: database.url,
      S3_ENDPOINT: s3.endpoint,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.access_key_id,
      AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    });
    await emulator.ready();
    const scene = new WarehouseScene(emulator, `http://127.0.0.1:${port}`, database);
    if (options.migrated) await migrateRedshift(scene.data, silent);
    return scene;
  }

  async arm(fault: ArmedFault): Promise<void> {
    const response = await fetch(`${this.endpoint}/_emulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fault),
    });
    if (response.status !== 201) throw new Error(`fault not armed: ${await response.text()}`);
  }

  async disarm(): Promise<void> {
    await fetch(`${this.endpoint}/_emulator/faults`, { method: 'DELETE' });
  }

  /** A query's rows through the Data API, as a user sees them. */
  async rows(sql: string): Promise<ResultRow[]> {
    const rows: ResultRow[] = [];
    for await (const row of this.data.query(sql)) rows.push(row);
    return rows;
  }

  /** What market.candles holds of a product, as the lines of its CSV. */
  async candleLines(productId: string): Promise<string[]> {
    return (await this.candles([productId])).get(productId) ?? [];
  }

  /** What market.candles holds of some products, as the lines of their CSVs. */
  async candles(productIds: readonly string[]): Promise<Map<string, string[]>> {
    const rows = await this.rows(
      `SELECT product_id, granularity, started_at, "open", high, low, close, volume FROM market.candles
       WHERE product_id IN (${productIds.map((id) => `'${id}'`).join(', ')}) ORDER BY product_id, started_at, "open"`,
    );
    const lines = new Map<string, string[]>();
    for (const row of rows) {
      const productId = String(row['product_id']);
      lines.set(productId, [...(lines.get(productId) ?? []), csvLine(row)]);
    }
    return lines;
  }

  async ledgerRow(windowId: string): Promise<ResultRow | undefined> {
    return (await this.ledger()).get(windowId);
  }

  /** The whole ledger by window id. */
  async ledger(): Promise<Map<string, ResultRow>> {
    return new Map((await this.rows('SELECT * FROM market.load_ledger')).map((row) => [String(row['window_id']), row]));
  }

  /** Seals a telling into the bucket and gives the event that tells so. */
  async seal(telling: MadeTelling): Promise<EventData<'archive.sealed'>> {
    const { zip, event } = await sealedTelling(telling, this.objects.bucket, this.prefix);
    await this.objects.put(event.archive.key, zip);
    return event;
  }

  /** A loader's inside over this Redshift and the bucket, fed by hand. */
  loader(options: LoaderOptions = {}): LoaderByHand {
    const loader = new LoaderByHand(this, options);
    this.loops.push(loader.loop);
    return loader;
  }

  async keys(folder = ''): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of this.objects.list(`${this.prefix}/${folder}`)) keys.push(key.slice(this.prefix.length + 1));
    return keys;
  }

  async close(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop(2_000)));
    await this.emulator.end();
    this.data.close();
    const keys = (await this.keys()).map((key) => `${this.prefix}/${key}`);
    if (keys.length > 0) await this.objects.delete(keys);
    this.objects.close();
    await this.database.drop();
  }
}

export interface LoaderOptions {
  /** wraps the bucket, for tests of what happens between two of its requests */
  objects?: LoopParts['objects'];
  data?: RedshiftData;
  intervalMs?: number;
  sweepAtStart?: boolean;
  sweepIntervalMs?: number;
  stagingKeepMs?: number;
  /** whether archives that were never loaded are looked for after each load */
  watch?: 'off' | 'report' | 'load';
  watchAfterMs?: number;
  postgres?: LoopParts['postgres'];
  metrics?: Metrics;
  logger?: Logger;
}

export type Delivery = { telling: MadeTelling } | { withdraw: MadeTelling } | { sealed: EventData<'archive.sealed'> };

/** The loader without Kafka: events come by hand, answers are kept. */
export class LoaderByHand {
  readonly told: ControlEvent[] = [];
  readonly putAside: { key: string; reason: string }[] = [];
  readonly loop: LoadLoop;
  done = 0;
  /** while false, events are no longer this loader's */
  owed = true;
  private readonly queue: LoadQueue;
  private delivered = 0;

  constructor(
    private readonly scene: WarehouseScene,
    options: LoaderOptions,
  ) {
    const { intervalMs = 0, sweepAtStart = false, sweepIntervalMs = 1e12, stagingKeepMs = 86_400_000, logger = silent } = options;
    const { watch = 'off', watchAfterMs = 0, postgres = null, metrics = new Metrics() } = options;
    this.queue = new LoadQueue({ intervalMs, eventsMax: 10_000, bytesMax: 1e9, nowMs: () => performance.now() });
    this.loop = loadLoop({
      config: {
        ARCHIVE_PREFIX: scene.prefix,
        REDSHIFT_COPY_ROLE_ARN: 'arn:aws:iam::123456789012:role/elias-copy',
        WAREHOUSE_SWEEP_INTERVAL_MS: sweepIntervalMs,
        WAREHOUSE_SWEEP_AT_START: sweepAtStart,
        WAREHOUSE_STAGING_KEEP_MS: stagingKeepMs,
        WAREHOUSE_WATCH: watch,
        WAREHOUSE_WATCH_INTERVAL_MS: 1,
        WAREHOUSE_WATCH_AFTER_MS: watchAfterMs,
      },
      objects: options.objects ?? scene.objects,
      data: options.data ?? scene.data,
      queue: this.queue,
      postgres,
      announce: async (records) => {
        for (const { value, headers } of records) {
          const decoded = decodeEvent({ value: Buffer.from(value), headers });
          if (decoded.kind === 'ok') this.told.push(decoded.value);
        }
      },
      metrics: new LoaderMetrics(metrics),
      logger,
    });
    this.loop.start((error) => {
      throw error;
    });
  }

  /** Hands over events as one batch and waits until all are done or put aside. @returns what was told meanwhile */
  async deliver(...deliveries: Delivery[]): Promise<ControlEvent[]> {
    const before = this.told.length;
    await this.hand(...deliveries);
    await this.settled();
    return this.told.slice(before);
  }

  /** Hands over events and does not wait. */
  async hand(...deliveries: Delivery[]): Promise<void> {
    const events = await Promise.all(deliveries.map((delivery) => this.event(delivery)));
    this.delivered += events.length;
    this.queue.add(events);
  }

  async settled(withinMs = 50_000): Promise<void> {
    await until(
      () => this.done + this.putAside.length >= this.delivered,
      withinMs,
      () => `not loaded: ${this.loop.trouble}`,
    );
  }

  private async event(delivery: Delivery): Promise<OwedEvent> {
    const owed = (key: string): Parameters<typeof sealedEvent>[1] => ({
      isOwed: () => this.owed,
      done: () => {
        this.done += 1;
      },
      putAside: async (reason) => {
        this.putAside.push({ key, reason });
      },
    });
    if ('withdraw' in delivery) {
      const data = withdrawnTelling(delivery.withdraw, 'wrong, "all of it"');
      return revokedEvent(data, owed(data.window.id));
    }
    const data = 'sealed' in delivery ? delivery.sealed : await this.scene.seal(delivery.telling);
    return sealedEvent(data, owed(data.archive.key));
  }
}

function testObjects(): ObjectStore {
  const { s3 } = testStack();
  const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
  return new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function csvLine(row: ResultRow): string {
  const started = String(row['started_at'])
    .replace(' ', 'T')
    .replace(/(?:\.0+)?$/, 'Z');
  const plain = ['open', 'high', 'low', 'close', 'volume'].map((name) =>
    String(row[name])
      .replace(/(\.\d*?)0+$/, '$1')
      .replace(/\.$/, ''),
  );
  return [row['product_id'], row['granularity'], started, ...plain].join();
}
