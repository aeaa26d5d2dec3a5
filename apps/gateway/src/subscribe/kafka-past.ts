import { setTimeout as delay } from 'node:timers/promises';
import { EVERY_PRODUCT, GATEWAY_EVENTS } from '@elias/contracts';
import type { GatewayEventType, Start } from '@elias/contracts';
import { isRetryable } from '@elias/errors';
import { partitionOf, RangeLostError, readRange } from '@elias/kafka';
import type { KafkaClient } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import type { MarketTail } from '../tail/market-tail.js';
import type { TailEntry } from '../tail/tail-entry.js';
import type { TailPartition } from '../tail/tail-log.js';
import type { Lost, Past, Wanted } from './session.js';
import { behind } from './subscription.js';
import type { Cursor, Subscription } from './subscription.js';

export interface KafkaPastParts {
  client: KafkaClient;
  tail: MarketTail;
  /** reads at once, for all clients together */
  readersMax: number;
  onRead: (running: number) => void;
  logger: Logger;
}

const AGAIN_MS = 1_000;

type Places = ReadonlyMap<number, { next: bigint; row: number; lost?: { from: bigint; to: bigint } }>;

/** The past as Kafka has it: by bounded reads, a few at once, each up to where the tail was when it began. */
export class KafkaPast implements Past {
  private readonly turns: LimitFunction;

  constructor(private readonly parts: KafkaPastParts) {
    this.turns = pLimit(parts.readersMax);
  }

  async findStart(subscription: Subscription, { types, products, from }: Wanted): Promise<{ cursors: Cursor[]; lost: Lost[] }> {
    const { tail } = this.parts;
    await tail.begun;
    const cursors: Cursor[] = [];
    const lost: Lost[] = [];
    for (const type of types) {
      const sources = partitionsOf(type, products).map((partition) => tail.partition(type, partition));
      const places = await this.untilDone(subscription.signal, () => this.places(type, from, sources));
      for (const source of sources) {
        const place = places.get(source.partition) ?? { next: source.end, row: 0 };
        const cursor: Cursor = { type, source, next: place.next, row: place.row, number: null };
        cursors.push(cursor);
        if (place.lost !== undefined) lost.push({ cursor, ...place.lost });
      }
    }
    return { cursors, lost };
  }

  async catchUp(
    subscription: Subscription,
    tell: (cursor: Cursor, entry: TailEntry) => Promise<void>,
    onLost: (lost: Lost) => void,
  ): Promise<void> {
    for (;;) {
      const cursors = subscription.cursors.filter(({ source, next }) => source.numberOf(next) === null);
      const topic = cursors[0]?.source.topic;
      if (topic === undefined) return;
      const ofTopic = cursors.filter(({ source }) => source.topic === topic);
      await this.turns(async () => {
        this.parts.onRead(this.turns.activeCount);
        await this.untilDone(subscription.signal, () => this.read(topic, ofTopic, subscription.signal, tell, onLost));
      });
      this.parts.onRead(this.turns.activeCount);
    }
  }

  /** Partitions that are not among the answers begin at the tail's end. */
  private async places(type: GatewayEventType, from: Start, sources: readonly TailPartition[]): Promise<Places> {
    const { client } = this.parts;
    const topic = GATEWAY_EVENTS[type].topic.name;
    if (from === 'latest') return new Map();
    if (from === 'earliest') {
      return new Map((await client.endOffsets(topic)).map(({ partition, low }) => [partition, { next: BigInt(low), row: 0 }]));
    }
    if (typeof from === 'string') {
      const offsets = await client.offsetsAt(topic, Date.parse(from));
      return new Map(offsets.map(({ partition, offset }) => [partition, { next: BigInt(offset), row: 0 }]));
    }
    const after = from.after.filter((position) => position.topic === topic);
    const places = new Map(after.map((position) => [position.partition, behind(position)]));
    const known = sources.every((source) => {
      const place = places.get(source.partition);
      return place === undefined || (place.next <= source.end && source.numberOf(place.next) !== null);
    });
    if (known) return places;
    const bounds = await client.endOffsets(topic);
    return new Map(
      bounds.flatMap(({ partition, low: lowest, high: highest }) => {
        const place = places.get(partition);
        if (place === undefined) return [];
        const [low, high] = [BigInt(lowest), BigInt(highest)];
        if (place.next < low) return [[partition, { next: low, row: 0, lost: { from: place.next, to: low } }] as const];
        return [[partition, place.next > high ? { next: high, row: 0 } : place] as const];
      }),
    );
  }

  /** Reads each cursor's partition up to the tail's end as it is now. */
  private async read(
    topic: string,
    cursors: readonly Cursor[],
    signal: AbortSignal,
    tell: (cursor: Cursor, entry: TailEntry) => Promise<void>,
    onLost: (lost: Lost) => void,
  ): Promise<void> {
    const { client, tail } = this.parts;
    const byPartition = new Map(cursors.map((cursor) => [cursor.source.partition, { cursor, to: cursor.source.end }]));
    const partitions = [...byPartition].map(([partition, { cursor, to }]) => ({
      partition,
      from: cursor.next.toString(),
      to: to.toString(),
    }));
    try {
      await readRange(client, { topic, partitions, signal }, async (records) => {
        for (const record of records) await tell(byPartition.get(record.partition)!.cursor, tail.entry(record));
      });
    } catch (error) {
      const lost = error instanceof RangeLostError ? byPartition.get(error.partition)?.cursor : undefined;
      if (!(error instanceof RangeLostError) || lost === undefined) throw error;
      const [from, to] = [lost.next, BigInt(error.low)];
      [lost.next, lost.row] = [to, 0];
      return onLost({ cursor: lost, from, to });
    }
    // compaction may have left no record at the end
    for (const { cursor, to } of byPartition.values()) if (cursor.next < to) [cursor.next, cursor.row] = [to, 0];
  }

  /** Tries until it works, or the subscription is over. */
  private async untilDone<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (!isRetryable(error)) throw error;
        this.parts.logger.warn({ error }, 'the past cannot be read now, trying again');
        await delay(AGAIN_MS, undefined, { signal });
      }
    }
  }
}

/** Partitions that events of the products lie in. */
function partitionsOf(type: GatewayEventType, products: readonly string[]): number[] {
  const { partitions } = GATEWAY_EVENTS[type].topic;
  if (products.includes(EVERY_PRODUCT)) return Array.from({ length: partitions }, (_, partition) => partition);
  return [...new Set(products.map((product) => partitionOf(product, partitions)))].sort((a, b) => a - b);
}
