import type { FeedClient, FeedEvent, IdRange } from '@elias/coinbase';
import type { LiveEvent } from '@elias/contracts';
import { encodeLiveEvent } from '@elias/contracts';
import { placeRecord } from '@elias/kafka';
import type { OutgoingRecord, RawRecord } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import { isTold, liveEvent } from './live-records.js';
import type { ToldEvent } from './live-records.js';
import type { RefusedMessage } from './put-messages-aside.js';

export interface PublishParts {
  feed: Pick<FeedClient, 'batches'>;
  /** durable once it resolves; goes on trying until the signal */
  send(records: OutgoingRecord[], signal: AbortSignal): Promise<void>;
  sendAside(letter: RawRecord, signal: AbortSignal): Promise<void>;
  /** null: not kept */
  letter(message: RefusedMessage): RawRecord | null;
  onHole(productId: string, ids: IdRange): void;
  /** a trade of a hole that was told came after all */
  onLate(productId: string, tradeId: number): void;
  onProductRefused(productId: string, reason: string, named: boolean): void;
  onNotKept(): void;
  onSent(type: LiveEvent['type'], latencyMs: number): void;
  logger: Logger;
}

const SOURCE = 'collector';

/**
 * The feed's events to Kafka, in their order, one send at a time with whatever has gathered meanwhile: what comes while Kafka is away
 * waits in the feed's queue, which is bounded. Ends when the feed is closed and its queue is empty.
 * @throws the signal's reason
 */
export async function publishFeed(parts: PublishParts, signal: AbortSignal): Promise<void> {
  for await (const events of parts.feed.batches()) {
    const records: OutgoingRecord[] = [];
    const sent: { type: LiveEvent['type']; receivedAtMs: number }[] = [];
    for (const event of events) {
      if (!isTold(event)) {
        await noted(event, parts, signal);
        continue;
      }
      const live = liveEvent(event);
      if (event.kind === 'trade' && event.late) parts.onLate(event.productId, event.trade.tradeId);
      records.push(placeRecord(encodeLiveEvent(live, SOURCE)));
      sent.push({ type: live.type, receivedAtMs: event.receivedAtMs });
    }
    if (records.length === 0) continue;
    await parts.send(records, signal);
    const nowMs = Date.now();
    for (const { type, receivedAtMs } of sent) parts.onSent(type, Math.max(0, nowMs - receivedAtMs));
  }
}

/** What the feed tells of itself. */
async function noted(event: Exclude<FeedEvent, ToldEvent>, parts: PublishParts, signal: AbortSignal): Promise<void> {
  const { logger } = parts;
  if (event.kind === 'hole') {
    logger.debug({ productId: event.productId, ...event.ids }, 'the feed left trades out');
    parts.onHole(event.productId, event.ids);
  } else if (event.kind === 'refused-product') {
    parts.onProductRefused(event.productId, event.reason, event.named);
  } else if (event.kind === 'refused-message') {
    const letter = parts.letter(event);
    if (letter === null) parts.onNotKept();
    else await parts.sendAside(letter, signal);
  }
}
