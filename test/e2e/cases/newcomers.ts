import { createHash } from 'node:crypto';
import { WINDOW_HEADER, WINDOW_TOPICS } from '@elias/contracts';
import { migratePostgres } from '@elias/postgres';
import { createLogger } from '@elias/telemetry';
import pg from 'pg';
import { freshDatabase } from '../../support/fresh-database.js';
import type { FreshDatabase } from '../../support/fresh-database.js';
import { ServiceProcess, until } from '../../support/service-process.js';
import { readByNewConsumer } from '../../support/topic-reader.js';
import type { E2eScene } from '../e2e-scene.js';
import type { DamagedArchive } from './corrupt-archive.js';

/** A window's line in a ledger, without the store's own clock. */
const LEDGER = `SELECT window_id, unknown_periods, open_periods, collected_at::text, collection_id, no_trade_periods, csv_sha256, row_count,
  unknown_ranges, open_ranges, archive_key, state FROM market.load_ledger ORDER BY window_id`;
/** Hash and count of all rows of a product, every column. */
const CONTENT = `SELECT product_id, count(*)::int AS candles, md5(string_agg(c::text, E'\\n' ORDER BY granularity, started_at)) AS content
  FROM market.candles c GROUP BY product_id ORDER BY product_id`;

/** Days of stats that are to be computed, and those that are on their way into the ledger. */
const STATS_UNDER_WAY = `SELECT (SELECT count(*) FROM pipeline.transform_marks)::int + (SELECT count(*) FROM pipeline.transforms t
  WHERE NOT EXISTS (SELECT 1 FROM market.load_ledger l WHERE l.window_id = t.window_id AND l.csv_sha256 = t.csv_sha256))::int AS open`;

type Ledger = { window_id: string; csv_sha256: string; unknown_periods: number; open_periods: number; row_count: number };

/** Whoever comes later has everything: from the topic, or from the archives alone. */
export function newcomers(scene: E2eScene, damaged: () => DamagedArchive): void {
  it('a new consumer has the last revision of every settled window from the compacted topics', async () => {
    await until(
      async () => (await scene.readers.postgres.query<{ open: number }>(STATS_UNDER_WAY)).rows[0]!.open === 0,
      240_000,
      () => 'stats are still under way',
    );
    const ledger = (await scene.readers.postgres.query<Ledger>(LEDGER)).rows;
    const settled = ledger.filter(({ unknown_periods, open_periods }) => unknown_periods + open_periods === 0);
    const compacted = WINDOW_TOPICS.filter(({ cleanup }) => cleanup === 'compact');
    const topics = await Promise.all(compacted.map(({ name }) => readByNewConsumer(scene.stack.kafka.brokers, name)));
    const last = new Map(topics.flatMap((topic) => [...topic]));
    expect(settled.length).toBeGreaterThan(10);
    expect(ledger.filter(({ window_id }) => !last.has(window_id))).toEqual([]);
    const told = settled.map(({ window_id }) => {
      const { value, headers } = last.get(window_id)!;
      const header = JSON.parse(headers[WINDOW_HEADER]!) as { row_count: number; csv_sha256: string };
      const rows = value!.toString().trimEnd().split('\n').length - 1;
      expect({ rows, csv_sha256: createHash('sha256').update(value!).digest('hex') }).toEqual({
        rows: header.row_count,
        csv_sha256: header.csv_sha256,
      });
      return { window_id, row_count: header.row_count, csv_sha256: header.csv_sha256 };
    });
    expect(told).toEqual(settled.map(({ window_id, row_count, csv_sha256 }) => ({ window_id, row_count, csv_sha256 })));
  }, 300_000);

  describe('an rds-loader that reads the archives into a database of its own', () => {
    let database: FreshDatabase;
    let loader: ServiceProcess;
    let topic: pg.Client;

    beforeAll(async () => {
      const { kafka, s3, postgres } = scene.stack;
      database = await freshDatabase(postgres);
      await database.admin.query(`SET TIME ZONE 'UTC'`);
      await migratePostgres(database.url, createLogger({ app: 'test', level: 'silent' }));
      loader = new ServiceProcess('rds-loader', {
        KAFKA_BROKERS: kafka.brokers.join(','),
        POSTGRES_URL: database.url,
        RDS_LOADER_SOURCE: 'archive',
        ARCHIVE_BUCKET: s3.bucket,
        AWS_REGION: s3.region,
        S3_ENDPOINT: s3.endpoint,
        AWS_ACCESS_KEY_ID: s3.access_key_id,
        AWS_SECRET_ACCESS_KEY: s3.secret_access_key,
      });
      topic = scene.readers.postgres;
    }, 300_000);
    afterAll(async () => {
      await loader.end();
      await database.drop();
    }, 300_000);

    it('ends with the same rows and the same ledger as the loader from the topic', async () => {
      const both = async (sql: string): Promise<[unknown[], unknown[]]> => [
        (await database.admin.query(sql)).rows,
        (await topic.query(sql)).rows,
      ];
      let ledgers = await both(LEDGER);
      await until(
        async () => JSON.stringify((ledgers = await both(LEDGER))[0]) === JSON.stringify(ledgers[1]),
        240_000,
        () => `from archives ${ledgers[0].length} windows, from the topic ${ledgers[1].length}\n${loader.output.slice(-4_000)}`,
      );
      expect(ledgers[0].length).toBeGreaterThan(10);
      const [fromArchives, fromTopic] = await both(CONTENT);
      expect(fromArchives).toEqual(fromTopic);
    }, 300_000);

    it('refuses the corrupt archive with key and reason', async () => {
      const { windowId, key, collectionId } = damaged();
      const failed = await scene.telling('rds.failed', ({ window_id, source }) => window_id === windowId && source === 'archive');
      expect(failed).toMatchObject({ reason: 'archive-corrupt', revision: { collection_id: collectionId } });
      expect(failed.detail).toContain(key);
      expect((await database.admin.query('SELECT 1 FROM market.load_ledger WHERE window_id = $1', [windowId])).rows).toEqual([]);
    }, 300_000);
  });
}
