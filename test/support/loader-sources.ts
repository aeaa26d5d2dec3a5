import { archiveKey, sealArchive } from '@elias/archive';
import { coverageToWire, decodeEvent, encodeEvent, revisionToWire, TOPICS, windowToWire } from '@elias/contracts';
import type { ControlEvent, EncodedRecord } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import type { Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { FollowArchiveObjects } from '../../apps/rds-loader/src/follow-archive-objects.js';
import { LoadArchives } from '../../apps/rds-loader/src/load-archives.js';
import { LoadBatch } from '../../apps/rds-loader/src/load-batch.js';
import { LoadWindowRecords } from '../../apps/rds-loader/src/load-window-records.js';
import { LoadWindows } from '../../apps/rds-loader/src/load-windows.js';
import { LoaderMetrics } from '../../apps/rds-loader/src/loader-metrics.js';
import { PostgresWindowStore } from '../../apps/rds-loader/src/postgres/postgres-window-store.js';
import type { MadeTelling } from './made-telling.js';
import { testStack } from './stack.js';

export type LoaderSource = 'topic' | 'archive';

/** A delivery as a person thinks of it: a telling arrives, or is withdrawn. */
export type Delivery = { telling: MadeTelling } | { withdraw: MadeTelling };

const logger = createLogger({ app: 'test', level: 'silent' });

export function testBucket(): ObjectStore {
  const { s3 } = testStack();
  const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
  return new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
}

/** An rds-loader's inside over a real database and bucket, fed with batches by hand. */
export class LoaderByHand {
  readonly told: ControlEvent[] = [];
  readonly deadLetters: { key: string | null; reason: string }[] = [];
  private readonly store: PostgresWindowStore;
  private readonly windows: LoadWindowRecords;
  private readonly objects: FollowArchiveObjects;
  private offset = 0;

  constructor(
    readonly source: LoaderSource,
    postgres: Postgres,
    private readonly bucket: ObjectStore,
    private readonly prefix: string,
    transactionBytesMax = 1_000_000,
  ) {
    const metrics = new LoaderMetrics(new Metrics());
    this.store = new PostgresWindowStore(postgres, prefix);
    const events = { send: (records: readonly EncodedRecord[]) => this.tell(records) };
    const batch = new LoadBatch({ windows: new LoadWindows(this.store), events, source, metrics, logger });
    const load = new LoadArchives(batch, bucket, transactionBytesMax, 4);
    this.windows = new LoadWindowRecords(batch, transactionBytesMax, metrics);
    this.objects = new FollowArchiveObjects(this.store, source === 'archive' ? { load, batch } : null, metrics);
  }

  /** One batch of each topic that the deliveries need, as this source has them. */
  async deliver(...deliveries: Delivery[]): Promise<void> {
    const windows: EncodedRecord[] = [];
    const objects: EncodedRecord[] = [];
    for (const delivery of deliveries) {
      if ('withdraw' in delivery) objects.push(revokedEvent(delivery.withdraw));
      else if (this.source === 'topic') windows.push(delivery.telling.record);
      else objects.push(await sealed(delivery.telling, this.bucket, this.prefix));
    }
    if (windows.length > 0) await this.windows.run(this.batch(windows));
    if (objects.length > 0) await this.objects.run(this.batch(objects));
  }

  batch(records: readonly EncodedRecord[]): RecordBatch {
    const consumed = records.map(({ topic, key, value, headers }): ConsumedRecord => {
      this.offset += 1;
      return { topic: topic.name, partition: 0, offset: String(this.offset), key, value: Buffer.from(value), headers, timestampMs: 0 };
    });
    return new RecordBatch({
      topic: consumed[0]!.topic,
      partition: 0,
      records: consumed,
      deadLetter: ({ key }, reason) => {
        this.deadLetters.push({ key, reason });
        return Promise.resolve();
      },
    });
  }

  private tell(records: readonly EncodedRecord[]): Promise<void> {
    for (const { value, headers } of records) {
      const decoded = decodeEvent({ value: Buffer.from(value), headers });
      if (decoded.kind === 'ok') this.told.push(decoded.value);
    }
    return Promise.resolve();
  }
}

/** Seals a telling into the bucket and gives the event that tells so. */
export async function sealed({ facts, csv }: MadeTelling, bucket: ObjectStore, prefix: string): Promise<EncodedRecord> {
  const { zip, sha256, csvEntry } = await sealArchive(facts, csv);
  const key = archiveKey(prefix, facts.window, facts.revision, facts.csvSha256);
  await bucket.put(key, zip);
  return encodeEvent(
    'archive.sealed',
    {
      request_id: facts.requestId,
      run_id: facts.runId,
      origin: facts.origin,
      window: windowToWire(facts.window),
      revision: revisionToWire(facts.revision),
      row_count: facts.rowCount,
      csv_sha256: facts.csvSha256,
      schema_version: facts.schemaVersion,
      coverage: coverageToWire(facts.coverage),
      archive: { bucket: bucket.bucket, key, bytes: zip.length, sha256 },
      csv_entry: { offset: csvEntry.offset, deflate_bytes: csvEntry.deflateBytes, bytes: csvEntry.bytes, crc32: csvEntry.crc32 },
      source: { topic: TOPICS.windowsCandles.name, partition: 0, offset: '0' },
    },
    'test',
  );
}

export function revokedEvent({ facts: { window, revision } }: MadeTelling): EncodedRecord {
  const data = {
    window: windowToWire(window),
    revision: revisionToWire(revision),
    reason: 'withdrawn by a test',
    revoked_at: '2023-12-05T00:00:00Z',
  };
  return encodeEvent('archive.revoked', data, 'test');
}
