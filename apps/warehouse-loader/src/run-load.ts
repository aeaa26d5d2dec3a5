import { compareRevisions, windowId } from '@elias/market-data';
import { durableStep } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import { pause } from './backoff.js';
import type { Backoff } from './backoff.js';
import { clientToken } from './load-token.js';
import { loadFolder } from './staged-files.js';
import type { StagedArchive, StageLoads } from './stage-load.js';
import type { LedgerRow, LoadChange, LoadError, LoadFailure, Revocation, StagedLoad, StagedWindow, Warehouse } from './warehouse.js';
import { WarehouseFailingError } from './warehouse-failing-error.js';

/** An archive that the warehouse does not take. */
export interface RefusedLoad {
  readonly archive: StagedArchive;
  /** the row that COPY refused; null when it named none */
  readonly error: LoadError | null;
  readonly text: string;
}

/** What became of one window of a load, after the commit. `withdrawn`: its revision was; `missing`: not all of its rows arrived. */
export interface LoadedWindow {
  readonly windowId: string;
  readonly outcome: LoadChange | 'withdrawn' | 'missing';
}

export interface LoadOutcome {
  readonly loaded: LoadedWindow[];
  /** the ledger after the commit: of the windows that were loaded and those with revocations */
  readonly ledger: Map<string, LedgerRow>;
  readonly refused: RefusedLoad[];
}

export interface RunLoadOptions {
  readonly warehouse: Warehouse;
  readonly stage: StageLoads;
  readonly prefix: string;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly conflictBackoff?: Backoff;
  readonly onConflict?: () => void;
}

/** A load that is over, and what stands. */
interface Standing {
  readonly kind: 'standing';
  readonly loaded: LoadedWindow[];
  readonly ledger: Map<string, LedgerRow>;
}

/** Part of a batch: what was loaded, what its own error names, and single archives that fail without being named. */
interface Part extends LoadOutcome {
  readonly suspects: RefusedLoad[];
}

/** Old ends of tokens passed over without waiting: a bound for clocks that disagree by more than is allowed for. */
const OLD_ENDS_MAX = 300;
const RESTAGINGS_MAX = 3;
/** Fresh runs of a load of which windows are missing all the same. */
const RERUNS_MAX = 2;
const ATTEMPTS_KEPT = 1_000;
/** The Data API's clock and the warehouse's may differ this much, milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;

/** Brings staged archives into the warehouse: as one transaction, or as several when some of them are not taken. */
export class RunLoad {
  private readonly startedAtMs: number;
  /** by load id, the latest last: the attempt that is due, where an earlier one is not to be repeated */
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: RunLoadOptions) {
    this.startedAtMs = options.nowMs();
  }

  /**
   * Loads what the warehouse takes. A failed COPY is read back: the archive it names is refused, the rest goes on; if it names none, the
   * batch is halved until it is found.
   * @param folderId load that the archives were staged for
   * @param beforeLedger what has to be over before the ledger is read
   * @throws WarehouseFailingError it takes nothing, so no single archive is to blame; RedshiftUnavailableError, ObjectStoreUnavailableError
   */
  async run(
    folderId: string,
    archives: readonly StagedArchive[],
    revocations: readonly Revocation[],
    beforeLedger: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<LoadOutcome> {
    const { suspects, refused, ...rest } = await this.part(folderId, archives, revocations, beforeLedger, signal);
    if (suspects.length > 0 && rest.loaded.length === 0 && refused.length === 0) throw new WarehouseFailingError(suspects[0]!.text);
    return { ...rest, refused: [...refused, ...suspects] };
  }

  private async part(
    folderId: string,
    archives: readonly StagedArchive[],
    revocations: readonly Revocation[],
    beforeLedger: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<Part> {
    const load = await this.options.stage.stageLists(archives, revocations);
    const result = await this.settled(load, archives, beforeLedger, signal);
    const nothing: Part = { loaded: [], ledger: new Map(), refused: [], suspects: [] };
    if (result.kind === 'standing') return { ...nothing, loaded: result.loaded, ledger: result.ledger };
    if (archives.length === 0) throw new WarehouseFailingError(result.text);
    const errors = await this.loadErrors(new Set([folderId, load.id]), result, signal);
    const refused = archives.flatMap((archive): RefusedLoad[] => {
      const error = errors.find(({ key }) => key === archive.window.file.key);
      return error === undefined ? [] : [{ archive, error, text: result.text }];
    });
    if (refused.length > 0) {
      const named = new Set(refused.map(({ archive }) => archive));
      const rest = archives.filter((archive) => !named.has(archive));
      if (rest.length + revocations.length === 0) return { ...nothing, refused };
      return joined({ ...nothing, refused }, await this.part(folderId, rest, revocations, beforeLedger, signal));
    }
    // what is named may be one of the load's own lists: then its words at least are told
    const text = [
      result.text,
      ...errors.slice(0, 1).map(({ key, line, column, reason }) => `${reason} (line ${line}, column ${column} of ${key})`),
    ].join(': ');
    if (archives.length === 1) return { ...nothing, suspects: archives.map((archive) => ({ archive, error: null, text })) };
    this.options.logger.warn({ loadId: load.id, windows: archives.length, text }, 'COPY failed and names no file, the load is halved');
    const middle = Math.ceil(archives.length / 2);
    const first = await this.part(folderId, archives.slice(0, middle), revocations, beforeLedger, signal);
    const second = await this.part(folderId, archives.slice(middle), revocations, beforeLedger, signal);
    return joined(nothing, joined(first, second));
  }

  /** Runs one load until it stands or its files are not taken: conflicts wait and go on, files that are gone are staged again. */
  private async settled(
    load: StagedLoad,
    archives: readonly StagedArchive[],
    beforeLedger: Promise<unknown>,
    signal: AbortSignal,
  ): Promise<Standing | LoadFailure> {
    const { warehouse, stage, logger, conflictBackoff = { firstMs: 500, longestMs: 30_000 } } = this.options;
    const tries = { restaged: 0, rerun: 0, old: 0 };
    const changes = new Map<string, LoadChange>();
    for (let failures = 1; ; failures += 1) {
      const attempt = this.attempts.get(load.id) ?? 1;
      const sentAtMs = this.options.nowMs();
      const result = await durableStep('warehouse-loader.load', () => warehouse.load(load, clientToken(load, attempt), signal));
      if (result.kind === 'loaded') {
        for (const [id, change] of result.changes) if (change !== 'unchanged' || !changes.has(id)) changes.set(id, change);
        await beforeLedger;
        const standing = await this.standing(load, changes, signal);
        const missing = standing.loaded.filter(({ outcome }) => outcome === 'missing').length;
        const isOld = isBefore(result.createdAtMs, sentAtMs) && (tries.old += 1) <= OLD_ENDS_MAX;
        if (missing === 0 || (!isOld && (tries.rerun += 1) > RERUNS_MAX)) return standing;
        // the token's first run is long over, and what it loaded was withdrawn or undone since
        logger.warn({ loadId: load.id, attempt, missing }, 'windows of a finished load do not stand, it is run again');
        this.raiseAttempt(load.id, attempt + 1);
        continue;
      }
      this.raiseAttempt(load.id, attempt + 1);
      const { kind, text } = result;
      // an old failure says nothing of now: rights were granted, files were staged again
      if (isBefore(result.failedAtMs, this.startedAtMs) && (tries.old += 1) <= OLD_ENDS_MAX) continue;
      logger.warn({ loadId: load.id, attempt, kind, text }, 'load failed, nothing of it stands');
      if (kind === 'failed') throw new WarehouseFailingError(text);
      if (kind === 'copy-failed') {
        const missing = await stage.restage(load, archives);
        if (missing === 0) return result;
        if ((tries.restaged += 1) > RESTAGINGS_MAX) throw new WarehouseFailingError(`staged files vanish: ${text}`);
        logger.warn({ loadId: load.id, missing }, 'staged files were gone, staged again');
      } else {
        this.options.onConflict?.();
        await pause(conflictBackoff, failures, signal);
      }
    }
  }

  /** What the ledger says once the load is over. Read anew: the load's own report may be an earlier run's. */
  private async standing(load: StagedLoad, changes: ReadonlyMap<string, LoadChange>, signal: AbortSignal): Promise<Standing> {
    const { warehouse } = this.options;
    const ids = new Set([...load.windows, ...load.revocations].map(({ window }) => windowId(window)));
    const ledger = await warehouse.ledger([...ids], signal);
    const fallen = load.windows.filter((staged) => !stands(ledger, staged)).map(({ revision }) => revision.collectionId);
    const withdrawn = fallen.length === 0 ? new Set<string>() : await warehouse.withdrawn(fallen, signal);
    const loaded = load.windows.map((staged): LoadedWindow => {
      const id = windowId(staged.window);
      if (stands(ledger, staged)) return { windowId: id, outcome: changes.get(id) ?? 'unchanged' };
      return { windowId: id, outcome: withdrawn.has(staged.revision.collectionId) ? 'withdrawn' : 'missing' };
    });
    return { kind: 'standing', loaded, ledger };
  }

  private raiseAttempt(id: string, attempt: number): void {
    this.attempts.delete(id);
    this.attempts.set(id, attempt);
    if (this.attempts.size > ATTEMPTS_KEPT) this.attempts.delete(this.attempts.keys().next().value ?? '');
  }

  /** Rows that COPY refused in this run of the load. */
  private async loadErrors(folderIds: ReadonlySet<string>, failure: LoadFailure, signal: AbortSignal): Promise<LoadError[]> {
    const sinceMs = failure.createdAtMs === null ? null : failure.createdAtMs - CLOCKS_DIFFER_MS;
    const errors: LoadError[] = [];
    for (const id of folderIds)
      errors.push(...(await this.options.warehouse.loadErrors(loadFolder(this.options.prefix, id), sinceMs, signal)));
    return errors;
  }
}

/** Whether the ledger names this revision or a better one. */
function stands(ledger: ReadonlyMap<string, LedgerRow>, { window, revision }: StagedWindow): boolean {
  const row = ledger.get(windowId(window));
  return row !== undefined && !row.revoked && compareRevisions(row.revision, revision) >= 0;
}

/** Whether something of the warehouse's clock was before a moment of ours, beyond what clocks differ. */
function isBefore(atMs: number | null, momentMs: number): boolean {
  return atMs !== null && atMs < momentMs - CLOCKS_DIFFER_MS;
}

function joined(a: Part, b: Part): Part {
  return {
    loaded: [...a.loaded, ...b.loaded],
    ledger: new Map([...a.ledger, ...b.ledger]),
    refused: [...a.refused, ...b.refused],
    suspects: [...a.suspects, ...b.suspects],
  };
}
