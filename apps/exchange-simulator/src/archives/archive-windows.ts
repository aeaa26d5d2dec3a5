import type { Granularity } from '../candles/candle-row.js';

/** Where archives are read from; `ObjectStore` of `@elias/object-store` is one. */
export interface ArchiveObjects {
  list(prefix: string): AsyncIterable<{ key: string }>;
  get(key: string): Promise<Buffer>;
}

/** Keys of all sealed revisions, by product, granularity and the window's first instant in seconds. */
export type ArchiveIndex = Map<string, Map<Granularity, Map<number, string[]>>>;

const KEY = /^candles\/granularity=(60|300|900|3600|21600|86400)\/product=([A-Z0-9]+-[A-Z0-9]+)\/dt=(\d{4}-\d{2}-\d{2})\/[^/]+\.zip$/;

const WITHDRAWN = '.revoked.json';

/** Lists the archives below a prefix ('' or ending in a slash). What is no candle archive is not looked at. */
export async function indexArchives(objects: ArchiveObjects, prefix: string): Promise<ArchiveIndex> {
  const index: ArchiveIndex = new Map();
  const withdrawn = new Set<string>();
  for await (const { key } of objects.list(`${prefix}candles/`)) {
    // a marker is listed right before the archive that it withdraws
    if (key.endsWith(WITHDRAWN)) withdrawn.add(`${key.slice(0, -WITHDRAWN.length)}.zip`);
    if (withdrawn.has(key)) continue;
    const [, width, productId, date] = KEY.exec(key.slice(prefix.length)) ?? [];
    if (productId === undefined || date === undefined) continue;
    const product = index.get(productId) ?? new Map<Granularity, Map<number, string[]>>();
    const granularity = Number(width) as Granularity;
    const windows = product.get(granularity) ?? new Map<number, string[]>();
    const fromS = Date.parse(date) / 1_000;
    index.set(productId, product.set(granularity, windows.set(fromS, [...(windows.get(fromS) ?? []), key])));
  }
  return index;
}

const HOUR_MS = 3_600_000;
const TRADES_KEY =
  /^trades\/product=([A-Z0-9]+-[A-Z0-9]+)\/dt=\d{4}-\d{2}-\d{2}\/[^/]+_trades_(\d{4}-\d{2}-\d{2})(?:T(\d{2}))?_r[^/]+\.zip$/;

/** Keys of a window's revisions. */
export interface TradesKeys {
  toMs: number;
  hours: 1 | 24;
  keys: string[];
}

/** Archived windows of trades by product, those that end last first, and of those the longer one. */
export async function indexTrades(objects: ArchiveObjects, prefix: string): Promise<Map<string, TradesKeys[]>> {
  const index = new Map<string, Map<string, TradesKeys>>();
  for await (const { key } of objects.list(`${prefix}trades/`)) {
    const [, productId, date, hour] = TRADES_KEY.exec(key.slice(prefix.length)) ?? [];
    if (productId === undefined || date === undefined) continue;
    const windows = index.get(productId) ?? new Map<string, TradesKeys>();
    const hours = hour === undefined ? 24 : 1;
    const name = `${date}T${hour ?? ''}`;
    const window = windows.get(name) ?? { toMs: Date.parse(`${date}T${hour ?? '00'}:00:00Z`) + hours * HOUR_MS, hours, keys: [] };
    window.keys.push(key);
    index.set(productId, windows.set(name, window));
  }
  return new Map(
    [...index].map(([productId, windows]) => [productId, [...windows.values()].sort((a, b) => b.toMs - a.toMs || b.hours - a.hours)]),
  );
}

/** First and next window's first instant about an instant, seconds: a day at 60 s, a year at 86,400 s, a month between. */
export function windowAbout(granularity: Granularity, timeS: number): { fromS: number; toS: number } {
  const at = new Date(timeS * 1_000);
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  if (granularity === 60) return { fromS: Date.UTC(year, month, day) / 1_000, toS: Date.UTC(year, month, day + 1) / 1_000 };
  if (granularity === 86_400) return { fromS: Date.UTC(year, 0) / 1_000, toS: Date.UTC(year + 1, 0) / 1_000 };
  return { fromS: Date.UTC(year, month) / 1_000, toS: Date.UTC(year, month + 1) / 1_000 };
}
