import { FEED_ORIGIN } from '@elias/contracts';
import { encodeDeadLetter, partitionOf } from '@elias/kafka';
import type { ConsumedRecord, RawRecord } from '@elias/kafka';

/** Messages that are kept at first, and then a second; the others are counted. */
export const BURST = 100;
export const PER_SECOND = 5;

export interface RefusedMessage {
  readonly reason: string;
  /** as it came, bounded by the feed */
  readonly text: string;
}

/** Dead letters of messages that nobody understands. A feed of garbage does not become a topic of garbage: the rate is bounded. */
export class PutMessagesAside {
  private tokens = BURST;
  private filledAtMs: number;
  private messages = 0;

  /**
   * @param target the dead-letter topic
   * @param nowMs milliseconds since the epoch
   */
  constructor(
    private readonly group: string,
    private readonly target: { topic: string; partitions: number },
    private readonly nowMs: () => number,
  ) {
    this.filledAtMs = nowMs();
  }

  /** @returns null when there are too many to keep this one */
  letter({ reason, text }: RefusedMessage): RawRecord | null {
    const nowMs = this.nowMs();
    this.tokens = Math.min(BURST, this.tokens + ((nowMs - this.filledAtMs) / 1_000) * PER_SECOND);
    this.filledAtMs = nowMs;
    if (this.tokens < 1) return null;
    this.tokens -= 1;
    this.messages += 1;
    // no two letters have one key, of whichever process they are
    const offset = String(BigInt(nowMs) * 1_000_000n + BigInt(this.messages % 1_000_000));
    const record: ConsumedRecord = {
      ...{ topic: FEED_ORIGIN, partition: 0, offset, key: null, timestampMs: nowMs },
      value: Buffer.from(text),
      headers: { 'content-type': 'text/plain' },
    };
    const why = { group: this.group, reason: reason.replaceAll('_', '-'), cause: null, attempts: 1 };
    const letter = encodeDeadLetter(record, null, why, { topic: this.target.topic, partition: 0 });
    return { ...letter, partition: partitionOf(String(letter.key), this.target.partitions) };
  }
}
