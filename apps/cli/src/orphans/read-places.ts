import { archiveRoots, dateFolderOf, prefixFolder } from '@elias/archive';
import { parseInstant } from '@elias/market-data';
import type { ListedObject, ObjectStore } from '@elias/object-store';
import type { Postgres } from '@elias/postgres';
import type { RedshiftData } from '@elias/redshift';
import { folderOf } from './find-orphans.js';
import type { LedgerRef } from './find-orphans.js';

type Foldered<T> = AsyncGenerator<readonly [folder: string, entry: T], void, undefined>;

/** Ledger rows of one page. */
const PAGE_ROWS = 5_000;
const LEDGER_COLUMNS = 'window_id, archive_key, state, loaded_at';

/** Every object beside the archives, by their folders; S3 lists in the order of keys. @throws ObjectStoreUnavailableError */
export async function* listArchives(bucket: Pick<ObjectStore, 'list'>, prefix: string): Foldered<ListedObject> {
  for (const root of archiveRoots(prefix)) {
    for await (const object of bucket.list(root)) yield [dateFolderOf(object.key), object];
  }
}

/** Every twin, by the folder of its window's archives. @throws ObjectStoreUnavailableError */
export async function* listTwins(bucket: Pick<ObjectStore, 'list'>, prefix: string): Foldered<ListedObject> {
  const tables = `${prefixFolder(prefix)}tables/`;
  for (const root of archiveRoots(tables)) {
    for await (const object of bucket.list(root)) yield [`${prefixFolder(prefix)}${dateFolderOf(object.key).slice(tables.length)}`, object];
  }
}

/** What loads have staged. @throws ObjectStoreUnavailableError */
export function listStaged(bucket: Pick<ObjectStore, 'list'>, prefix: string): AsyncIterable<ListedObject> {
  return bucket.list(`${prefixFolder(prefix)}_loads/`);
}

/** The ledger in Postgres, page by page. @throws PostgresUnavailableError */
export async function* postgresLedger(postgres: Postgres, prefix: string): Foldered<LedgerRef> {
  for (let after = ''; ;) {
    const rows = await postgres.query<{ window_id: string; archive_key: string | null; state: string; loaded_at: Date }>(
      `SELECT ${LEDGER_COLUMNS} FROM market.load_ledger WHERE window_id > $1 COLLATE "C" ORDER BY window_id COLLATE "C" LIMIT ${PAGE_ROWS}`,
      [after],
    );
    for (const { window_id, archive_key, state, loaded_at } of rows) {
      yield [folderOf(prefix, window_id), { windowId: window_id, archiveKey: archive_key ?? '', state, loadedAtMs: loaded_at.getTime() }];
    }
    if (rows.length < PAGE_ROWS) return;
    after = rows.at(-1)!.window_id;
  }
}

/** The ledger in Redshift, as its result comes; text is compared by bytes there. @throws RedshiftUnavailableError */
export async function* redshiftLedger(redshift: RedshiftData, prefix: string): Foldered<LedgerRef> {
  const sql = `SELECT window_id, archive_key, state, CAST(loaded_at AS VARCHAR(32)) AS loaded_at FROM market.load_ledger ORDER BY window_id`;
  for await (const row of redshift.query(sql)) {
    const windowId = String(row['window_id']);
    const loadedAtMs = parseInstant(`${String(row['loaded_at']).replace(' ', 'T').slice(0, 19)}Z`);
    yield [folderOf(prefix, windowId), { windowId, archiveKey: String(row['archive_key'] ?? ''), state: String(row['state']), loadedAtMs }];
  }
}
