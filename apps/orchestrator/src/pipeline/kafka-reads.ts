import { deadLetterTopic } from '@elias/contracts';
import { groupLags, recordTimes, topicSizes } from '@elias/kafka';
import type { KafkaClient, PartitionOffsets, RecordTimes } from '@elias/kafka';
import type { Postgres } from '@elias/postgres';
import { Recent } from './recent.js';
import type { DeadLetters, Lags } from './service-answers.js';
import type { ServiceName } from './services.js';

/** Kafka is asked once in so long, however many ask here. */
const LAGS_GOOD_MS = 2_000;
const DEAD_LETTERS_GOOD_MS = 5_000;

/** How far the services are behind, and what they could not process, as Kafka tells. */
export class KafkaReads {
  private readonly recentLags = new Recent(() => this.readLags(), LAGS_GOOD_MS);
  private readonly letterTimes = new Map<string, { mark: string; times: RecordTimes | null }>();
  private readonly recentDeadLetters = new Recent(() => this.readDeadLetters(), DEAD_LETTERS_GOOD_MS);

  /** @param groups consumer groups of each service */
  constructor(
    private readonly client: KafkaClient,
    private readonly postgres: Postgres,
    private readonly groups: ReadonlyMap<ServiceName, readonly string[]>,
  ) {}

  /** @throws KafkaUnavailableError */
  lags(): Promise<Lags> {
    return this.recentLags.get();
  }

  /** Those that nobody has dealt with. @throws KafkaUnavailableError, PostgresUnavailableError */
  deadLetters(): Promise<DeadLetters> {
    return this.recentDeadLetters.get();
  }

  private async readLags(): Promise<Lags> {
    const services = new Map([...this.groups].flatMap(([service, groups]) => groups.map((group) => [group, service] as const)));
    const lags = await groupLags(this.client, [...services.keys()]);
    return {
      lags: lags.map(({ groupId: group, topic, lag, partitionLagMax: oldest_partition_lag, members }) => {
        return { group, service: services.get(group)!, topic, lag, oldest_partition_lag, members };
      }),
    };
  }

  private async readDeadLetters(): Promise<DeadLetters> {
    const groups = new Map([...this.groups.values()].flat().map((group) => [deadLetterTopic(group).name, group]));
    const sizes = await topicSizes(this.client, [...groups.keys()]);
    const settled = await this.settledLetters(sizes);
    const dead_letters: DeadLetters['dead_letters'] = [];
    for (const { topic, records: count, bounds } of sizes) {
      const times = await this.timesOf(topic, bounds);
      dead_letters.push({
        topic,
        group: groups.get(topic)!,
        count: Math.max(0, count - (settled.get(topic) ?? 0)),
        oldest_at: instantOf(times?.firstMs),
        newest_at: instantOf(times?.lastMs),
      });
    }
    return { dead_letters };
  }

  /** How many letters of each topic somebody has dealt with, of those that it still holds. */
  private async settledLetters(sizes: readonly { topic: string; bounds: readonly PartitionOffsets[] }[]): Promise<Map<string, number>> {
    const bounds = sizes.flatMap(({ topic, bounds: each }) => each.map(({ partition, low }) => ({ topic, partition, low })));
    const rows = await this.postgres.query<{ topic: string; settled: number }>(
      `SELECT s.topic, count(*)::int AS settled FROM pipeline.settled_letters s
       JOIN unnest($1::text[], $2::int[], $3::bigint[]) AS held (topic, partition, low) USING (topic, partition)
       WHERE s.record_offset >= held.low GROUP BY s.topic`,
      [bounds.map(({ topic }) => topic), bounds.map(({ partition }) => partition), bounds.map(({ low }) => low)],
    );
    return new Map(rows.map(({ topic, settled }) => [topic, settled]));
  }

  /** Asked anew when a record came or went alone. */
  private async timesOf(topic: string, bounds: readonly PartitionOffsets[]): Promise<RecordTimes | null> {
    const mark = bounds.map(({ partition, low, high }) => `${partition}:${low}-${high}`).join();
    const known = this.letterTimes.get(topic);
    if (known?.mark === mark) return known.times;
    const times = await recordTimes(this.client, topic, bounds, Date.now());
    this.letterTimes.set(topic, { mark, times });
    return times;
  }
}

const instantOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

/** Records that wait for each service: of its groups that have members, or of all where none has. */
export function lagByService({ lags }: Lags): Map<ServiceName, number> {
  const services = new Map<ServiceName, Lags['lags']>();
  for (const lag of lags) services.set(lag.service, [...(services.get(lag.service) ?? []), lag]);
  return new Map(
    [...services].map(([service, all]) => {
      const manned = all.filter(({ members }) => members > 0);
      return [service, (manned.length > 0 ? manned : all).reduce((sum, { lag }) => sum + lag, 0)];
    }),
  );
}
