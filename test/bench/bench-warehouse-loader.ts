import { archiveKey, gzipFromDeflate, openArchive, sealArchive } from '@elias/archive';
import { columnNames, coverageToWire, DATASET_MODELS, formatRanges, revisionToWire, SCHEMA_VERSION, windowToWire } from '@elias/contracts';
import type { EventData } from '@elias/contracts';
import { ObjectStore } from '@elias/object-store';
import { migrateRedshift, RedshiftData } from '@elias/redshift';
import { createLogger, Metrics } from '@elias/telemetry';
import pLimit from 'p-limit';
import { loadLoop } from '../../apps/warehouse-loader/src/compose-loop.js';
import { clientToken } from '../../apps/warehouse-loader/src/load-token.js';
import { LoadQueue } from '../../apps/warehouse-loader/src/load-queue.js';
import { LoaderMetrics } from '../../apps/warehouse-loader/src/loader-metrics.js';
import { sealedEvent } from '../../apps/warehouse-loader/src/owed-event.js';
import type { SoundArchive } from '../../apps/warehouse-loader/src/read-archive.js';
import { RedshiftWarehouse } from '../../apps/warehouse-loader/src/redshift/redshift-warehouse.js';
import { BUCKET_REQUESTS_AT_ONCE, StageLoads } from '../../apps/warehouse-loader/src/stage-load.js';
import { BenchProcess } from './bench-process.js';
import type { BenchStack } from './bench-stack.js';
import type { BenchWindow } from './bench-windows.js';
import { median } from './figures.js';
import type { Figure } from './figures.js';

const RUNS = 5;
const WINDOWS_PER_LOAD = 50;
const logger = createLogger({ app: 'bench', level: 'error' });

/** An archive that lies in the bucket, and what a loader makes of it. */
interface Sealed {
  readonly event: EventData<'archive.sealed'>;
  readonly sound: SoundArchive;
}

/**
 * What the loader adds to what every loader must do: staging puts, COPY and replace in one transaction. Batches of first loads, the
 * yardstick's and the loader's in turn, on windows of their own.
 */
export async function benchWarehouseLoader(stack: BenchStack, windows: readonly BenchWindow[]): Promise<Figure[]> {
  const { s3, postgres } = stack;
  process.env['AWS_ACCESS_KEY_ID'] = s3.access_key_id;
  process.env['AWS_SECRET_ACCESS_KEY'] = s3.secret_access_key;
  const emulator = new BenchProcess('apps/redshift-emulator/src/main.js', {
    EMULATOR_POSTGRES_URL: postgres.redshift_url,
    ...{
      S3_ENDPOINT: s3.endpoint,
      AWS_REGION: s3.region,
      AWS_ACCESS_KEY_ID: s3.access_key_id,
      AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
    },
    LOG_LEVEL: 'error',
  });
  const data = new RedshiftData({ region: s3.region, target: { database: 'dev', workgroup: 'elias' }, endpoint: await emulator.url() });
  const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
  const objects = new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
  const prefix = `bench-warehouse-${process.pid}`;
  try {
    await migrateRedshift(data, logger);
    const batches: Sealed[][] = [];
    for (let at = 0; at + WINDOWS_PER_LOAD <= windows.length && batches.length < 2 * RUNS + 2; at += WINDOWS_PER_LOAD) {
      batches.push(await seal(windows.slice(at, at + WINDOWS_PER_LOAD), objects, prefix));
    }
    const loader = new TimedLoader(objects, data, prefix);
    const [yardsticks, announced, settled]: [number[], number[], number[]] = [[], [], []];
    for (let at = 0; at + 1 < batches.length; at += 2) {
      const yardstick = await bareLoad(batches[at]!, objects, data, prefix);
      const took = await loader.load(batches[at + 1]!);
      // the first pair warms up connections and caches
      if (at === 0) continue;
      yardsticks.push(yardstick);
      announced.push(took.announced);
      settled.push(took.settled);
    }
    await loader.stop();
    const overhead = (runs: readonly number[]): number => (median(runs) / median(yardsticks) - 1) * 100;
    const own = overhead(announced);
    const yardstick = { name: 'staging puts + COPY + replace alone', runs: yardsticks };
    return [
      {
        name: `warehouse-loader, ${WINDOWS_PER_LOAD} windows: read, checked, staged, loaded, ledger read`,
        unit: 's',
        runs: announced,
        yardstick,
        note: `own overhead ${own.toFixed(0)} %, wanted at most 20 %: ${own <= 20 ? 'reached' : 'MISSED'}`,
      },
      { name: 'the same, with the gzip twins written', unit: 's', runs: settled, yardstick },
    ];
  } finally {
    objects.close();
    data.close();
    await emulator.stop();
  }
}

async function seal(windows: readonly BenchWindow[], objects: ObjectStore, prefix: string): Promise<Sealed[]> {
  const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
  return Promise.all(windows.map((window) => limit(() => sealOne(window, objects, prefix))));
}

async function sealOne({ facts, csv }: BenchWindow, objects: ObjectStore, prefix: string): Promise<Sealed> {
  const { window, revision, coverage, rowCount, csvSha256 } = facts;
  const { zip, sha256, csvEntry } = await sealArchive({ ...facts, schemaVersion: SCHEMA_VERSION }, csv);
  const key = archiveKey(prefix, window, revision, csvSha256);
  await objects.put(key, zip);
  const event = {
    ...{ request_id: facts.requestId, run_id: facts.runId, origin: facts.origin, row_count: rowCount, csv_sha256: csvSha256 },
    ...{
      window: windowToWire(window),
      revision: revisionToWire(revision),
      coverage: coverageToWire(coverage),
      schema_version: SCHEMA_VERSION,
    },
    archive: { bucket: objects.bucket, key, bytes: zip.length, sha256 },
    csv_entry: { offset: csvEntry.offset, deflate_bytes: csvEntry.deflateBytes, bytes: csvEntry.bytes, crc32: csvEntry.crc32 },
    source: { topic: 'bench', partition: 0, offset: '0' },
  };
  const ranges = { unknownRanges: formatRanges(window, coverage.unknownRanges), openRanges: formatRanges(window, coverage.openRanges) };
  const told = { window, revision, schemaVersion: SCHEMA_VERSION, rowCount, noTrade: coverage.noTrade, csvSha256, archiveKey: key };
  const gzip = gzipFromDeflate(openArchive(zip).deflated, csvEntry);
  return { event, sound: { kind: 'sound', facts: { ...told, ...ranges }, columns: columnNames(DATASET_MODELS.candles), gzip } };
}

/** Seconds that the stores alone need: the puts, as many at once, then the transaction. */
async function bareLoad(batch: readonly Sealed[], objects: ObjectStore, data: RedshiftData, prefix: string): Promise<number> {
  const stage = new StageLoads(objects, `${prefix}/bare`);
  const warehouse = new RedshiftWarehouse(data, { bucket: objects.bucket, copyRoleArn: null });
  const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
  const startedMs = performance.now();
  const archives = await Promise.all(batch.map(({ sound }) => limit(() => stage.stageWindow('bare', sound))));
  const load = await stage.stageLists(archives, []);
  const result = await warehouse.load(load, clientToken(load, 1), new AbortController().signal);
  if (result.kind !== 'loaded') throw new Error(`the bare load is ${result.kind}: ${result.text}`);
  return (performance.now() - startedMs) / 1_000;
}

/** The loader as it is, without Kafka. */
class TimedLoader {
  private readonly queue = new LoadQueue({ intervalMs: 0, eventsMax: 10_000, bytesMax: 1e9, nowMs: () => performance.now() });
  private readonly loop;
  private announcedMs = 0;

  constructor(objects: ObjectStore, data: RedshiftData, prefix: string) {
    const far = Number.MAX_SAFE_INTEGER;
    this.loop = loadLoop({
      config: {
        ARCHIVE_PREFIX: prefix,
        REDSHIFT_COPY_ROLE_ARN: undefined,
        WAREHOUSE_SWEEP_INTERVAL_MS: far,
        WAREHOUSE_SWEEP_AT_START: false,
        WAREHOUSE_STAGING_KEEP_MS: far,
        WAREHOUSE_WATCH: 'off',
        WAREHOUSE_WATCH_INTERVAL_MS: 1,
        WAREHOUSE_WATCH_AFTER_MS: 0,
      },
      ...{ objects, data, postgres: null, queue: this.queue, metrics: new LoaderMetrics(new Metrics()), logger },
      announce: async () => void (this.announcedMs = performance.now()),
    });
    this.loop.start((error) => {
      throw error;
    });
  }

  /** Seconds until a batch was announced, and until its events are done. */
  async load(batch: readonly Sealed[]): Promise<{ announced: number; settled: number }> {
    let left = batch.length;
    const startedMs = performance.now();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        if ((left -= 1) === 0) resolve();
      };
      const putAside = async (reason: string, cause: unknown): Promise<void> => reject(new Error(reason, { cause }));
      this.queue.add(batch.map(({ event }) => sealedEvent(event, { isOwed: () => true, done, putAside })));
    });
    return { announced: (this.announcedMs - startedMs) / 1_000, settled: (performance.now() - startedMs) / 1_000 };
  }

  async stop(): Promise<void> {
    await this.loop.stop(10_000);
  }
}
