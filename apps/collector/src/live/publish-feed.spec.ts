import type { FeedEvent } from '@elias/coinbase';
import { decodeLiveEvent } from '@elias/contracts';
import type { OutgoingRecord } from '@elias/kafka';
import { createLogger } from '@elias/telemetry';
import type { PublishParts } from './publish-feed.js';
import { publishFeed } from './publish-feed.js';

const AT = Date.parse('2023-12-01T00:00:00.120Z');
const trade = (tradeId: number, how: { late?: boolean; filled?: boolean } = {}): FeedEvent => ({
  ...{ kind: 'trade', productId: 'BTC-USD', receivedAtMs: AT, late: false, filled: false },
  trade: { tradeId, tradedAtMs: AT, side: 'buy', price: '42000.5', size: '0.1' },
  ...how,
});
const LETTER = { topic: 'letters', partition: 0, key: 'k', value: 'v', headers: {} };

let told: string[];
let sent: OutgoingRecord[];
let published: string[];
let kept: boolean;
const parts = (batches: FeedEvent[][], changes: Partial<PublishParts> = {}): PublishParts => ({
  feed: {
    async *batches() {
      for (const batch of batches) yield await Promise.resolve(batch);
    },
  },
  send: (records) => Promise.resolve(void sent.push(...records)),
  sendAside: () => Promise.resolve(void told.push('aside')),
  letter: () => (kept ? LETTER : null),
  onHole: (productId, { fromId, toId }) => void told.push(`hole ${productId} ${fromId} ${toId}`),
  onLate: (productId, tradeId) => void told.push(`late ${productId} ${tradeId}`),
  onProductRefused: (productId, reason, named) => void told.push(`refused ${productId} ${reason} ${named}`),
  onNotKept: () => void told.push('not kept'),
  onSent: (type, latencyMs) => void published.push(`${type} ${latencyMs >= 0}`),
  logger: createLogger({ app: 'test', level: 'silent' }),
  ...changes,
});
const signal = new AbortController().signal;
beforeEach(() => {
  [told, sent, published, kept] = [[], [], [], true];
});

it('sends trades in their order, each under its own id, and tells what came late', async () => {
  const batches = [
    [trade(7), { kind: 'hole', productId: 'BTC-USD', ids: { fromId: 8, toId: 8 } }, trade(9)],
    [trade(8, { late: true, filled: true })],
  ];
  await publishFeed(parts(batches as FeedEvent[][]), signal);
  expect(told).toEqual(['hole BTC-USD 8 8', 'late BTC-USD 8']);
  expect(sent.map(({ headers }) => headers!['ce_id'])).toEqual(['live.trade:BTC-USD:7', 'live.trade:BTC-USD:9', 'live.trade:BTC-USD:8']);
  const events = sent.map(({ value, headers = {} }) => decodeLiveEvent({ value: Buffer.from(value!), headers }));
  expect(events).toMatchObject(
    (['feed', 'feed', 'rest'] as const).map((told_by) => ({
      value: { data: { told_by, side: 'buy', traded_at: '2023-12-01T00:00:00.120Z' } },
    })),
  );
  expect(new Set(sent.map(({ partition }) => partition)).size).toBe(1);
  expect(published).toEqual(Array(3).fill('live.trade true'));
});

it('what nobody understands is put aside, as far as that is wanted, and products that are refused are told', async () => {
  const bad: FeedEvent = { kind: 'refused-message', reason: 'not_json', text: '{' };
  const refused: FeedEvent = { kind: 'refused-product', productId: 'X-USD', reason: 'no', named: true };
  await publishFeed(parts([[bad], [trade(1), refused]]), signal);
  kept = false;
  await publishFeed(parts([[bad]]), signal);
  expect([told, sent.length]).toEqual([['aside', 'refused X-USD no true', 'not kept'], 1]);
});

it('ends with what Kafka will never take', async () => {
  const send = (): Promise<void> => Promise.reject(new TypeError('bug'));
  await expect(publishFeed(parts([[trade(1)], [trade(2)]], { send }), signal)).rejects.toThrow('bug');
  expect(published).toEqual([]);
});
