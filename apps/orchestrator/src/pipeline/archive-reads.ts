import { isDayDataset, windowSpan } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { Postgres } from '@elias/postgres';
import type { Archives, Download, Revisions } from './archive-answers.js';
import { momentText } from './coverage-reads.js';
import type { ArchivesQuery } from './pipeline-queries.js';
import { revisionsOfWindow } from './revisions-of-window.js';
import type { TimedFact } from './revisions-of-window.js';

/** How long the address of a download is good, seconds. */
const DOWNLOAD_S = 300;
/** Most facts of one window that are read; a window collected every day of a year has some two thousand. */
const FACTS_MAX = 5_000;
/** Between window and collection in `next`; no name has it. */
const SEPARATOR = ' ';

/** What was told and sealed of each window, and where it lies. */
export class ArchiveReads {
  constructor(
    private readonly postgres: Postgres,
    private readonly store: ObjectStore,
  ) {}

  async revisions(windowId: string): Promise<Revisions> {
    const facts = await this.postgres.query<TimedFact>(
      `SELECT fact, ${momentText('recorded_at')} AS at FROM pipeline.facts WHERE window_id = $1
       ORDER BY facts.recorded_at DESC, stage, telling LIMIT ${FACTS_MAX}`,
      [windowId],
    );
    const [ledger] = await this.postgres.query<{ collection_id: string }>(
      `SELECT collection_id FROM market.load_ledger WHERE window_id = $1 AND state = 'loaded'`,
      [windowId],
    );
    return { window: windowId, revisions: revisionsOfWindow(facts.reverse(), ledger?.collection_id ?? null) };
  }

  /** By window and collection; `next` is where the following page begins. */
  async archives(query: ArchivesQuery): Promise<Archives> {
    const { dataset, product, granularity = 60, from, to, after, limit } = query;
    const prefix = dataset === 'candles' ? `candles/${granularity}/${product}/` : `${dataset}/${product}/`;
    const dateLength = isDayDataset(dataset) ? 10 : { day: 10, month: 7, year: 4 }[windowSpan(granularity)];
    const [afterWindow = '', afterCollection = ''] = after.split(SEPARATOR);
    const rows = await this.postgres.query<Archives['archives'][number]>(
      `SELECT f.window_id, f.fact -> 'archive' ->> 'key' AS key, (f.fact -> 'archive' ->> 'bytes')::float8 AS bytes,
         f.fact -> 'archive' ->> 'sha256' AS sha256, f.fact -> 'told' ->> 'csvSha256' AS csv_sha256, ${momentText('f.recorded_at')} AS sealed_at,
         f.telling AS collection_id, COALESCE(l.collection_id = f.telling, false) AS current
       FROM pipeline.facts f LEFT JOIN market.load_ledger l ON l.window_id = f.window_id AND l.state = 'loaded'
       WHERE f.window_id >= $1 AND f.window_id <= $2 AND f.stage = 'sealed' AND (f.window_id, f.stage, f.telling) > ($3, 'sealed', $4)
       ORDER BY f.window_id, f.stage, f.telling LIMIT $5`,
      // an hour's name goes on behind its day's
      [
        prefix + (from ?? '').slice(0, dateLength),
        `${prefix}${(to ?? '~').slice(0, dateLength)}${dataset === 'trades' ? '~' : ''}`,
        afterWindow,
        afterCollection,
        limit + 1,
      ],
    );
    const archives = rows.slice(0, limit);
    const last = archives.at(-1);
    return { archives, next: rows.length > limit && last !== undefined ? last.window_id + SEPARATOR + last.collection_id : null };
  }

  /**
   * An address to read an archive at, for five minutes; null when no sealed window is called so. Other objects of the bucket are nobody's.
   * @throws ObjectStoreUnavailableError there are no credentials to sign it with
   */
  async download(key: string): Promise<Download | null> {
    const [known] = await this.postgres.query<{ bucket: string }>(
      `SELECT fact -> 'archive' ->> 'bucket' AS bucket FROM pipeline.facts WHERE stage = 'sealed' AND fact -> 'archive' ->> 'key' = $1 LIMIT 1`,
      [key],
    );
    if (known?.bucket !== this.store.bucket) return null;
    const expires_at = new Date(Date.now() + DOWNLOAD_S * 1_000).toISOString();
    const fileName = key.slice(key.lastIndexOf('/') + 1);
    return { url: await this.store.presignGet(key, { expiresInS: DOWNLOAD_S, fileName }), expires_at };
  }
}
