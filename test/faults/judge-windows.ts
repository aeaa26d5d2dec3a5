import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { archiveKey, sealArchive } from '@elias/archive';
import { decodeWindowFacts } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import type { Revision } from '@elias/market-data';
import { windowId } from '@elias/market-data';
import { windowRows } from '../support/candle-row.js';
import type { CandleRow } from '../support/candle-row.js';
import type { StackReaders, StoredRows } from '../support/stack-readers.js';
import type { TailedRecord } from '../support/topic-tail.js';
import type { WatchedWindow } from '../support/watched-window.js';

/** A window as a record of the topic told it. */
export interface ToldWindow {
  facts: WindowFacts;
  csv: Buffer;
}

/** What is to be in every place. */
export interface Expected {
  window: WatchedWindow;
  /** what the exchange served, or whoever published the window */
  rows: readonly CandleRow[];
}

/** Every telling of these windows on the topic; records that came twice are one. */
export function toldWindows(records: readonly TailedRecord[], ids: ReadonlySet<string>): ToldWindow[] {
  const told = new Map<string, ToldWindow>();
  for (const record of records) {
    if (record.key === null || !ids.has(record.key) || record.value === null) continue;
    const facts = decodeWindowFacts(record);
    if (facts.kind === 'ok') told.set(facts.value.revision.collectionId, { facts: facts.value, csv: record.value });
  }
  return [...told.values()];
}

/**
 * Compares one window in all places with what it should be, by ways of its own: rows by their values, objects by their bytes.
 * @param told every telling of it on the topic
 * @returns what is wrong, in words; nothing when all is as it should be
 */
export async function judgeWindow({ window, rows }: Expected, told: readonly ToldWindow[], readers: StackReaders): Promise<string[]> {
  const best = bestOf(told);
  if (best === undefined) return [`${window.id}: it is not on the topic`];
  const complaints: string[] = [];
  const wrong = (what: string): void => void complaints.push(`${window.id}: ${what}`);
  for (const { facts, csv } of told)
    if (sha256(csv) !== facts.csvSha256) wrong(`the topic's CSV of ${facts.revision.collectionId} has another hash`);
  const told_ = windowRows(best.csv.toString(), window);
  differences('the topic', rows, told_).forEach(wrong);
  (await judgeArchives(window, told, readers)).forEach(wrong);
  (await judgeTwin(window, best, readers)).forEach(wrong);
  judgeStore('Redshift', rows, best, await readers.inRedshift(window)).forEach(wrong);
  judgeStore('Postgres', rows, best, await readers.inPostgres(window)).forEach(wrong);
  return complaints;
}

/** The order of revisions, by its definition: fewer periods that are not known, then later, then the greater id. */
export function bestOf(told: readonly ToldWindow[]): ToldWindow | undefined {
  const rank = ({ unknown, open, collectedAtMs, collectionId }: Revision): string =>
    [String(1e9 - unknown - open).padStart(12, '0'), String(collectedAtMs).padStart(16, '0'), collectionId].join(' ');
  return [...told].sort((a, b) => (rank(a.facts.revision) < rank(b.facts.revision) ? 1 : -1))[0];
}

/** Each telling's object has the bytes that an undisturbed archiver would have written; there are no others, and the list names all. */
async function judgeArchives(window: WatchedWindow, told: readonly ToldWindow[], readers: StackReaders): Promise<string[]> {
  const folder = `candles/${window.folder}/`;
  const keys = await readers.keys(folder);
  const complaints: string[] = [];
  const lines: string[] = [];
  const wanted = new Set([`${folder}SHA256SUMS`]);
  for (const { facts, csv } of told) {
    const key = archiveKey('', facts.window, facts.revision, facts.csvSha256);
    wanted.add(key);
    if (!keys.includes(key)) {
      complaints.push(`there is no archive ${key}`);
      continue;
    }
    const [stored, undisturbed] = [await readers.object(key), await sealArchive(facts, csv)];
    if (!stored.equals(undisturbed.zip)) complaints.push(`the archive ${key} has other bytes than an undisturbed one`);
    lines.push(`${sha256(stored)}  ${key.slice(folder.length)}`);
  }
  for (const key of keys) if (!wanted.has(key)) complaints.push(`the object ${key} is nobody's`);
  if (!keys.includes(`${folder}SHA256SUMS`)) return [...complaints, 'there is no checksum list'];
  const listed = (await readers.object(`${folder}SHA256SUMS`)).toString().trimEnd().split('\n').sort();
  if (listed.join('\n') !== lines.sort().join('\n')) complaints.push('the checksum list is not of the archives');
  return complaints;
}

async function judgeTwin(window: WatchedWindow, best: ToldWindow, readers: StackReaders): Promise<string[]> {
  const keys = await readers.keys(`tables/candles/${window.folder}/`);
  if (keys.length !== 1) return [`there are ${keys.length} twins`];
  const csv = gunzipSync(await readers.object(keys[0]!));
  return csv.equals(best.csv) ? [] : ['the twin is not the best telling'];
}

function judgeStore(store: string, rows: readonly CandleRow[], { facts }: ToldWindow, { rows: stored, ledger }: StoredRows): string[] {
  if (ledger === null) return [`${store} has no ledger row`];
  const complaints = differences(store, rows, stored);
  if (ledger['collection_id'] !== facts.revision.collectionId) complaints.push(`${store}'s ledger names ${ledger['collection_id']}`);
  if (ledger['csv_sha256'] !== facts.csvSha256) complaints.push(`${store}'s ledger has another hash`);
  if (Number(ledger['row_count']) !== rows.length)
    complaints.push(`${store}'s ledger counts ${ledger['row_count']} rows of ${rows.length}`);
  return complaints;
}

/** Rows that are missing, stand twice, differ or are too many; the first of them is named. */
export function differences(where: string, expected: readonly CandleRow[], found: readonly CandleRow[]): string[] {
  const complaints: string[] = [];
  const starts = found.map(([at]) => at);
  const doubles = starts.filter((at, i) => starts.indexOf(at) !== i);
  if (doubles.length > 0) complaints.push(`${where} has ${doubles.length} rows twice, first ${doubles[0]}`);
  const texts = new Map(found.map((row) => [row[0], row.join()]));
  const differing = expected.filter((row) => texts.get(row[0]) !== row.join());
  if (differing.length > 0)
    complaints.push(`${where} differs in ${differing.length} rows of ${expected.length}, first ${differing[0]![0]}`);
  const known = new Set(expected.map(([at]) => at));
  const surplus = found.filter(([at]) => !known.has(at));
  if (surplus.length > 0) complaints.push(`${where} has ${surplus.length} rows too many, first ${surplus[0]![0]}`);
  return complaints;
}

export const idOf = ({ facts }: ToldWindow): string => windowId(facts.window);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
