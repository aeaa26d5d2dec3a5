import { compareRevisions, parseWindowId, windowId } from '@elias/market-data';
import { answerEvent, archiveOf, REVOKED, ROWS_MISSING } from './answer-event.js';
import type { Answer, Refusal } from './answer-event.js';
import type { WindowCandidates } from './choose-candidates.js';
import { emptyTwin } from './keep-twins.js';
import type { WantedTwin } from './keep-twins.js';
import type { SealedEvent } from './owed-event.js';
import type { LoadOutcome, RefusedLoad } from './run-load.js';
import type { StagedArchive } from './stage-load.js';
import type { LedgerRow, LoadedWindow, Revocation } from './warehouse.js';

/** What is known of one batch so far. Pure: the caller reads, stages and loads. */
export class BatchProgress {
  /** ids of the folders that hold its files */
  readonly folders = new Set<string>();
  private readonly refusals = new Map<string, Refusal>();
  private readonly standing = new Map<string, { readonly batchId: string }>();
  private readonly reported = new Map<string, LoadedWindow>();
  private readonly withdrawn = new Map<string, LedgerRow>();
  private readonly staged = new Map<string, { readonly event: SealedEvent; readonly archive: StagedArchive }>();

  constructor(
    readonly windows: ReadonlyMap<string, WindowCandidates>,
    revocations: readonly Revocation[],
  ) {
    const revoked = new Set(revocations.map(({ collectionId }) => collectionId));
    for (const { candidates } of windows.values()) {
      for (const event of candidates) if (revoked.has(event.revision.collectionId)) this.refuse(event, REVOKED);
    }
  }

  /** Each open window's best archive that was not refused. */
  due(): SealedEvent[] {
    return [...this.windows.keys()].flatMap((id) => this.candidate(id) ?? []);
  }

  /** The best archive of a window that was not refused; undefined when none is left or it is decided. */
  candidate(id: string): SealedEvent | undefined {
    if (this.standing.has(id)) return undefined;
    return this.windows.get(id)?.candidates.find((event) => !this.refusals.has(archiveOf(event)));
  }

  refuse(event: SealedEvent, refusal: Refusal): void {
    this.refusals.set(archiveOf(event), refusal);
  }

  stage(event: SealedEvent, archive: StagedArchive): void {
    this.staged.set(windowId(event.window), { event, archive });
  }

  /** What a load did: each of its windows is decided now, or its archive refused. */
  settle(archives: readonly StagedArchive[], outcome: Pick<LoadOutcome, 'loaded' | 'revoked' | 'refused'>, batchId: string): void {
    const reports = new Map(outcome.loaded.map((report) => [report.windowId, report]));
    const refusedBy = new Map(outcome.refused.map((refusal) => [windowId(refusal.archive.window.window), refusal]));
    for (const row of outcome.revoked) this.withdrawn.set(row.windowId, row);
    for (const { window } of archives) {
      const id = windowId(window.window);
      const event = this.staged.get(id)?.event;
      if (event === undefined) continue;
      const report = reports.get(id);
      if (report !== undefined) this.reported.set(id, report);
      const refusal = refusedBy.get(id);
      if (refusal !== undefined) this.refuse(event, loadRefusal(refusal));
      else if (report?.outcome === 'revoked') this.refuse(event, REVOKED);
      else if (report === undefined || !stands(report.ledger, event)) this.refuse(event, ROWS_MISSING);
      else this.standing.set(id, { batchId });
    }
  }

  answers(): { event: SealedEvent; answer: Answer }[] {
    return [...this.windows].flatMap(([id, { events }]) => {
      const { batchId = '' } = this.standing.get(id) ?? {};
      const state = { ledger: this.ledgerOf(id), outcome: this.reported.get(id)?.outcome, batchId, refusals: this.refusals };
      return events.map((event) => ({ event, answer: answerEvent(event, state) }));
    });
  }

  /** The ledger's rows as they were when the last load committed. */
  ledger(): Map<string, LedgerRow> {
    const ids = [...new Set([...this.withdrawn.keys(), ...this.reported.keys()])];
    return new Map(ids.flatMap((id) => this.ledgerOf(id) ?? []).map((row) => [row.windowId, row]));
  }

  private ledgerOf(id: string): LedgerRow | null {
    return this.reported.get(id)?.ledger ?? this.withdrawn.get(id) ?? null;
  }

  wantedTwins(): WantedTwin[] {
    const emptied = [...this.withdrawn.values()].filter((row) => row.revoked && !this.standing.has(row.windowId));
    const standing = [...this.standing.keys()].flatMap((id) => {
      const archive = this.staged.get(id)?.archive;
      if (archive === undefined) return [];
      const { window, revision, csvSha256 } = archive.window;
      return [{ window, collectionId: revision.collectionId, csvSha256, gzip: archive.gzip }];
    });
    return [...standing, ...emptied.map((row) => emptyTwin(parseWindowId(row.windowId)))];
  }
}

/** Whether the ledger names this revision or a better one. */
function stands(ledger: LedgerRow | null, event: SealedEvent): boolean {
  return ledger !== null && !ledger.revoked && compareRevisions(ledger.revision, event.revision) >= 0;
}

function loadRefusal({ error, text }: RefusedLoad): Refusal {
  if (error === null) return { reason: 'refused-by-store', detail: text, loadError: null };
  const { key, line, column, reason } = error;
  return { reason: 'refused-by-store', detail: `${reason} (line ${line}, column ${column} of ${key})`, loadError: error };
}
