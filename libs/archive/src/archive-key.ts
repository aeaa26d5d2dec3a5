import type { Revision, Window } from '@elias/market-data';
import { candleWindowAt, dayWindowAt, formatInstant, isDayDataset, isGranularity, parseInstant, tradeWindowAt } from '@elias/market-data';

/**
 * Object key of a sealed window, e.g.
 * `<prefix>/candles/granularity=60/product=BTC-USD/dt=2023-12-01/BTC-USD_60_2023-12-01_r20231202T001503Z_3f9a1c07_9f2c41d07ab3.zip`.
 *
 * Window, revision and content name the object, nothing of ours (clock, offset, chance): whoever archives the same collection
 * again writes the same bytes to the same key. `dt` is the window's first day, for months and years too (`dt=2023-12-01`,
 * `dt=2023-01-01`), so that date-typed partition projection reads every granularity.
 * @param prefix '' for the top of the bucket; slashes at its ends do not count
 * @param csvSha256 hex digest of the CSV inside the zip
 */
export function archiveKey(prefix: string, window: Window, revision: Revision, csvSha256: string): string {
  return `${archiveFolder(prefix, window)}/${archiveName(window, revision, csvSha256)}.zip`;
}

/** Name of a sealed window without folder and ending; the zip's CSV entry is called so too. */
export function archiveName(window: Window, revision: Revision, csvSha256: string): string {
  const collectedAt = formatInstant(revision.collectedAtMs).replace(/[-:]/g, '');
  const telling = `r${collectedAt}_${revision.collectionId.slice(-8)}_${csvSha256.slice(0, 12)}`;
  return `${window.productId}_${kindOf(window)}_${beginningOf(window)}_${telling}`;
}

/** Folder (date prefix) that holds every sealed revision of one window, of hours of the day's others too, without a slash at its end. */
export function archiveFolder(prefix: string, window: Window): string {
  return `${prefixFolder(prefix)}${window.dataset}/${partitionPath(window)}`;
}

/** Key of the marker that says that an archive is withdrawn. */
export function revokedMarkerKey(archiveKey: string): string {
  return `${archiveKey.replace(/\.zip$/, '')}.revoked.json`;
}

/** Key of the checksum list that lies beside a window's archives; `sha256sum -c` reads it. */
export function checksumListKey(prefix: string, window: Window): string {
  return `${archiveFolder(prefix, window)}/SHA256SUMS`;
}

/**
 * Key of the gzip twin, one per window whatever its revision: `<prefix>/tables/candles/granularity=60/product=BTC-USD/dt=2023-12-01/data.csv.gz`;
 * of an hour `…/dt=2023-12-01/hour=13/data.csv.gz`.
 */
export function twinKey(prefix: string, window: Window): string {
  const hour = isHour(window) ? `/hour=${beginningOf(window).slice(-2)}` : '';
  return `${prefixFolder(prefix)}tables/${window.dataset}/${partitionPath(window)}${hour}/data.csv.gz`;
}

/** What an archive's key tells by itself; hash and collection only in part, so the manifest decides. */
export interface ArchiveKeyParts {
  readonly window: Window;
  readonly collectedAtMs: number;
  /** last 8 hex of the collection id */
  readonly collectionTail: string;
  /** first 12 hex of the CSV's sha256 */
  readonly csvSha256Head: string;
}

/** Reads a key made by `archiveKey` with this prefix; null when it is none. */
export function parseArchiveKey(prefix: string, key: string): ArchiveKeyParts | null {
  const name = ARCHIVE_NAME.exec(key.slice(key.lastIndexOf('/') + 1))?.groups;
  if (name === undefined) return null;
  try {
    const [day, hour] = name['date']!.split('T');
    const window = windowNamed(name['product']!, name['kind']!, parseInstant(`${day!}T${hour ?? '00'}:00:00Z`), hour !== undefined);
    const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(name['collected']!)!;
    const collectedAtMs = parseInstant(`${date!.replace(/(....)(..)(..)/, '$1-$2-$3')}T${time!.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`);
    const whole = `${archiveFolder(prefix, window)}/${name['product']!}_${kindOf(window)}_${beginningOf(window)}_${name['telling']!}.zip`;
    return whole === key ? { window, collectedAtMs, collectionTail: name['tail']!, csvSha256Head: name['hash']! } : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const ARCHIVE_NAME =
  /^(?<product>_all|[^_]+)_(?<kind>[a-z0-9_]{1,40})_(?<date>\d{4}-\d{2}-\d{2}(?:T\d{2})?)_(?<telling>r(?<collected>\d{8}T\d{6}Z)_(?<tail>[0-9a-f]{8})_(?<hash>[0-9a-f]{12}))\.zip$/;

/** What tells a window from others of its product and day: the width of its candles, or the dataset. */
function kindOf(window: Window): string {
  return window.dataset === 'candles' ? String(window.granularity) : window.dataset;
}

/** @throws RangeError when there is no such window */
function windowNamed(productId: string, kind: string, atMs: number, hourly: boolean): Window {
  if (kind === 'trades') return tradeWindowAt(productId, hourly ? 3_600 : 86_400, atMs);
  if (isDayDataset(kind)) return dayWindowAt(kind, productId, atMs);
  const granularity = Number(kind);
  if (!isGranularity(granularity)) throw new RangeError(`no dataset or candle width: ${kind}`);
  return candleWindowAt(productId, granularity, atMs);
}

function partitionPath(window: Window): string {
  const width = window.dataset === 'candles' ? `granularity=${window.granularity}/` : '';
  return `${width}product=${window.productId}/dt=${firstDay(window)}`;
}

function isHour(window: Window): boolean {
  return window.dataset === 'trades' && window.granularity === 3_600;
}

/** The window's first day, and of an hour that hour: `2023-12-01T13`. */
function beginningOf(window: Window): string {
  return formatInstant(window.fromMs).slice(0, isHour(window) ? 13 : 10);
}

function firstDay(window: Window): string {
  return formatInstant(window.fromMs).slice(0, 10);
}

/** A prefix as the beginning of keys: '' or with one slash at its end, whatever slashes it was given with. */
export function prefixFolder(prefix: string): string {
  const bare = prefix.replace(/^\/+|\/+$/g, '');
  return bare === '' ? '' : `${bare}/`;
}
