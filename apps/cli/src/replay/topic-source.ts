import { decodeWindowFacts, decodeWindowPart } from '@elias/contracts';
import { readRange } from '@elias/kafka';
import type { ConsumedRecord, KafkaClient, PartitionRange } from '@elias/kafka';
import { parseWindowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { isMeant } from './archived-windows.js';
import type { WindowFilter } from './archived-windows.js';
import { mergeByTime } from './merge-by-time.js';
import type { ReplayCounts, ReplayItem } from './replay-item.js';

export interface TopicSource {
  readonly kafka: KafkaClient;
  readonly topic: string;
  readonly partitions: readonly PartitionRange[];
  readonly filter: WindowFilter;
}

/**
 * The records of a bounded range, once, by a throw-away group that commits nothing. A few megabytes are in memory at a time, whatever the
 * range.
 * @param inTime whether partitions are read as they come, or told in the order of record time
 */
export function topicItems(source: TopicSource, inTime: boolean, counts: ReplayCounts): AsyncGenerator<ReplayItem, void, undefined> {
  if (!inTime) return recordItems(source, counts);
  return mergeByTime(source.partitions.map((partition) => recordItems({ ...source, partitions: [partition] }, counts)));
}

async function* recordItems(source: TopicSource, counts: ReplayCounts): AsyncGenerator<ReplayItem, void, undefined> {
  for await (const records of rangeRecords(source)) {
    for (const record of records) {
      const window = windowOf(record);
      if (window !== null && !isMeant(window, source.filter)) continue;
      counts.read += 1;
      counts.rows += rowsOf(record);
      yield { kind: 'record', atMs: record.timestampMs, record };
    }
  }
}

/** What `readRange` hands over, for whoever takes it piece by piece: it reads on when a piece was taken. */
async function* rangeRecords({ kafka, topic, partitions }: TopicSource): AsyncGenerator<ConsumedRecord[], void, undefined> {
  const ready: { records: ConsumedRecord[]; taken: () => void }[] = [];
  const leaving = new AbortController();
  let wake: () => void = () => undefined;
  let ended: { error: unknown } | null = null;
  const reading = readRange(kafka, { topic, partitions: [...partitions], signal: leaving.signal }, (records) => {
    return new Promise<void>((taken) => {
      ready.push({ records, taken });
      wake();
    });
  }).then(
    () => (ended = { error: null }),
    (error: unknown) => (ended = { error }),
  );
  void reading.then(() => wake());
  try {
    for (;;) {
      const next = ready.shift();
      if (next !== undefined) {
        yield next.records;
        next.taken();
      } else if (ended !== null) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    leaving.abort();
    for (const { taken } of ready) taken();
    await reading;
  }
  const { error } = await reading;
  if (error !== null) throw error;
}

/** The window that a record's key names; null where it names none. */
function windowOf({ key }: ConsumedRecord): Window | null {
  try {
    return parseWindowId((key ?? '').replace(/#\d+$/, ''));
  } catch {
    return null;
  }
}

/** Rows of the window; of one in parts they count with the first. */
function rowsOf(record: ConsumedRecord): number {
  const whole = decodeWindowFacts(record);
  if (whole.kind === 'ok') return record.value === null ? 0 : whole.value.rowCount;
  const part = decodeWindowPart(record);
  return part.kind === 'ok' && part.value.part === 0 ? part.value.rowCount : 0;
}
