import { createHash } from 'node:crypto';
import { twinKey } from '@elias/archive';
import type { WireCoverage } from '@elias/contracts';
import { coverageToWire } from '@elias/contracts';
import { describeError } from '@elias/errors';
import { formatInstant, parseWindowId, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import pLimit from 'p-limit';
import { storeDifference } from './compare-window.js';
import { readAgain } from './read-again.js';
import { currentSealed } from './revisions/sealed-revisions.js';
import type { WindowStore } from './stored-window.js';

/** Windows read at once: each holds its rows from three places. */
const WINDOWS_AT_ONCE = 4;

/** One window in the report, as `npm start -- --json` prints it. */
export interface ComparedWindow {
  dataset: string;
  product_id: string;
  granularity: number;
  from: string;
  to: string;
  candles: number | null;
  coverage: Pick<WireCoverage, 'present' | 'no_trade' | 'unknown' | 'open'> | null;
  archive: { bucket: string; key: string; bytes: number; sha256: string; csv_sha256: string } | null;
  twin: { bucket: string; key: string } | null;
  redshift_rows: number | null;
  rds_rows: number | null;
  equal: boolean;
  error: string | null;
}

export interface ComparedStores {
  bucket: Pick<ObjectStore, 'bucket' | 'list' | 'get' | 'head'>;
  prefix: string;
  redshift: WindowStore;
  rds: WindowStore;
  /** wait before a store that did not answer is asked again, milliseconds */
  askAgainAfterMs?: number;
}

/** Compares each window, value by value, in the archive, Redshift and Postgres. A window that cannot be read is not equal, with the reason. */
export async function compareWindows(windowIds: readonly string[], stores: ComparedStores): Promise<ComparedWindow[]> {
  const limit = pLimit(WINDOWS_AT_ONCE);
  return Promise.all(windowIds.map((id) => limit(() => compareOne(parseWindowId(id), stores))));
}

async function compareOne(window: Window, stores: ComparedStores): Promise<ComparedWindow> {
  const report: ComparedWindow = { ...named(window), ...nothing };
  try {
    return await readAgain(() => compareNow(window, stores, Object.assign(report, nothing)), stores.askAgainAfterMs);
  } catch (error) {
    return { ...report, error: describeError(error) };
  }
}

/** @param report gets what is known so far */
async function compareNow(window: Window, stores: ComparedStores, report: ComparedWindow): Promise<ComparedWindow> {
  const { bucket, prefix } = stores;
  const [best, redshift, rds] = await Promise.all([
    currentSealed(window, bucket, prefix),
    stores.redshift.read(window),
    stores.rds.read(window),
  ]);
  report.redshift_rows = redshift.rows.length;
  report.rds_rows = rds.rows.length;
  if (best === null) return { ...report, error: `no archive of ${windowId(window)} lies in the bucket` };
  const { key, zip, opened } = best;
  const { manifest, csv } = opened;
  const { present, no_trade, unknown, open } = coverageToWire(manifest.coverage);
  report.candles = manifest.rowCount;
  report.coverage = { present, no_trade, unknown, open };
  report.archive = { bucket: bucket.bucket, key, bytes: zip.length, sha256: sha256(zip), csv_sha256: manifest.csvSha256 };
  const twin = await bucket.head(twinKey(prefix, window));
  report.twin = twin === null ? null : { bucket: bucket.bucket, key: twinKey(prefix, window) };
  const differences = [
    [stores.redshift.name, storeDifference({ manifest, csv }, redshift)],
    [stores.rds.name, storeDifference({ manifest, csv }, rds)],
  ].flatMap(([name, difference]) => (difference === null ? [] : [`${name}: ${difference}`]));
  return differences.length === 0 ? { ...report, equal: true } : { ...report, error: differences.join('; ') };
}

const nothing = {
  candles: null,
  coverage: null,
  archive: null,
  twin: null,
  redshift_rows: null,
  rds_rows: null,
  equal: false,
  error: null,
};

function named(window: Window): Pick<ComparedWindow, 'dataset' | 'product_id' | 'granularity' | 'from' | 'to'> {
  return {
    dataset: window.dataset,
    product_id: window.productId,
    granularity: window.granularity,
    from: formatInstant(window.fromMs),
    to: formatInstant(window.toMs),
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
