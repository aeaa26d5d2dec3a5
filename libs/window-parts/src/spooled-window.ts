import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CsvStream, TradeFacts } from '@elias/archive';
import type { WindowFacts, WindowPart } from '@elias/contracts';
import { SpoolFailedError, spooling } from './spool-errors.js';

/** A record as whoever reads the topic has it; its value is taken away once it lies on disk. */
export interface PartRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  value: Buffer | null;
  readonly headers: Record<string, string>;
  /** record time, milliseconds since the epoch */
  readonly timestampMs: number;
}

/** The records that were handed out together, and what may be said of them later. */
export interface PartBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly PartRecord[];
  isCurrent(): boolean;
  done(record: PartRecord): void;
  deadLetter(record: PartRecord, reason: string, cause: unknown): Promise<void>;
}

interface HeldPart {
  readonly record: PartRecord;
  readonly batch: PartBatch;
  readonly bytes: number;
}

/** How much of a part is read at once, bytes. */
const CHUNK_BYTES = 128 * 1024;

/** The parts of one collection of a window as far as they have come, on disk; their records are not done. */
export class SpooledWindow {
  /** record time of its latest part */
  lastPartMs = 0;
  private readonly held = new Map<number, HeldPart>();

  /** @param folder of its own, made when the first part comes */
  constructor(
    readonly facts: WindowFacts & TradeFacts & WindowPart,
    private readonly folder: string,
  ) {}

  get isComplete(): boolean {
    return this.held.size === this.facts.parts;
  }

  /** False once one of its records may be somebody else's: what it holds is void then, and its records come again. */
  get isCurrent(): boolean {
    return [...this.held.values()].every(({ batch }) => batch.isCurrent());
  }

  /** The window's CSV, read from disk each time. @throws SpoolFailedError */
  get csv(): CsvStream {
    const bytes = [...this.held.values()].reduce((sum, part) => sum + part.bytes, 0);
    return { bytes, chunks: () => this.chunks() };
  }

  /** The part that came first; its trace goes on in the window's answers. */
  get firstHeld(): PartRecord {
    const [first] = this.held.values();
    if (first === undefined) throw new RangeError('nothing is held of it');
    return first.record;
  }

  /** @returns `held` when this very record is there already, `double` when another one brought the part */
  state(part: number, { offset }: PartRecord): 'new' | 'held' | 'double' {
    const held = this.held.get(part);
    if (held === undefined) return 'new';
    return held.record.offset === offset ? 'held' : 'double';
  }

  /** @throws SpoolFailedError nothing is held of it */
  async hold(part: number, record: PartRecord, value: Buffer, batch: PartBatch): Promise<void> {
    const path = this.pathOf(part);
    await spooling(path, async () => {
      if (this.held.size === 0) await mkdir(this.folder, { recursive: true });
      await writeFile(path, value);
    });
    this.held.set(part, { record, batch, bytes: value.length });
    this.lastPartMs = Math.max(this.lastPartMs, record.timestampMs);
    record.value = null;
  }

  /** Its records are done, whatever became of it. */
  settle(): void {
    for (const { record, batch } of this.held.values()) batch.done(record);
  }

  /** Puts its records aside as they came, one after the other. @throws what a batch's `deadLetter` throws; doing all of it again is right */
  async putAside(reason: string, cause: unknown): Promise<void> {
    for (const [part, { record, batch }] of [...this.held].sort(([a], [b]) => a - b)) {
      const path = this.pathOf(part);
      record.value = await spooling(path, () => readFile(path));
      try {
        await batch.deadLetter(record, reason, cause);
      } finally {
        record.value = null;
      }
    }
  }

  async remove(): Promise<void> {
    await spooling(this.folder, () => rm(this.folder, { recursive: true, force: true }));
  }

  private async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let part = 0; part < this.facts.parts; part += 1) {
      const path = this.pathOf(part);
      try {
        for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield chunk as Buffer;
      } catch (cause) {
        throw new SpoolFailedError(path, cause);
      }
    }
  }

  private pathOf(part: number): string {
    return join(this.folder, `${part}.csv`);
  }
}
