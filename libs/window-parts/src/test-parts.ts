import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeWindowPart } from '@elias/contracts';
import type { MadeTrades } from '../../../test/support/made-trades.js';
import type { PartBatch, PartRecord } from './spooled-window.js';

export interface Asked {
  facts: MadeTrades['facts'];
  csv: Buffer;
}

/** The records of a window in parts of this many bytes, as a consumer reads them. */
export function partRecords({ facts, csv }: Asked, bytes: number): PartRecord[] {
  const parts = Math.max(1, Math.ceil(csv.length / bytes));
  return Array.from({ length: parts }, (_, part) => {
    const { topic, key, headers, value } = encodeWindowPart(facts, { part, parts }, csv.subarray(part * bytes, (part + 1) * bytes), 'test');
    return { topic: topic.name, partition: 3, offset: String(part), key, value: Buffer.from(value), headers, timestampMs: 0 };
  });
}

/** A partition by hand: which of its records are done, and which were put aside. */
export class HandPartition {
  readonly done: string[] = [];
  readonly aside: { offset: string; reason: string; bytes: number }[] = [];
  current = true;
  private next = 0;

  /** One batch; offsets go on by themselves unless the records are `again` those of before. */
  batch(records: readonly PartRecord[], again = false): PartBatch {
    const placed = again ? records : records.map((record) => ({ ...record, offset: String(this.next++) }));
    const { topic = 'elias.windows.trades.v1', partition = 3 } = placed[0] ?? {};
    return {
      topic,
      partition,
      records: placed,
      isCurrent: () => this.current,
      done: ({ offset }) => void this.done.push(offset),
      deadLetter: ({ offset, value }, reason) => {
        this.aside.push({ offset, reason, bytes: value?.length ?? -1 });
        return Promise.resolve();
      },
    };
  }
}

/** A folder that is gone at the end. */
export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'elias-parts-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
