import { gunzipSync } from 'node:zlib';
import { compareRevisions, windowId } from '@elias/market-data';
import type { InMemoryObjects } from './in-memory-objects.js';
import type { LedgerRow, LoadChange, LoadError, LoadFailure, LoadResult, StagedLoad, StagedWindow, Warehouse } from './warehouse.js';

/** What goes wrong with a load, by the warehouse's decision; null when nothing does. */
export type LoadFault = (load: StagedLoad) => Pick<LoadFailure, 'kind' | 'text'> | null;

/** A warehouse for tests, with the ledger's rules, tokens that run once, and faults on demand. */
export class InMemoryWarehouse implements Warehouse {
  readonly ledgerRows = new Map<string, LedgerRow>();
  /** CSV of each window as it was loaded */
  readonly rows = new Map<string, string>();
  readonly revoked = new Set<string>();
  /** tokens in the order they were sent */
  readonly tokens: string[] = [];
  readonly loads: StagedLoad[] = [];
  errors: LoadError[] = [];
  fault: LoadFault = () => null;
  private readonly ended = new Map<string, LoadResult>();

  constructor(
    private readonly objects: InMemoryObjects,
    private readonly nowMs: () => number,
  ) {}

  async load(load: StagedLoad, token: string): Promise<LoadResult> {
    this.tokens.push(token);
    const known = this.ended.get(token);
    if (known !== undefined) return known;
    const result = this.run(load);
    this.ended.set(token, result);
    return result;
  }

  async loadErrors(folder: string): Promise<LoadError[]> {
    return this.errors.filter(({ key }) => key.startsWith(folder));
  }

  async ledger(windowIds: readonly string[]): Promise<Map<string, LedgerRow>> {
    return new Map([...this.ledgerRows].filter(([id]) => windowIds.includes(id)));
  }

  async withdrawn(collectionIds: readonly string[]): Promise<Set<string>> {
    return new Set(collectionIds.filter((id) => this.revoked.has(id)));
  }

  async *wholeLedger(): AsyncGenerator<LedgerRow, void, undefined> {
    yield* [...this.ledgerRows.values()];
  }

  private run(load: StagedLoad): LoadResult {
    this.loads.push(load);
    const missing = [load.windowsKey, load.manifestKey, ...load.windows.map(({ file }) => file.key)].filter(
      (key) => key !== null && !this.objects.stored.has(key),
    );
    const fault = missing.length > 0 ? ({ kind: 'copy-failed', text: `NoSuchKey ${missing.join()}` } as const) : this.fault(load);
    if (fault !== null) return { ...fault, createdAtMs: this.nowMs(), failedAtMs: this.nowMs() };
    for (const { window, collectionId } of load.revocations) this.revoke(windowId(window), collectionId);
    const changes = new Map(load.windows.map((staged) => [windowId(staged.window), this.loadWindow(staged)]));
    return { kind: 'loaded', changes, createdAtMs: this.nowMs() };
  }

  private revoke(id: string, collectionId: string): void {
    this.revoked.add(collectionId);
    const row = this.ledgerRows.get(id);
    if (row?.revision.collectionId !== collectionId) return;
    this.rows.delete(id);
    const revision = { unknown: 0, open: 0, collectedAtMs: 0, collectionId: '' };
    this.ledgerRows.set(id, { windowId: id, revision, csvSha256: '', archiveKey: '', revoked: true });
  }

  private loadWindow(staged: StagedWindow): LoadChange {
    const id = windowId(staged.window);
    const standing = this.ledgerRows.get(id);
    if (this.revoked.has(staged.revision.collectionId)) return 'unchanged';
    if (standing?.revoked === false && compareRevisions(standing.revision, staged.revision) >= 0) return 'unchanged';
    const { revision, csvSha256, archiveKey } = staged;
    this.ledgerRows.set(id, { windowId: id, revision, csvSha256, archiveKey, revoked: false });
    if (standing?.csvSha256 === csvSha256) return 'ledger_moved';
    this.rows.set(id, gunzipSync(this.objects.stored.get(staged.file.key)!.body).toString());
    return 'replaced';
  }
}
