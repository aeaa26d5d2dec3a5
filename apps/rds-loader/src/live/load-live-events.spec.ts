import { encodeLiveEvent } from '@elias/contracts';
import { RecordBatch } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { createLogger, Metrics } from '@elias/telemetry';
import { LiveMetrics } from './live-metrics.js';
import type { LiveRows } from './live-rows.js';
import type { LiveStore } from './live-store.js';
import { LoadLiveEvents } from './load-live-events.js';

const NOW_MS = Date.parse('2023-12-01T00:00:10Z');

function trade(tradeId: number, tradedAt = '2023-12-01T00:00:09.000Z'): ConsumedRecord {
  const told = { side: 'sell', price: '1', size: '1', told_by: 'feed', received_at: '2023-12-01T00:00:09.750Z' } as const;
  const data = { product_id: 'BTC-USD', trade_id: tradeId, traded_at: tradedAt, ...told };
  const { topic, key, value, headers } = encodeLiveEvent({ type: 'live.trade', data }, 'test');
  const place = { topic: topic.name, partition: 0, offset: String(tradeId), timestampMs: 0 };
  return { ...place, key, value: Buffer.from(value), headers: { ...headers } };
}

/** Keeps what it is given; trades whose id is among `refusedIds` are not taken. */
class InMemoryLiveStore implements LiveStore {
  readonly saved: number[] = [];
  constructor(
    private readonly happened: string[],
    private readonly refusedIds: readonly number[] = [],
  ) {}

  save({ trades }: LiveRows): ReturnType<LiveStore['save']> {
    const refused = trades.filter(({ data }) => this.refusedIds.includes(data.trade_id));
    this.saved.push(...trades.filter((row) => !refused.includes(row)).map(({ data }) => data.trade_id));
    this.happened.push('saved');
    return Promise.resolve(refused.map(({ record }) => ({ record, reason: 'refused-by-store' as const, cause: new Error('no') })));
  }

  sweep(): ReturnType<LiveStore['sweep']> {
    return Promise.resolve({ settled: 0, expired: 0, late: 0 });
  }
}

function scene(refusedIds: readonly number[] = []) {
  const happened: string[] = [];
  const metrics = new Metrics();
  const store = new InMemoryLiveStore(happened, refusedIds);
  const logger = createLogger({ app: 'test', level: 'silent' });
  const load = new LoadLiveEvents({ store, keepMs: 60_000, metrics: new LiveMetrics(metrics), logger, nowMs: () => NOW_MS });
  const run = (records: ConsumedRecord[], isCurrent = () => true): Promise<void> =>
    load.run(
      new RecordBatch({
        topic: records[0]!.topic,
        partition: 0,
        records,
        isCurrent,
        deadLetter: ({ offset }, reason) => Promise.resolve(void happened.push(`${offset} ${reason}`)),
      }),
    );
  return { happened, metrics, store, run };
}

it('saves what is sound, then puts aside what is not, and counts both', async () => {
  const { happened, metrics, store, run } = scene([3]);
  await run([trade(1), { ...trade(2), value: Buffer.from('?') }, trade(3), trade(4), trade(5, '2023-11-30T00:00:00.000Z')]);
  expect(store.saved).toEqual([1, 4]);
  expect(happened).toEqual(['saved', '2 not-json', '3 refused-by-store']);
  const text = await metrics.text();
  expect(text).toContain('elias_rds_loader_live_rows_total{table="trades"} 2');
  expect(text).toContain('elias_rds_loader_live_passed_over_total{reason="expired"} 1');
  expect(text).toContain('elias_rds_loader_live_passed_over_total{reason="refused"} 2');
  expect(text).toContain('elias_rds_loader_live_trade_delay_seconds_bucket{le="0.3"} 2');
  expect(text).toContain('elias_rds_loader_live_trade_delay_seconds_bucket{le="0.2"} 0');
});

it('puts nothing aside once the partition is somebody else’s', async () => {
  const { happened, run } = scene([3]);
  await run([trade(1), trade(3)], () => false);
  expect(happened).toEqual(['saved']);
});
