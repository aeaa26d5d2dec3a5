import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord } from '@elias/kafka';
import type { RunStore } from '../runs/run-store.js';

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
  run(): Promise<number> {
    return this.store.outbox.send(RECORDS_PER_SEND_MAX, (records) => this.producer.send(records.map(placeRecord)));
  }
}
