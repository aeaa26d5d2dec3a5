/**
 * Market events from Kafka: trades as they happen, and settled candles when their window is complete.
 *   node examples/kafka-signals.ts [--all] [PRODUCT...]
 * A window that was collected or published again (origin backfill or replay) tells of the past, so that its candles are no signal now:
 * they are passed over unless `--all` asks for them. KAFKA_BROKERS says where Kafka is; else `.elias/stack.json` of `npm start`.
 */
import { readFileSync } from 'node:fs';
import { Kafka } from 'kafkajs';

const args = process.argv.slice(2);
const all = args.includes('--all');
const products = new Set(args.filter((arg) => arg !== '--all'));
const wanted = (product: string): boolean => products.size === 0 || products.has(product);
const brokers = process.env.KAFKA_BROKERS?.split(',') ?? JSON.parse(readFileSync('.elias/stack.json', 'utf8')).kafka.brokers;

// A group of its own remembers how far it came: after a restart it goes on there.
const groupId = process.env.GROUP_ID ?? 'example-signals';
const consumer = new Kafka({ brokers }).consumer({ groupId });
await consumer.connect();
await consumer.subscribe({ topics: ['elias.live.trades.v1', 'elias.windows.candles.v1'], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ topic, message: { value, headers } }) => {
    if (value === null) return; // no revision of this window is left
    if (topic === 'elias.live.trades.v1') {
      const trade = JSON.parse(value.toString());
      if (wanted(trade.product_id)) console.log('trade', trade.product_id, trade.trade_id, trade.side, trade.price, trade.size);
      return;
    }
    const { window, origin } = JSON.parse(String(headers?.elias_window));
    if (!wanted(window.product_id) || (origin !== 'scheduled' && !all)) return;
    for (const row of value.toString().trimEnd().split('\n').slice(1)) {
      const [product, granularity, startedAt, , , , close] = row.split(',');
      console.log('candle', product, granularity, startedAt, close);
    }
  },
});
