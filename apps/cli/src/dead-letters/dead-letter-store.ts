import { RangeLostError, readRange } from '@elias/kafka';
import type { ConsumedRecord, KafkaClient } from '@elias/kafka';
import type { Postgres } from '@elias/postgres';
import { groupOf, isLetterTopic, isMeant, placeOfLetter, readLetter } from './letter.js';
import type { Letter, LetterFilter, SettledAs } from './letter.js';

/** Letters as the topics keep them, and in Postgres those that somebody has dealt with. */
export class DeadLetterStore {
  constructor(
    private readonly kafka: KafkaClient,
    private readonly postgres: Postgres,
  ) {}

  /**
   * Every letter that is meant, by group and in the order in which they were put aside. One fetch of them is in memory at a time.
   * @returns how many records of these topics are no letters
   */
  async read(filter: LetterFilter, onLetter: (letter: Letter) => void): Promise<number> {
    const topics = (await this.topics()).filter((topic) => isLetterTopic(topic) && (filter.group ?? groupOf(topic)) === groupOf(topic));
    let foreign = 0;
    for (const topic of topics.sort()) {
      const settled = await this.settled(topic);
      const bounds = await this.kafka.endOffsets(topic);
      const partitions = bounds.map(({ partition }) => ({ partition, from: 'earliest', to: 'latest' }));
      await readRange(this.kafka, { topic, partitions }, (records) => {
        for (const record of records) {
          const letter = readLetter(record, settled.get(`${record.partition}/${record.offset}`) ?? null);
          if (letter === null) foreign += 1;
          else if (isMeant(letter, filter)) onLetter(letter);
        }
      });
    }
    return foreign;
  }

  /** The letter of an id; null when the topic does not have it, any more or yet. @throws RangeError when it is no letter's id */
  async find(id: string): Promise<Letter | null> {
    const { topic, partition, offset } = placeOfLetter(id);
    if (!(await this.topics()).includes(topic)) return null;
    const record = await this.recordAt(topic, partition, offset);
    return record === null ? null : readLetter(record, (await this.settled(topic)).get(`${partition}/${offset}`) ?? null);
  }

  /** One record of any topic; null when the topic does not have it, any more or yet. */
  async recordAt(topic: string, partition: number, offset: string): Promise<ConsumedRecord | null> {
    const bounds = (await this.kafka.endOffsets(topic)).find((each) => each.partition === partition);
    if (bounds === undefined || BigInt(offset) < BigInt(bounds.low) || BigInt(offset) >= BigInt(bounds.high)) return null;
    let found: ConsumedRecord | null = null;
    const partitions = [{ partition, from: offset, to: String(BigInt(offset) + 1n) }];
    try {
      await readRange(this.kafka, { topic, partitions }, (records) => {
        found = records[0] ?? null;
      });
    } catch (error) {
      if (!(error instanceof RangeLostError)) throw error;
    }
    return found;
  }

  /** Notes that nobody has to look at the letter any more. Again is the same; notes of letters that the topic has deleted go. */
  async settle({ topic, partition, offset }: Letter, settledAs: SettledAs, because: string | null): Promise<void> {
    const low = (await this.kafka.endOffsets(topic)).find((each) => each.partition === partition)?.low ?? '0';
    await this.postgres.transaction(async (client) => {
      await client.query(
        `INSERT INTO pipeline.settled_letters (topic, partition, record_offset, settled_as, because) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (topic, partition, record_offset) DO UPDATE SET settled_as = $4, because = $5, settled_at = now()`,
        [topic, partition, offset, settledAs, because],
      );
      await client.query(`DELETE FROM pipeline.settled_letters WHERE topic = $1 AND partition = $2 AND record_offset < $3`, [
        topic,
        partition,
        low,
      ]);
    });
  }

  private topics(): Promise<string[]> {
    return this.kafka.ask('list of topics', (admin) => admin.listTopics());
  }

  private async settled(topic: string): Promise<Map<string, SettledAs>> {
    const rows = await this.postgres.query<{ place: string; settled_as: SettledAs }>(
      `SELECT partition || '/' || record_offset AS place, settled_as FROM pipeline.settled_letters WHERE topic = $1`,
      [topic],
    );
    return new Map(rows.map(({ place, settled_as }) => [place, settled_as]));
  }
}
