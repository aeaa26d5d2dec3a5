import { createHash } from 'node:crypto';
import { decodeWindowPart, encodeWindowPart, TOPICS } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import type { TailedRecord } from './topic-tail.js';

/** A window of trades as its records tell it. */
export interface PublishedTrades {
  readonly facts: WindowFacts;
  readonly csv: Buffer;
  /** by part */
  readonly records: readonly TailedRecord[];
}

/** Windows of trades of a run of which every part was read, put together by their part alone. */
export function wholeWindows(records: readonly TailedRecord[], runId: string): PublishedTrades[] {
  const collections = new Map<string, { facts: WindowFacts; parts: number; held: Map<number, TailedRecord> }>();
  for (const record of records) {
    if (record.topic !== TOPICS.windowsTrades.name) continue;
    const decoded = decodeWindowPart(record);
    if (decoded.kind !== 'ok' || decoded.value.runId !== runId) continue;
    const { part, parts, ...facts } = decoded.value;
    const known = collections.get(facts.revision.collectionId) ?? { facts, parts, held: new Map<number, TailedRecord>() };
    collections.set(facts.revision.collectionId, known);
    known.held.set(part, record);
  }
  return [...collections.values()].flatMap(({ facts, parts, held }) => {
    if (held.size < parts) return [];
    const inOrder = Array.from({ length: parts }, (_, part) => held.get(part)!);
    const csv = Buffer.concat(inOrder.map(({ value }) => value!));
    expect(createHash('sha256').update(csv).digest('hex')).toBe(facts.csvSha256);
    return [{ facts, csv, records: inOrder }];
  });
}

/** The records of a window, in parts of this many bytes. */
export function partRecords({ facts, csv }: { facts: Omit<WindowFacts, 'schemaVersion'>; csv: Buffer }, bytes: number): OutgoingRecord[] {
  const parts = Math.max(1, Math.ceil(csv.length / bytes));
  return Array.from({ length: parts }, (_, part) =>
    placeRecord(encodeWindowPart(facts, { part, parts }, csv.subarray(part * bytes, (part + 1) * bytes), 'test')),
  );
}
