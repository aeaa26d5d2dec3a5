import pLimit from 'p-limit';
import { windowId } from '@elias/market-data';
import type { Logger } from '@elias/telemetry';
import type { Answer } from './answer-event.js';
import { BatchProgress } from './batch-progress.js';
import { candidatesByWindow, revocationsOf } from './choose-candidates.js';
import type { KeepTwins, LedgerSeen, TwinsSeen, WantedTwin } from './keep-twins.js';
import { loadId } from './load-token.js';
import type { Objects } from './objects.js';
import type { OwedEvent, SealedEvent } from './owed-event.js';
import { readArchive } from './read-archive.js';
import type { RunLoad } from './run-load.js';
import { BUCKET_REQUESTS_AT_ONCE } from './stage-load.js';
import type { StagedArchive, StageLoads } from './stage-load.js';
import type { Revocation } from './warehouse.js';

/** What a batch came to; all of it is durable in the warehouse. */
export interface BatchOutcome {
  readonly answers: readonly { readonly event: SealedEvent; readonly answer: Answer }[];
  readonly wantedTwins: readonly WantedTwin[];
  /** twins as they were before `ledger` was read */
  readonly twinsSeen: TwinsSeen;
  readonly ledger: LedgerSeen;
  /** what its answers are announced under; more than one when a withdrawn revision was found */
  readonly batchIds: readonly string[];
  readonly stagedBytes: number;
  /** milliseconds until the files were staged, and in the warehouse */
  readonly stageMs: number;
  readonly loadMs: number;
}

export interface LoadBatchParts {
  readonly objects: Objects;
  readonly stage: StageLoads;
  readonly runLoad: RunLoad;
  readonly twins: KeepTwins;
  readonly logger: Logger;
}

/** Archives staged together, in one folder. */
interface Staging {
  readonly folderId: string;
  readonly archives: StagedArchive[];
}

/** Brings a batch of archives into the warehouse, each window's best revision, and says what became of every event. */
export class LoadBatch {
  constructor(private readonly parts: LoadBatchParts) {}

  /**
   * Changes the warehouse and nothing else. Doing it again is harmless: the ledger knows.
   * @throws errors to be retried (object store, Redshift, a warehouse that takes nothing)
   */
  async run(events: readonly OwedEvent[], signal: AbortSignal): Promise<BatchOutcome> {
    const revocations = revocationsOf(events);
    const progress = new BatchProgress(candidatesByWindow(events), revocations);
    const startedMs = performance.now();
    const first = await this.stageDue(progress, signal);
    const stagedMs = performance.now();
    // while the warehouse works the bucket rests; the ledger is read after both
    const looked = this.parts.twins.look(events.map(({ window }) => window));
    looked.catch(() => undefined);
    await this.load(progress, first, revocations, looked, signal);
    // only the load tells that a revision was withdrawn long ago; then the window's next one is due
    for (let next = await this.stageDue(progress, signal); next.archives.length > 0; next = await this.stageDue(progress, signal)) {
      await this.load(progress, next, [], looked, signal);
    }
    const twinsSeen = await looked;
    return {
      answers: progress.answers(),
      wantedTwins: progress.wantedTwins(),
      twinsSeen,
      ledger: progress.ledger,
      batchIds: [...progress.batchIds],
      stagedBytes: first.archives.reduce((sum, { gzip }) => sum + gzip.length, 0),
      stageMs: stagedMs - startedMs,
      loadMs: performance.now() - stagedMs,
    };
  }

  private async stageDue(progress: BatchProgress, signal: AbortSignal): Promise<Staging> {
    const due = progress.due();
    const windows = due.map(({ window, revision, data }) => ({ window, revision, archiveKey: data.archive.key }));
    const folderId = loadId({ windows, revocations: [] });
    if (due.length > 0) progress.batchIds.add(folderId);
    const limit = pLimit(BUCKET_REQUESTS_AT_ONCE);
    const staged = await Promise.all(due.map(({ window }) => limit(() => this.stageWindow(progress, windowId(window), folderId, signal))));
    return { folderId, archives: staged.filter((archive) => archive !== null) };
  }

  /** Reads, checks and stages a window's best archive; where that is refused, the next one at once. */
  private async stageWindow(progress: BatchProgress, id: string, folderId: string, signal: AbortSignal): Promise<StagedArchive | null> {
    for (let event = progress.candidate(id); event !== undefined; event = progress.candidate(id)) {
      signal.throwIfAborted();
      const archive = await readArchive(this.parts.objects, event, signal);
      if (archive.kind === 'sound') {
        const staged = await this.parts.stage.stageWindow(folderId, archive);
        progress.stage(event, staged);
        return staged;
      }
      const { reason, detail } = archive;
      this.parts.logger.error({ key: event.data.archive.key, reason, detail }, 'archive refused, nothing of it is loaded');
      progress.refuse(event, { reason, detail, loadError: null });
    }
    return null;
  }

  /** One COPY holds one dataset and schema version; the revocations go with the first. */
  private async load(
    progress: BatchProgress,
    staging: Staging,
    revocations: readonly Revocation[],
    twinsLooked: Promise<TwinsSeen>,
    signal: AbortSignal,
  ): Promise<void> {
    const { folderId, archives } = staging;
    const loads = byTable(archives);
    if (loads.length === 0 && revocations.length > 0) loads.push([]);
    for (const [at, group] of loads.entries()) {
      const outcome = await this.parts.runLoad.run(folderId, group, at === 0 ? revocations : [], twinsLooked, signal);
      progress.settle(group, outcome, folderId);
      for (const { archive, error, text } of outcome.refused) {
        this.parts.logger.error({ key: archive.window.archiveKey, loadError: error, text }, 'archive refused by the warehouse');
      }
    }
  }
}

/** Archives that one COPY can hold: one dataset, schema version and header. */
function byTable(archives: readonly StagedArchive[]): StagedArchive[][] {
  const groups = new Map<string, StagedArchive[]>();
  for (const archive of archives) {
    const { window, columns } = archive;
    const table = `${window.window.dataset} ${window.schemaVersion} ${columns.join()}`;
    groups.set(table, [...(groups.get(table) ?? []), archive]);
  }
  return [...groups.values()];
}
