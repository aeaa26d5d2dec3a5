import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { ensureTopics, KafkaBatchStrategy, KafkaClient, readRange } from '@elias/kafka';
import type { ConsumedRecord, KafkaBatchStrategyOptions, RecordBatch, TopicSpec } from '@elias/kafka';
import { createLogger, Metrics, Readiness } from '@elias/telemetry';

// members are waited for, and machines that test may be busy
jest.setTimeout(120_000);

/** A name that no other test and no earlier run has. */
export function uniqueName(base: string): string {
  return `test.${base}.${randomBytes(5).toString('hex')}`;
}

export const silent = createLogger({ app: 'kafka-test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });

export interface Member {
  strategy: KafkaBatchStrategy;
  metrics: Metrics;
  readiness: Readiness;
  fatal: unknown[];
}

/** Clients, topics and group members of one test file, all closed at its end. */
export class KafkaFixture {
  readonly client: KafkaClient;
  private readonly clients: KafkaClient[] = [];
  private readonly strategies: KafkaBatchStrategy[] = [];

  constructor(readonly brokers: string[]) {
    this.client = this.newClient();
  }

  async topic(base: string, spec: Partial<Omit<TopicSpec, 'name'>> = {}): Promise<string> {
    const name = uniqueName(base);
    await ensureTopics(this.client, [{ name, partitions: 1, cleanup: 'delete', ...spec }]);
    return name;
  }

  /** A member of a group that runs `handler` for a topic. */
  member(
    topic: string,
    groupId: string,
    handler: (batch: RecordBatch) => Promise<void>,
    options: Partial<KafkaBatchStrategyOptions> = {},
  ): Member {
    const member = { metrics: new Metrics(), readiness: new Readiness(), fatal: [] as unknown[] };
    const client = this.newClient();
    const strategy = new KafkaBatchStrategy({
      client,
      groupId,
      deadLetterTopic: `${groupId}.dlq`,
      fromBeginning: true,
      agedTopics: [],
      logger: silent,
      sessionTimeoutMs: 6_000,
      retryBackoff: { initialMs: 50, maxMs: 200 },
      onFatal: (error) => member.fatal.push(error),
      ...member,
      ...options,
    });
    strategy.addHandler(topic, (batch: RecordBatch) => handler(batch) as never, true);
    strategy.listen(() => undefined);
    this.strategies.push(strategy);
    return { strategy, ...member };
  }

  /** Sends values `prefix0`, `prefix1`, … to one partition. */
  async produce(topic: string, count: number, { partition = 0, prefix = 'v', from = 0 } = {}): Promise<void> {
    const producer = this.client.producer();
    await producer.send(
      Array.from({ length: count }, (_, index) => ({ topic, partition, key: `k${from + index}`, value: `${prefix}${from + index}` })),
    );
    await producer.disconnect();
  }

  async committed(groupId: string, topic: string): Promise<(string | null)[]> {
    const offsets = await this.client.fetchOffsets(groupId, [topic]);
    return offsets.sort((a, b) => a.partition - b.partition).map(({ offset }) => offset);
  }

  /** Everything a topic holds, by partition. */
  async all(topic: string): Promise<ConsumedRecord[]> {
    const offsets = await this.client.endOffsets(topic);
    const records: ConsumedRecord[] = [];
    await readRange(
      this.client,
      { topic, partitions: offsets.map(({ partition }) => ({ partition, from: 'earliest', to: 'latest' })) },
      (some) => {
        records.push(...some);
      },
    );
    return records;
  }

  async close(): Promise<void> {
    await Promise.all(this.strategies.map((strategy) => strategy.close()));
    await Promise.all(this.clients.map((client) => client.close()));
  }

  /** Each member has its own, as each process has. */
  private newClient(): KafkaClient {
    const client = new KafkaClient({ brokers: this.brokers, clientId: 'kafka-test', logger: silent });
    this.clients.push(client);
    return client;
  }
}

/** Waits until a condition holds. @throws after a minute, naming what did not come about */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 60_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`did not come about: ${what}`);
    await sleep(25);
  }
}

export const text = ({ value }: ConsumedRecord): string => value?.toString() ?? '';

/** A promise with its handles, for handlers that wait until the test lets them go. */
export function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
