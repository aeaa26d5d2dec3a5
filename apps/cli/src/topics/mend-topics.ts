import { decodeWindowFacts, TOPICS, windowTopic } from '@elias/contracts';
import { partitionOf, placeRecord, readRange } from '@elias/kafka';
import type { KafkaClient, OutgoingRecord, RecordProducer } from '@elias/kafka';
import { parseWindowId, windowId } from '@elias/market-data';
import type { Revision, Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { archivedWindows } from '../replay/archived-windows.js';
import type { WindowFilter } from '../replay/archived-windows.js';
import { chooseTelling } from '../replay/open-telling.js';
import type { OpenedTelling } from '../replay/open-telling.js';
import { windowRecords } from '../replay/replay-records.js';
import type { ReplayIds } from '../replay/replay-records.js';
import { decideMend } from './decide-mend.js';

export interface MendParts {
  readonly kafka: KafkaClient;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly bucket: Pick<ObjectStore, 'list' | 'get'>;
  readonly prefix: string;
  readonly filter: WindowFilter;
  readonly ids: ReplayIds;
  readonly dryRun: boolean;
}

/** Windows by what was told of them, or would be. */
export interface Mended {
  readonly looked: number;
  readonly published: readonly string[];
  readonly forgotten: readonly string[];
  readonly corrupt: readonly string[];
}

/** Topics that are compacted, so that their last records are the history. */
export const COMPACTED = [TOPICS.windowsCandles, TOPICS.windowsStats];

/**
 * Has the last record of each archived window be its current telling: where it is not, the telling is published again from its zip, or a
 * null value where none is left. Windows without an archive are not looked at. Holds one revision per window of the topics.
 * @throws KafkaUnavailableError, ObjectStoreUnavailableError; the same again goes on
 */
export async function mendTopics({ kafka, producer, bucket, prefix, filter, ids, dryRun }: MendParts): Promise<Mended> {
  const told = await lastTold(kafka);
  const mended = { looked: 0, published: [] as string[], forgotten: [] as string[], corrupt: [] as string[] };
  for await (const archived of archivedWindows(bucket, prefix, filter)) {
    const { window } = archived;
    if (window.dataset === 'trades') continue;
    const id = windowId(window);
    mended.looked += 1;
    const { best, revoked, corrupt } = await chooseTelling(archived, bucket, null);
    mended.corrupt.push(...corrupt.map(({ key }) => key));
    const withdrawn = new Set(revoked.map(({ revision }) => revision.collection_id));
    const decision = decideMend(told.get(id), { best: best?.manifest.revision ?? null, revoked: withdrawn });
    if (decision === 'keep' || (decision === 'forget' && corrupt.length > 0)) continue;
    mended[decision === 'publish' ? 'published' : 'forgotten'].push(id);
    if (!dryRun) await producer.send(await recordsOf(window, best, ids));
  }
  return mended;
}

async function recordsOf(window: Window, best: OpenedTelling | null, ids: ReplayIds): Promise<OutgoingRecord[]> {
  const { name: topic, partitions } = windowTopic(window.dataset);
  if (best === null) return [{ topic, key: windowId(window), partition: partitionOf(window.productId, partitions), value: null }];
  const records: OutgoingRecord[] = [];
  for await (const record of windowRecords(best, ids)) records.push(placeRecord(record));
  return records;
}

/** The last record of each window, up to the end as it is now. */
async function lastTold(kafka: KafkaClient): Promise<Map<string, { revision: Revision | null }>> {
  const last = new Map<string, { revision: Revision | null }>();
  for (const { name: topic } of COMPACTED) {
    const partitions = (await kafka.endOffsets(topic)).map(({ partition }) => ({ partition, from: 'earliest', to: 'latest' }));
    await readRange(kafka, { topic, partitions }, (records) => {
      for (const record of records) {
        if (record.key === null || !isWindow(record.key)) continue;
        const decoded = record.value === null ? null : decodeWindowFacts(record);
        // what is no sound record tells nothing: the window is published again
        if (decoded === null || decoded.kind !== 'ok') last.set(record.key, { revision: null });
        else last.set(record.key, { revision: decoded.value.revision });
      }
    });
  }
  return last;
}

function isWindow(key: string): boolean {
  try {
    parseWindowId(key);
    return true;
  } catch {
    return false;
  }
}
