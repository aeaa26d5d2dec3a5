import { windowTopic } from '@elias/contracts';
import type { TopicModel } from '@elias/contracts';
import type { KafkaClient } from '@elias/kafka';
import { partitionOf, RangeLostError, readRange } from '@elias/kafka';
import { formatInstant, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { LastTellings } from './last-tellings.js';
import type { TopicSource, TopicTold } from './topic-source.js';

/** A record comes after its collection; the broker's clock and the exchange's differ by less than this, milliseconds. */
const CLOCKS_APART_MS = 3_600_000;

/** The topics of windows, read once for many windows: from when the first of them was collected to the end as it is. */
export class KafkaTopics implements TopicSource {
  constructor(private readonly kafka: KafkaClient) {}

  async tell(windows: readonly Window[], collectedAtMs: (window: Window) => number | null): Promise<Map<string, TopicTold>> {
    const told = new Map<string, TopicTold>();
    for (const [topic, own] of byTopic(windows)) {
      const wanted = new Map(own.map((window) => [windowId(window), window]));
      const sinceMs = Math.min(...own.map((window) => collectedAtMs(window) ?? window.fromMs)) - CLOCKS_APART_MS;
      const near = await this.scan(topic, wanted, { sinceMs });
      for (const [id, one] of near.told) told.set(id, one);
      const unseen = new Map([...wanted].filter(([id]) => !near.told.has(id)));
      // ledgers may err about when it was collected
      const far = unseen.size === 0 ? null : await this.scan(topic, unseen, { before: near.from });
      for (const [id, window] of unseen) {
        const deletedBeforeMs = far?.deletedBeforeMs.get(partitionOf(window.productId, topic.partitions)) ?? null;
        told.set(id, far?.told.get(id) ?? absent(collectedAtMs(window) ?? window.fromMs, deletedBeforeMs));
      }
    }
    return told;
  }

  async csv({ facts, partition, offsets }: Extract<TopicTold, { kind: 'told' }>): Promise<Buffer | null> {
    const { name } = windowTopic(facts.window.dataset);
    const chunks: Buffer[] = [];
    const [first, last] = [offsets[0]!, (BigInt(offsets.at(-1)!) + 1n).toString()];
    try {
      await readRange(this.kafka, { topic: name, partitions: [{ partition, from: first, to: last }] }, (records) => {
        for (const { offset, value } of records) if (offsets.includes(offset) && value !== null) chunks.push(value);
      });
    } catch (error) {
      if (error instanceof RangeLostError) return null;
      throw error;
    }
    return chunks.length === offsets.length ? Buffer.concat(chunks) : null;
  }

  private async scan(
    topic: TopicModel,
    wanted: ReadonlyMap<string, Window>,
    range: { sinceMs: number } | { before: ReadonlyMap<number, string> },
  ): Promise<{ told: Map<string, TopicTold>; from: Map<number, string>; deletedBeforeMs: Map<number, number> }> {
    const { name, partitions: count } = topic;
    const own = new Set([...wanted.values()].map(({ productId }) => partitionOf(productId, count)));
    const bounds = (await this.kafka.endOffsets(name)).filter(({ partition }) => own.has(partition));
    const since = 'before' in range ? [] : await this.kafka.offsetsAt(name, range.sinceMs);
    const partitions = bounds.map(({ partition, low, high }) => {
      if ('before' in range) return { partition, low, from: low, to: range.before.get(partition) ?? high };
      const at = since.find((each) => each.partition === partition)?.offset ?? low;
      return { partition, low, from: BigInt(at) < BigInt(low) ? low : at, to: high };
    });
    const last = new LastTellings(new Set(wanted.keys()));
    const deletedBeforeMs = new Map<number, number>();
    const goals = partitions.filter(({ from, to }) => BigInt(from) < BigInt(to));
    if (goals.length > 0) {
      await readRange(this.kafka, { topic: name, partitions: goals }, (records) => {
        for (const record of records) {
          const goal = goals.find(({ partition }) => partition === record.partition);
          const isAged = topic.cleanup === 'delete' && goal!.low !== '0' && goal!.from === goal!.low;
          if (isAged && !deletedBeforeMs.has(record.partition)) deletedBeforeMs.set(record.partition, record.timestampMs);
          last.read(record);
        }
      });
    }
    for (const { partition, low, from, to } of partitions) {
      // nothing is left of it
      const isEmpty = topic.cleanup === 'delete' && low !== '0' && from === low && BigInt(from) >= BigInt(to);
      if (isEmpty && !deletedBeforeMs.has(partition)) deletedBeforeMs.set(partition, Number.POSITIVE_INFINITY);
    }
    const told = new Map<string, TopicTold>();
    for (const id of wanted.keys()) {
      const one = last.of(id);
      if (one !== null) told.set(id, one);
    }
    return { told, from: new Map(partitions.map(({ partition, from }) => [partition, from])), deletedBeforeMs };
  }
}

function absent(collectedAtMs: number, deletedBeforeMs: number | null): TopicTold {
  if (deletedBeforeMs === null || collectedAtMs - CLOCKS_APART_MS > deletedBeforeMs) return { kind: 'none' };
  const since = Number.isFinite(deletedBeforeMs)
    ? `, the oldest record is of ${formatInstant(Math.floor(deletedBeforeMs / 1_000) * 1_000)}`
    : '';
  return { kind: 'not-held', detail: `not held any more${since}` };
}

function byTopic(windows: readonly Window[]): Map<TopicModel, Window[]> {
  const groups = new Map<TopicModel, Window[]>();
  for (const window of windows) {
    const topic = windowTopic(window.dataset);
    const group = groups.get(topic);
    if (group === undefined) groups.set(topic, [window]);
    else group.push(window);
  }
  return groups;
}
