import type { Logger } from '@elias/telemetry';
import { pause } from './backoff.js';
import type { Backoff } from './backoff.js';
import { clientToken } from './load-token.js';
import { loadFolder } from './staged-files.js';
import type { StagedArchive, StageLoads } from './stage-load.js';
import type { LedgerRow, LoadedWindow, LoadError, LoadFailure, LoadResult, Revocation, StagedLoad, Warehouse } from './warehouse.js';
import { WarehouseFailingError } from './warehouse-failing-error.js';

/** An archive that the warehouse does not take. */
export interface RefusedLoad {
  readonly archive: StagedArchive;
  /** the row that COPY refused; null when it named none */
  readonly error: LoadError | null;
  readonly text: string;
}

export interface LoadOutcome {
  readonly loaded: LoadedWindow[];
  /** the ledger's rows of the windows that the revocations are of */
  readonly revoked: LedgerRow[];
  readonly refused: RefusedLoad[];
  /** ids of the loads that were staged for it */
  readonly loadIds: string[];
}

export interface RunLoadOptions {
  readonly warehouse: Warehouse;
  readonly stage: StageLoads;
  readonly prefix: string;
  readonly logger: Logger;
  readonly conflictBackoff?: Backoff;
  readonly onConflict?: () => void;
}

/** Part of a batch: what was loaded, what its own error names, and single archives that fail without being named. */
interface Part extends LoadOutcome {
  readonly suspects: RefusedLoad[];
}

/** Old failures passed over without waiting, in a row: a bound for clocks that disagree. */
const OLD_FAILURES_MAX = 500;
const RESTAGINGS_MAX = 3;
/** The Data API's clock and the warehouse's may differ this much, milliseconds. */
const CLOCKS_DIFFER_MS = 60_000;

/** Brings staged archives into the warehouse: as one transaction, or as several when some of them are not taken. */
export class RunLoad {
  private readonly startedAtMs = Date.now();
  /** by load id: the attempt that is due, where an earlier one failed */
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: RunLoadOptions) {}

  /**
   * Loads what the warehouse takes. A failed COPY is read back: the archive it names is refused, the rest goes on; if it names none, the
   * batch is halved until it is found.
   * @param folderId load that the archives were staged for
   * @throws WarehouseFailingError it takes nothing, so no single archive is to blame; RedshiftUnavailableError, ObjectStoreUnavailableError
   */
  async run(
    folderId: string,
    archives: readonly StagedArchive[],
    revocations: readonly Revocation[],
    signal: AbortSignal,
  ): Promise<LoadOutcome> {
    const { loaded, revoked, refused, suspects, loadIds } = await this.part(folderId, archives, revocations, signal);
    if (suspects.length > 0 && loaded.length === 0 && refused.length === 0) throw new WarehouseFailingError(suspects[0]!.text);
    return { loaded, revoked, refused: [...refused, ...suspects], loadIds };
  }

  private async part(
    folderId: string,
    archives: readonly StagedArchive[],
    revocations: readonly Revocation[],
    signal: AbortSignal,
  ): Promise<Part> {
    const load = await this.options.stage.stageLists(archives, revocations);
    const result = await this.settled(load, archives, signal);
    const nothing: Part = { loaded: [], revoked: [], refused: [], suspects: [], loadIds: [load.id] };
    if (result.kind === 'loaded') return { ...nothing, loaded: [...result.windows], revoked: [...result.revoked] };
    if (archives.length === 0) throw new WarehouseFailingError(result.text);
    const refused = await this.namedArchives(folderId, archives, result, signal);
    if (refused.length > 0) {
      const named = new Set(refused.map(({ archive }) => archive));
      const rest = archives.filter((archive) => !named.has(archive));
      if (rest.length + revocations.length === 0) return { ...nothing, refused };
      return joined({ ...nothing, refused }, await this.part(folderId, rest, revocations, signal));
    }
    const text = result.text;
    if (archives.length === 1) return { ...nothing, suspects: archives.map((archive) => ({ archive, error: null, text })) };
    this.options.logger.warn({ loadId: load.id, windows: archives.length, text }, 'COPY failed and names no file, the load is halved');
    const middle = Math.ceil(archives.length / 2);
    const first = await this.part(folderId, archives.slice(0, middle), revocations, signal);
    const second = await this.part(folderId, archives.slice(middle), revocations, signal);
    return joined(nothing, joined(first, second));
  }

  /** Runs one load until it is loaded or its files are not taken: conflicts wait and go on, files that are gone are staged again. */
  private async settled(load: StagedLoad, archives: readonly StagedArchive[], signal: AbortSignal): Promise<LoadResult> {
    const { warehouse, stage, logger, conflictBackoff = { firstMs: 500, longestMs: 30_000 } } = this.options;
    let restagings = 0;
    let old = 0;
    for (let failures = 1; ; failures += 1) {
      const attempt = this.attempts.get(load.id) ?? 1;
      const result = await warehouse.load(load, clientToken(load, attempt), signal);
      if (result.kind === 'loaded') {
        this.attempts.delete(load.id);
        return result;
      }
      this.attempts.set(load.id, attempt + 1);
      const { kind, text } = result;
      if (this.isOld(result) && (old += 1) <= OLD_FAILURES_MAX) continue;
      logger.warn({ loadId: load.id, attempt, kind, text }, 'load failed, nothing of it stands');
      if (kind === 'failed') throw new WarehouseFailingError(text);
      if (kind === 'copy-failed') {
        const missing = await stage.restage(load, archives);
        if (missing === 0) return result;
        if ((restagings += 1) > RESTAGINGS_MAX) throw new WarehouseFailingError(`staged files vanish: ${text}`);
        logger.warn({ loadId: load.id, missing }, 'staged files were gone, staged again');
      } else {
        this.options.onConflict?.();
        await pause(conflictBackoff, failures, signal);
      }
    }
  }

  /** An old failure says nothing of now: rights were granted, files were staged again. */
  private isOld({ failedAtMs }: { failedAtMs: number | null }): boolean {
    return failedAtMs !== null && failedAtMs < this.startedAtMs - CLOCKS_DIFFER_MS;
  }

  /** The archives whose files the error table names, each with its first bad row. */
  private async namedArchives(
    folderId: string,
    archives: readonly StagedArchive[],
    failure: LoadFailure,
    signal: AbortSignal,
  ): Promise<RefusedLoad[]> {
    const sinceMs = failure.createdAtMs === null ? null : failure.createdAtMs - CLOCKS_DIFFER_MS;
    const errors = await this.options.warehouse.loadErrors(loadFolder(this.options.prefix, folderId), sinceMs, signal);
    return archives.flatMap((archive) => {
      const error = errors.find(({ key }) => key === archive.window.file.key);
      return error === undefined ? [] : [{ archive, error, text: failure.text }];
    });
  }
}

function joined(a: Part, b: Part): Part {
  return {
    loaded: [...a.loaded, ...b.loaded],
    revoked: [...a.revoked, ...b.revoked],
    refused: [...a.refused, ...b.refused],
    suspects: [...a.suspects, ...b.suspects],
    loadIds: [...a.loadIds, ...b.loadIds],
  };
}
