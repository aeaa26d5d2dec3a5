import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { LiveScene } from '../support/live-scene.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/service-process.js';
import { OwnBroker } from './kafka-own-broker.js';

jest.setTimeout(240_000);

let broker: OwnBroker;
let scene: LiveScene;
let collector: ServiceProcess;
beforeAll(async () => {
  broker = await OwnBroker.create();
  scene = await LiveScene.open({ brokers: broker.brokers });
  collector = await scene.start({ COLLECTOR_LIVE_QUEUE_EVENTS: '1000' });
});
afterAll(async () => {
  broker?.freeze(false);
  await scene?.close();
  await broker?.remove();
});

it('while Kafka takes nothing the queue holds what it can; what it cannot is counted, and asked for by REST', async () => {
  const dropped = (kind: string): Promise<number> => collector.metric(`elias_collector_feed_dropped_total{kind="${kind}"}`);
  await scene.trade(100);
  for (const productId of scene.products) await scene.more(productId, 100);
  expect([await dropped('trades'), await dropped('tickers')]).toEqual([0, 0]);

  broker.freeze(true);
  await until(
    async () => (await dropped('trades')) > 500,
    30_000,
    () => `nothing is dropped\n${collector.output.slice(-2_000)}`,
  );
  expect(await dropped('tickers')).toBeGreaterThan(500);
  expect(await collector.metric('elias_collector_feed_queued_messages')).toBeLessThanOrEqual(1_000 + scene.products.length);
  await sleep(1_000);
  broker.freeze(false);

  await scene.settled();
  const trades = (what: string): Promise<number> => collector.metric(`elias_collector_feed_trades_total{what="${what}"}`);
  await until(
    async () => (await trades('missing')) > 500 && (await trades('missing')) === (await trades('late')),
    10_000,
    () => 'what was missing is not counted as filled',
  );
  for (const productId of scene.products) {
    const [firstId] = scene.ids(productId) as [number];
    expect(scene.ids(productId)).toEqual([...(await scene.restTrades(productId, firstId)).keys()].reverse());
  }
});

it('stops within its time while Kafka does not answer, though events wait', async () => {
  await scene.trade(50);
  for (const productId of scene.products) await scene.more(productId, 20);
  broker.freeze(true);
  await sleep(1_000);
  const beganAtMs = performance.now();
  collector.kill('SIGTERM');
  expect((await collector.exited).code).toBe(0);
  expect(performance.now() - beganAtMs).toBeLessThan(25_000);
});
