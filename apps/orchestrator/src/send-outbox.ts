import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import type { RunStore } from './run-store.js';

const RECORDS_PER_SEND_MAX = 500;

/** What the outbox needs of a producer. */
export interface RecordSender {
  send(records: OutgoingRecord[]): Promise<unknown>;
}

export class SendOutbox {
  constructor(
    private readonly store: RunStore,
    private readonly producer: RecordSender,
  ) {}

  /**
   * Sends what waits, and forgets it once Kafka has it. A crash in between sends it again, with the same request ids.
   * @returns how many were sent
   * @throws KafkaUnavailableError they stay in the outbox
   */
  async run(): Promise<number> {
    return this.store.transaction(async (client) => {
      const waiting = await this.store.lockOutbox(client, RECORDS_PER_SEND_MAX);
      if (waiting.length === 0) return 0;
      await this.producer.send(waiting.map(({ record }) => placeRecord(record)));
      await this.store.deleteOutbox(
        client,
        waiting.map(({ id }) => id),
      );
      return waiting.length;
    });
  }
}
