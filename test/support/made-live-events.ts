import { encodeLiveEvent, LIVE_EVENTS } from '@elias/contracts';
import type { LiveEvent, LiveEventData, LiveEventType } from '@elias/contracts';
import { ensureTopics, KafkaClient, placeRecord } from '@elias/kafka';
import type { RecordPosition } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';

const FROM_MS = Date.parse('2024-01-01T00:00:00Z');

/** A trade whose values follow from its product and id. */
export function madeTrade(productId: string, tradeId: number, change: Partial<LiveEventData<'live.trade'>> = {}): LiveEvent {
  const atMs = FROM_MS + tradeId * 10;
  return {
    type: 'live.trade',
    data: {
      product_id: productId,
      trade_id: tradeId,
      side: tradeId % 2 === 0 ? 'buy' : 'sell',
      price: `${40_000 + (tradeId % 100)}.5`,
      size: `0.${1 + (tradeId % 9)}`,
      traded_at: new Date(atMs).toISOString(),
      told_by: 'feed',
      received_at: new Date(atMs + 5).toISOString(),
      ...change,
    },
  };
}

/** The ticker that the exchange tells with a trade. */
export function madeTicker(productId: string, tradeId: number, change: Partial<LiveEventData<'live.ticker'>> = {}): LiveEvent {
  const { data } = madeTrade(productId, tradeId) as Extract<LiveEvent, { type: 'live.trade' }>;
  const { size: last_size, told_by: _, ...shared } = data;
  const book = { best_bid: '39999', best_bid_size: '1', best_ask: '40001', best_ask_size: '2' };
  const day = { open_24h: '39000', low_24h: '38000', high_24h: '41000', volume_24h: '1234.5', volume_30d: null };
  return { type: 'live.ticker', data: { ...shared, last_size, ...book, ...day, ...change } };
}

/** A 1-minute candle as it stood at an answer. */
export function madeLiveCandle(productId: string, startedAt: string, answeredAt: string, close = '40000'): LiveEvent {
  const values = { open: '40000', high: '50000', low: '30000', close, volume: '2' };
  return {
    type: 'live.candle',
    data: { product_id: productId, granularity: 60, started_at: startedAt, ...values, answered_at: answeredAt },
  };
}

/** Publishes live events as a collector does. */
export class LiveFeed {
  readonly client: KafkaClient;
  private readonly producer;

  constructor(brokers: string[]) {
    this.client = new KafkaClient({ brokers, clientId: 'test-live-feed', logger: createLogger({ app: 'test', level: 'silent' }) });
    this.producer = this.client.producer();
  }

  /** Makes the live topics where they are missing. */
  async open(): Promise<this> {
    const types = Object.keys(LIVE_EVENTS) as LiveEventType[];
    await ensureTopics(
      this.client,
      types.map((type) => LIVE_EVENTS[type].topic),
    );
    return this;
  }

  async publish(events: readonly LiveEvent[]): Promise<RecordPosition[]> {
    return this.producer.send(events.map((event) => placeRecord(encodeLiveEvent(event, 'test'))));
  }

  /** A record in the place of an event whose value is none. */
  async publishBroken(event: LiveEvent, value: string): Promise<void> {
    await this.producer.send([{ ...placeRecord(encodeLiveEvent(event, 'test')), value }]);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
