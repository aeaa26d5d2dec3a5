import { parseWindowId, windowId } from '@elias/market-data';
import { answerEvent, archiveOf, REVOKED, ROWS_MISSING } from './answer-event.js';
import type { Answer, Refusal } from './answer-event.js';
import type { WindowCandidates } from './choose-candidates.js';
import { emptyTwin } from './keep-twins.js';
import type { WantedTwin } from './keep-twins.js';
import type { SealedEvent } from './owed-event.js';
import type { LoadOutcome, RefusedLoad } from './run-load.js';
import type { StagedArchive } from './stage-load.js';
import type { LedgerRow, LoadChange, Revocation } from './warehouse.js';

/** What is known of one batch so far. Pure: the caller reads, stages and loads. */
export class BatchProgress {
  /** ids of its loads as they were staged */
  readonly batchIds = new Set<string>();
  /** the ledger's rows as they were after the last load */
  readonly ledger = new Map<string, LedgerRow>();
  private readonly refusals = new Map<string, Refusal>();
  private readonly decided = new Map<string, { readonly change: LoadChange; readonly batchId: string }>();
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
    if (this.decided.has(id)) return undefined;
    return this.windows.get(id)?.candidates.find((event) => !this.refusals.has(archiveOf(event)));
  }

  refuse(event: SealedEvent, refusal: Refusal): void {
    this.refusals.set(archiveOf(event), refusal);
  }

  stage(event: SealedEvent, archive: StagedArchive): void {
    this.staged.set(windowId(event.window), { event, archive });
  }

  /** What a load did: each of its windows is decided now, or its archive refused. */
  settle(archives: readonly StagedArchive[], outcome: Pick<LoadOutcome, 'loaded' | 'ledger' | 'refused'>, batchId: string): void {
    const outcomes = new Map(outcome.loaded.map((loaded) => [loaded.windowId, loaded.outcome]));
    const refusedBy = new Map(outcome.refused.map((refusal) => [windowId(refusal.archive.window.window), refusal]));
    for (const [id, row] of outcome.ledger) this.ledger.set(id, row);
    for (const { window } of archives) {
      const id = windowId(window.window);
      const event = this.staged.get(id)?.event;
      if (event === undefined) continue;
      const refusal = refusedBy.get(id);
      const change = outcomes.get(id) ?? 'missing';
      if (refusal !== undefined) this.refuse(event, loadRefusal(refusal));
      else if (change === 'withdrawn') this.refuse(event, REVOKED);
      else if (change === 'missing') this.refuse(event, ROWS_MISSING);
      else this.decided.set(id, { change, batchId });
    }
  }

  answers(): { event: SealedEvent; answer: Answer }[] {
    return [...this.windows].flatMap(([id, { events }]) => {
      const { change = 'unchanged', batchId = '' } = this.decided.get(id) ?? {};
      const state = { ledger: this.ledger.get(id) ?? null, change, batchId, refusals: this.refusals };
      return events.map((event) => ({ event, answer: answerEvent(event, state) }));
    });
  }

  /** Twins of the windows that were loaded, and of those that have no revision left. */
  wantedTwins(): WantedTwin[] {
    const emptied = [...this.ledger.values()].filter((row) => row.revoked && !this.decided.has(row.windowId));
    const loaded = [...this.decided.keys()].flatMap((id) => {
      const archive = this.staged.get(id)?.archive;
      if (archive === undefined) return [];
      const { window, revision, csvSha256 } = archive.window;
      return [{ window, collectionId: revision.collectionId, csvSha256, gzip: archive.gzip }];
    });
    return [...loaded, ...emptied.map((row) => emptyTwin(parseWindowId(row.windowId)))];
  }
}

function loadRefusal({ error, text }: RefusedLoad): Refusal {
  if (error === null) return { reason: 'refused-by-store', detail: text, loadError: null };
  const { key, line, column, reason } = error;
  return { reason: 'refused-by-store', detail: `${reason} (line ${line}, column ${column} of ${key})`, loadError: error };
}
