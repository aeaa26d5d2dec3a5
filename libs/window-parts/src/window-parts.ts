import { join } from 'node:path';
import { isTradeFacts } from '@elias/archive';
import type { TradeFacts } from '@elias/archive';
import type { DeadLetterReason, WindowFacts, WindowPart } from '@elias/contracts';
import { askedInHeader, decodeWindowPart, SCHEMA_VERSION } from '@elias/contracts';
import { compareRevisions, windowId } from '@elias/market-data';
import type { PartBatch, PartRecord } from './spooled-window.js';
import { SpooledWindow } from './spooled-window.js';

/** What of a bad record can still be told. */
export interface RefusedPart {
  readonly record: PartRecord;
  readonly reason: DeadLetterReason;
  readonly cause: unknown;
  readonly told: {
    readonly windowId: string;
    readonly requestId: string | null;
    readonly runId: string | null;
    readonly revision: WindowFacts['revision'] | null;
  };
}

/** What a batch came to: windows that are whole now, in the order in which they became so, and records that are no part of any. */
export interface TakenParts {
  readonly complete: readonly SpooledWindow[];
  readonly refused: readonly RefusedPart[];
}

export interface WindowPartsOptions {
  /** a folder of this process's own */
  readonly folder: string;
  readonly abandonedAfterMs: number;
  /** our clock, milliseconds since the epoch */
  readonly nowMs: () => number;
  /** a part that was there already, or is of a window that was answered */
  readonly onDouble?: () => void;
  /** a window that never became whole. `superseded`: a complete better one was read; `abandoned`: nothing of it came for too long */
  readonly onDropped?: (window: SpooledWindow, why: 'superseded' | 'abandoned') => void;
  /** the timer's look for abandoned windows failed; the next one comes */
  readonly onSweepFailed?: (error: unknown) => void;
}

type Facts = WindowFacts & TradeFacts & WindowPart;

/** Collections that were answered and are still known, so that a double of a part begins nothing. */
const ANSWERED_KEPT = 10_000;
/** A partition that nothing came from for so long is at its end, milliseconds. */
const IDLE_MS = 5_000;
/** How often the timer looks for windows that were abandoned, milliseconds at most. */
const SWEEP_MS_MAX = 10_000;

/**
 * Brings windows together that come in parts: in any order, doubled, between those of others. Parts wait on disk, and their records are not
 * done until their window is answered, so that the committed offset stays before the first of them. A window that never becomes whole is
 * dropped, and its records are done.
 */
export class WindowParts {
  private readonly open = new Map<string, SpooledWindow>();
  private readonly answered = new Map<string, true>();
  private readonly heardAtMs = new Map<string, number>();
  private readonly busy = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: WindowPartsOptions) {}

  /** Windows that are not whole, or not answered yet. */
  get waiting(): number {
    return this.open.size;
  }

  /**
   * Spools a batch's parts and hands what is whole to `answer`, which settles each by `answered` or `refuse`. The same batch may come again.
   * @throws SpoolFailedError, and what `answer` throws
   */
  async take(batch: PartBatch, answer: (taken: TakenParts) => Promise<void>): Promise<void> {
    const place = placeOf(batch);
    this.busy.add(place);
    try {
      await this.forgetOthers();
      const complete = new Set<SpooledWindow>();
      const refused: RefusedPart[] = [];
      for (const record of batch.records) {
        const taken = await this.takeOne(batch, record);
        if (taken instanceof SpooledWindow) complete.add(taken);
        else if (taken !== null) refused.push(taken);
        await this.dropAbandoned(place, record.timestampMs);
      }
      await answer({ complete: [...complete], refused });
    } finally {
      this.busy.delete(place);
      this.heardAtMs.set(place, this.options.nowMs());
    }
  }

  /** A window's effects are durable and announced: its records are done, and its bytes are no longer needed. */
  async settle(window: SpooledWindow): Promise<void> {
    window.settle();
    await this.forget(window);
  }

  /** A window that cannot be right: its records are put aside. */
  async refuse(window: SpooledWindow, reason: string, cause: unknown): Promise<void> {
    await window.putAside(reason, cause);
    await this.forget(window);
  }

  /** Sweeps now and then, until `stop`. */
  start(): void {
    const everyMs = Math.min(SWEEP_MS_MAX, this.options.abandonedAfterMs / 4);
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.options.onSweepFailed?.(error));
    }, everyMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** At a partition's end no record tells how time goes by, so the clock does. */
  async sweep(): Promise<void> {
    const nowMs = this.options.nowMs();
    for (const place of new Set([...this.open.values()].map(({ firstHeld }) => placeOf(firstHeld)))) {
      if (!this.busy.has(place) && nowMs - (this.heardAtMs.get(place) ?? nowMs) >= IDLE_MS) await this.dropAbandoned(place, nowMs);
    }
  }

  private async takeOne(batch: PartBatch, record: PartRecord): Promise<SpooledWindow | RefusedPart | null> {
    const decoded = decodeWindowPart(record);
    if (decoded.kind === 'dead-letter') {
      const told = { windowId: windowIdIn(record.key), ...askedInHeader(record), revision: null };
      return { record, reason: decoded.reason, cause: decoded.cause, told };
    }
    const facts = decoded.value;
    const problem = this.problemOf(facts);
    if (problem !== null || !isTradeFacts(facts)) return refusedPart(record, facts, problem ?? 'it is not of trades');
    const id = keyOf(batch, facts);
    if (this.answered.has(id)) return this.double(batch, record);
    const window =
      this.open.get(id) ?? new SpooledWindow(facts, join(this.options.folder, `${batch.partition}-${facts.revision.collectionId}`));
    const state = window.state(facts.part, record);
    if (state === 'double') return this.double(batch, record);
    if (state === 'new') {
      const { value } = record;
      if (value === null) return this.double(batch, record);
      if (!sameTelling(window.facts, facts)) return refusedPart(record, facts, 'it does not agree with the other parts of its collection');
      await window.hold(facts.part, record, value, batch);
      this.open.set(id, window);
    }
    if (!window.isComplete) return null;
    await this.dropWorse(window);
    return window;
  }

  private problemOf(facts: WindowFacts): string | null {
    return facts.schemaVersion === SCHEMA_VERSION
      ? null
      : `schema version ${facts.schemaVersion} is not known here, only ${SCHEMA_VERSION}`;
  }

  private double(batch: PartBatch, record: PartRecord): null {
    this.options.onDouble?.();
    batch.done(record);
    return null;
  }

  /** What is of an earlier assignment is void: whoever owns the partition now reads it from the first part on. */
  private async forgetOthers(): Promise<void> {
    for (const [id, window] of [...this.open]) {
      if (window.isCurrent) continue;
      this.open.delete(id);
      await window.remove();
    }
  }

  private async dropWorse({ facts }: SpooledWindow): Promise<void> {
    const id = windowId(facts.window);
    for (const other of [...this.open.values()]) {
      if (other.isComplete || windowId(other.facts.window) !== id) continue;
      if (compareRevisions(other.facts.revision, facts.revision) < 0) await this.drop(other, 'superseded');
    }
  }

  private async dropAbandoned(place: string, nowMs: number): Promise<void> {
    for (const window of [...this.open.values()]) {
      if (window.isComplete || placeOf(window.firstHeld) !== place) continue;
      if (nowMs - window.lastPartMs >= this.options.abandonedAfterMs) await this.drop(window, 'abandoned');
    }
  }

  private async drop(window: SpooledWindow, why: 'superseded' | 'abandoned'): Promise<void> {
    this.options.onDropped?.(window, why);
    window.settle();
    this.open.delete(keyOf(window.firstHeld, window.facts));
    await window.remove();
  }

  private async forget(window: SpooledWindow): Promise<void> {
    const id = keyOf(window.firstHeld, window.facts);
    this.open.delete(id);
    this.answered.set(id, true);
    const [oldest] = this.answered.keys();
    if (this.answered.size > ANSWERED_KEPT && oldest !== undefined) this.answered.delete(oldest);
    await window.remove();
  }
}

function refusedPart(record: PartRecord, facts: Facts | (WindowFacts & WindowPart), problem: string): RefusedPart {
  const { window, requestId, runId, revision } = facts;
  return {
    record,
    reason: 'wrong-shape',
    cause: new RangeError(problem),
    told: { windowId: windowId(window), requestId, runId, revision },
  };
}

function sameTelling(a: Facts, b: Facts): boolean {
  return a.csvSha256 === b.csvSha256 && a.parts === b.parts && a.rowCount === b.rowCount && windowId(a.window) === windowId(b.window);
}

function keyOf(of: Pick<PartRecord, 'topic' | 'partition'>, { revision }: Pick<WindowFacts, 'revision'>): string {
  return `${placeOf(of)}/${revision.collectionId}`;
}

function placeOf({ topic, partition }: Pick<PartRecord, 'topic' | 'partition'>): string {
  return `${topic}/${partition}`;
}

const WINDOW_ID_CHARACTERS_MAX = 200;

/** The window that a part's key names. */
function windowIdIn(key: string | null): string {
  return (key ?? '').replace(/#\d+$/, '').slice(0, WINDOW_ID_CHARACTERS_MAX);
}
