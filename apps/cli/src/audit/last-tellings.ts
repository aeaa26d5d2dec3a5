import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { decodeWindowFacts, decodeWindowPart } from '@elias/contracts';
import type { WindowFacts } from '@elias/contracts';
import { describeError } from '@elias/errors';
import type { ConsumedRecord } from '@elias/kafka';
import type { TopicTold } from './topic-source.js';

/** A window that comes in parts, as far as it was read. */
interface Underway {
  readonly facts: WindowFacts;
  readonly parts: number;
  readonly hash: Hash;
  readonly offsets: string[];
}

/**
 * The last telling of each wanted window, from the records of a topic in their order. Of a telling no more than its facts and its hash is
 * kept, whatever its size.
 */
export class LastTellings {
  private readonly last = new Map<string, TopicTold>();
  /** by window and collection */
  private readonly underway = new Map<string, Map<string, Underway>>();

  /** @param wanted ids of windows; others are passed over */
  constructor(private readonly wanted: ReadonlySet<string>) {}

  read(record: ConsumedRecord): void {
    const [id = '', part] = (record.key ?? '').split('#');
    if (!this.wanted.has(id)) return;
    if (part !== undefined) this.readPart(id, record);
    else if (record.value === null) this.last.set(id, { kind: 'emptied' });
    else this.readWhole(id, record, record.value);
  }

  /** Null while nothing of it was read. */
  of(id: string): TopicTold | null {
    const last = this.last.get(id);
    if (last !== undefined) return last;
    const [begun] = this.underway.get(id)?.values() ?? [];
    if (begun === undefined) return null;
    return { kind: 'incomplete', detail: `${begun.parts - begun.offsets.length} of its ${begun.parts} parts are not in the topic` };
  }

  private readWhole(id: string, record: ConsumedRecord, value: Buffer): void {
    const decoded = decodeWindowFacts(record);
    const { partition, offset } = record;
    if (decoded.kind !== 'ok') {
      this.last.set(id, {
        kind: 'incomplete',
        detail: `the record at ${partition}/${offset} cannot be read: ${describeError(decoded.cause)}`,
      });
      return;
    }
    const sha256 = createHash('sha256').update(value).digest('hex');
    this.last.set(id, { kind: 'told', facts: decoded.value, sha256, partition, offsets: [offset] });
  }

  /** Parts come in their order, some of them twice: a collector that goes on after a failure sends one again. */
  private readPart(id: string, record: ConsumedRecord): void {
    const decoded = decodeWindowPart(record);
    if (decoded.kind !== 'ok' || record.value === null) return;
    const { part, parts, ...facts } = decoded.value;
    const { collectionId } = facts.revision;
    const tellings = this.underway.get(id) ?? new Map<string, Underway>();
    this.underway.set(id, tellings);
    const telling = tellings.get(collectionId) ?? { facts, parts, hash: createHash('sha256'), offsets: [] };
    if (part !== telling.offsets.length) return;
    tellings.set(collectionId, telling);
    telling.hash.update(record.value);
    telling.offsets.push(record.offset);
    if (telling.offsets.length < parts) return;
    const { offsets } = telling;
    this.last.set(id, { kind: 'told', facts, sha256: telling.hash.digest('hex'), partition: record.partition, offsets });
    tellings.delete(collectionId);
  }
}
