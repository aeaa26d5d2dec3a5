import { archiveFolder, listedArchives, twinKey } from '@elias/archive';
import type { ListedArchives } from '@elias/archive';
import { parseWindowId } from '@elias/market-data';
import type { ListedObject } from '@elias/object-store';
import type { FolderGroup } from './merge-folders.js';
import type { Orphan } from './orphan.js';

/** A row of a ledger, as far as orphans need it. */
export interface LedgerRef {
  readonly windowId: string;
  readonly archiveKey: string;
  readonly state: string;
  readonly loadedAtMs: number;
}

/** What each place has; null: it is not looked at. */
export interface Places extends Record<string, unknown> {
  archives: ListedObject;
  twins: ListedObject;
  redshift: LedgerRef;
  postgres: LedgerRef;
}

export interface OrphanRules {
  readonly prefix: string;
  /** what is younger may be under way, milliseconds since the epoch */
  readonly beforeMs: number;
  readonly stores: readonly ('redshift' | 'postgres')[];
}

/** What is in one folder and belongs to nothing. */
export function findOrphans({ found }: FolderGroup<Places>, rules: OrphanRules): Orphan[] {
  const archives = listedArchives(rules.prefix, found.archives);
  const orphans: Orphan[] = archives.foreign
    .filter(({ modifiedAtMs }) => modifiedAtMs < rules.beforeMs)
    .map(({ key }) => orphan('foreign', { key }));
  for (const store of rules.stores) {
    const rows = new Map(found[store].map((row) => [row.windowId, row]));
    for (const row of rows.values()) orphans.push(...orphansOfRow(store, row, archives, rules));
    for (const [window, standing] of archives.standing) {
      const old = standing.filter(({ modifiedAtMs }) => modifiedAtMs < rules.beforeMs);
      if (rows.get(window)?.state !== 'loaded' && old.length > 0)
        orphans.push(orphan('not_loaded', { store, window, key: old.at(-1)!.key }));
    }
  }
  if (rules.stores.includes('redshift')) orphans.push(...orphansOfTwins(found, rules));
  return orphans;
}

function orphansOfRow(
  store: 'redshift' | 'postgres',
  row: LedgerRef,
  archives: ListedArchives<ListedObject>,
  { beforeMs }: OrphanRules,
): Orphan[] {
  const { windowId: window, archiveKey: key, state, loadedAtMs } = row;
  if (state !== 'loaded' || loadedAtMs >= beforeMs) return [];
  if (archives.withdrawn.has(key)) return [orphan('withdrawn', { store, window, key })];
  const isThere = archives.standing.get(window)?.some((object) => object.key === key) === true;
  return isThere ? [] : [orphan('no_archive', { store, window, key })];
}

/** Twins go with Redshift's ledger. One of a window without a telling is left with its header alone. */
function orphansOfTwins({ twins, redshift }: FolderGroup<Places>['found'], { prefix, beforeMs }: OrphanRules): Orphan[] {
  const owed = new Map(redshift.map((row) => [twinKey(prefix, parseWindowId(row.windowId)), row]));
  const there = new Set(twins.map(({ key }) => key));
  const unknown = twins.filter(({ key, modifiedAtMs }) => !owed.has(key) && modifiedAtMs < beforeMs);
  const missing = [...owed].filter(([key, { state, loadedAtMs }]) => state === 'loaded' && loadedAtMs < beforeMs && !there.has(key));
  return [
    ...unknown.map(({ key }) => orphan('no_ledger', { store: 'redshift', key })),
    ...missing.map(([key, row]) => orphan('no_twin', { store: 'redshift', window: row.windowId, key })),
  ];
}

/** Folder of a window's archives, with a slash at its end, by which all places are sorted. */
export function folderOf(prefix: string, id: string): string {
  return `${archiveFolder(prefix, parseWindowId(id))}/`;
}

export function orphan(kind: Orphan['kind'], rest: Partial<Orphan>): Orphan {
  return { kind, store: null, window: null, key: null, ...rest };
}
