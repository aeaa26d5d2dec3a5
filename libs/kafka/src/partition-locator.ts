import type { Logger } from '@elias/telemetry';
import type { Assignment, OwnedPartition } from './assignment.js';
import { backoffMs, waitMs } from './backoff.js';
import type { CommittedOffset, KafkaClient, PartitionOffsets } from './kafka-client.js';
import { KafkaUnavailableError } from './kafka-errors.js';
import { startingPoint } from './starting-point.js';

export interface PartitionLocatorParts {
  client: KafkaClient;
  /** where the group goes on, one entry for each partition of the topics */
  committed: (topics: string[]) => Promise<CommittedOffset[]>;
  agedTopics: readonly string[];
  /** tried again until it resolves */
  onLost: (lost: { topic: string; partition: number; from: bigint; to: bigint }) => Promise<void>;
  /** the partition's position is known; to be sought and read */
  onLocated: (assignment: Assignment, partition: OwnedPartition, position: bigint) => void;
  logger: Logger;
}

const BACKOFF = { initialMs: 200, maxMs: 5_000 };

/** Finds where partitions are read from. Until it is known they stay paused; what is lost is reported before they go on. */
export class PartitionLocator {
  constructor(private readonly parts: PartitionLocatorParts) {}

  /** Behind a join: each partition goes on at the group's committed offset. */
  async begin(assignment: Assignment): Promise<void> {
    const topics = Object.keys(assignment.owned);
    if (topics.length === 0) return;
    const answers = await this.untilDone(assignment, () => this.parts.committed(topics));
    if (answers === null) return;
    for (const partition of assignment.all()) {
      const { offset } = answers.find((answer) => answer.topic === partition.topic && answer.partition === partition.partition) ?? {
        offset: null,
      };
      partition.committed = offset === null ? null : BigInt(offset);
    }
    await Promise.all(topics.map((topic) => this.locate(assignment, topic, assignment.allOf(topic), (partition) => partition.committed)));
  }

  /** A fetch was not at the position: the partition goes on there, or behind what Kafka has deleted meanwhile. */
  async again(assignment: Assignment, partition: OwnedPartition, position: bigint): Promise<void> {
    await this.locate(assignment, partition.topic, [partition], () => position);
  }

  /** A fetch at `from` began at `to` only, in a topic without compaction. */
  async behindHole(assignment: Assignment, partition: OwnedPartition, lost: { from: bigint; to: bigint }): Promise<void> {
    await this.readOn(assignment, partition, lost.to, lost);
  }

  private async locate(
    assignment: Assignment,
    topic: string,
    partitions: OwnedPartition[],
    wanted: (partition: OwnedPartition) => bigint | null,
  ): Promise<void> {
    const { client, agedTopics, logger } = this.parts;
    const offsets = await this.untilDone(assignment, async () => {
      const answers = new Map((await client.endOffsets(topic)).map((bounds) => [bounds.partition, bounds]));
      return partitions.map((partition) => ({ partition, bounds: known(answers.get(partition.partition), partition) }));
    });
    if (offsets === null) return;
    const locateOne = async (owned: OwnedPartition, bounds: PartitionOffsets): Promise<void> => {
      const want = wanted(owned);
      const start = startingPoint(want, BigInt(bounds.low), BigInt(bounds.high), agedTopics.includes(topic));
      if (start.beyondEnd) {
        const place = { topic, ...bounds, committed: want?.toString() };
        logger.error(place, 'committed offset lies behind the end of the partition, which is read from its beginning');
        owned.committed = null;
      }
      owned.high = BigInt(bounds.high);
      await this.readOn(assignment, owned, start.position, start.lost);
    };
    await Promise.all(offsets.map(({ partition, bounds }) => locateOne(partition, bounds)));
  }

  /** Reports a hole before anything behind it can be committed. */
  private async readOn(
    assignment: Assignment,
    partition: OwnedPartition,
    position: bigint,
    lost: { from: bigint; to: bigint } | null,
  ): Promise<void> {
    const place = { topic: partition.topic, partition: partition.partition };
    if (lost !== null) await this.untilDone(assignment, () => this.parts.onLost({ ...place, ...lost }));
    if (assignment.signal.aborted) return;
    partition.readFrom(position);
    this.parts.onLocated(assignment, partition, position);
  }

  /** Tries until it works; null if the assignment ended meanwhile. */
  private async untilDone<T>(assignment: Assignment, question: () => Promise<T>): Promise<T | null> {
    for (let attempt = 1; !assignment.signal.aborted; attempt += 1) {
      try {
        const answer = await question();
        return assignment.signal.aborted ? null : answer;
      } catch (error) {
        this.parts.logger.warn({ epoch: assignment.epoch, attempt, error }, 'kafka partitions cannot be read yet, trying again');
        await waitMs(backoffMs(attempt, BACKOFF, Math.random()), assignment.signal);
      }
    }
    return null;
  }
}

/** @throws KafkaUnavailableError an answer without the partition must not be taken for an empty one */
function known(bounds: PartitionOffsets | undefined, { topic, partition }: OwnedPartition): PartitionOffsets {
  if (bounds === undefined) throw new KafkaUnavailableError(`offsets of ${topic}[${partition}]`, 'no answer');
  return bounds;
}
