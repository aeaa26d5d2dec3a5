import { setTimeout as sleep } from 'node:timers/promises';
import { checkWindowCsv } from '@elias/archive';
import { CollectorScene } from '../support/collector-scene.js';
import { until } from '../support/service-process.js';

let scene: CollectorScene;
afterEach(() => scene.close());

/** CSV of each window, by the window's name; all tellings of one window must have the same. */
function csvByWindow(): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const { facts, csv, record } of scene.windows) {
    expect(checkWindowCsv(csv, facts)).toMatchObject({ kind: 'ok' });
    const before = found.get(record.key!);
    if (before !== undefined) expect(csv.equals(before)).toBe(true);
    found.set(record.key!, csv);
  }
  return found;
}

it('429, 5xx, cuts, stalls, garbage and old cache answers: the same bytes as in fair weather', async () => {
  scene = await CollectorScene.open();
  const collector = await scene.start();
  await collector.ready();
  const ids = scene.days(9);
  await scene.answered(await scene.requestAll(ids));
  const fair = csvByWindow();
  expect(fair.size).toBe(9);

  const kinds = ['429', '500', '503', 'cut', 'garbage', 'hit_without_age', 'stale_cache', 'slow', 'stall'];
  for (const [i, kind] of kinds.entries()) await scene.order('faults', { kind, times: 6, every: 2 + (i % 3), ms: 3_000, match: 'candles' });
  await scene.order('faults', { kind: '429', times: 1, retry_after_s: 1, match: 'candles' });
  const again = await scene.requestAll(ids);
  await scene.answered(again, 120_000);
  const { completed, failed } = scene.results;
  expect(failed).toEqual([]);
  const told = completed.filter(({ request_id }) => again.includes(request_id));
  expect(told.map(({ coverage }) => coverage.unknown)).toEqual(Array.from({ length: 9 }, () => 0));
  expect(csvByWindow()).toEqual(fair);
  const report = await scene.asked();
  for (const status of ['429', '500', '503', 'cut', 'stalled']) expect(report.by_status).toHaveProperty(status);
}, 180_000);

/** Nothing failed, and what was told as published was published, once. */
function everythingIsTold(): void {
  const { completed, failed } = scene.results;
  expect(failed).toEqual([]);
  for (const { published, revision } of completed) {
    expect(published).toBe(true);
    expect(scene.windows.filter(({ facts }) => facts.revision.collectionId === revision.collection_id)).toHaveLength(1);
  }
}

/** Members that are gone are waited for until their session has ended, 30 s; so both go at once. */
it('kill -9 in the middle, and a zombie that wakes up: every request is answered, with the same bytes', async () => {
  scene = await CollectorScene.open();
  // slow enough that they can be hit in the middle
  await scene.order('faults', { kind: 'slow', times: null, every: 2, ms: 400, match: 'candles' });
  const before = await scene.committed();
  const [killed, stopped] = [await scene.start({ COLLECTOR_WINDOWS_AT_ONCE: '3' }), await scene.start({ COLLECTOR_WINDOWS_AT_ONCE: '3' })];
  await Promise.all([killed.ready(), stopped.ready()]);
  const ids = scene.days(48);
  const requests = await scene.requestAll(ids);
  await until(
    () => scene.results.completed.length >= 8,
    60_000,
    () => `too few windows\n${scene.outputs()}`,
  );
  killed.kill('SIGKILL');
  stopped.kill('SIGSTOP');
  expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
  expect(new Set(scene.results.completed.map(({ request_id }) => request_id)).size).toBeLessThan(48);
  await scene.clearFaults();

  const third = await scene.start();
  await scene.answered(requests, 120_000);
  await scene.committedPast(before, 48);
  expect([...csvByWindow().keys()].sort()).toEqual([...ids].sort());
  everythingIsTold();

  stopped.kill('SIGCONT');
  await until(
    async () =>
      (await stopped.metric('elias_collector_allowance_ratio')) === 0.5 && (await third.metric('elias_collector_allowance_ratio')) === 0.5,
    60_000,
    () => `the woken one is not a member again\n${scene.outputs()}`,
  );
  const more = await scene.requestAll(scene.days(9));
  await scene.answered(more);
  expect([...csvByWindow().keys()].sort()).toEqual([...ids].sort());
  everythingIsTold();
}, 240_000);

it('an exchange that is away: told as passing, then the next request finds it again', async () => {
  scene = await CollectorScene.open();
  await scene.order('faults', { kind: '503', times: null, match: 'candles' });
  const collector = await scene.start({ COLLECTOR_REQUEST_DEADLINE_MS: '1500' });
  await collector.ready();
  const [id] = scene.days(1);
  const failing = await scene.request(id!, { attempt: 3 });
  await scene.answered([failing]);
  expect(scene.results.failed).toMatchObject([
    { request_id: failing, attempt: 3, permanent: false, reason: 'exchange_unavailable', detail: expect.stringContaining('503') as string },
  ]);
  expect(scene.windows).toEqual([]);
  await scene.clearFaults();
  const next = await scene.request(id!);
  await scene.answered([next]);
  expect(scene.results.completed.map(({ request_id }) => request_id)).toEqual([next]);
  expect(await collector.metric('elias_collector_windows_total{outcome="exchange_unavailable"}')).toBe(1);

  await scene.endExchange();
  const unreachable = await scene.request(id!);
  await scene.answered([unreachable]);
  expect(scene.results.failed.at(-1)).toMatchObject({ request_id: unreachable, permanent: false, reason: 'exchange_unavailable' });
});

/** That 98 % are used is proved on a virtual clock; here a busy machine may take its part, so the best of some seconds counts. */
it('uses the allowance without one 429, alone and as two', async () => {
  scene = await CollectorScene.open({ SIMULATOR_RATE_LIMIT: 'on' });
  const limited = { EXCHANGE_REQUESTS_PER_SECOND: '10', EXCHANGE_BURST: '15' };
  const first = await scene.start(limited);
  await first.ready();
  await scene.requestAll(scene.days(240));
  const best = async (enough: number): Promise<number> => {
    let most = 0;
    for (let window = 0; window < 5 && most < enough; window += 1) {
      await scene.resetAsked();
      await sleep(6_000);
      const { total, elapsed_ms: elapsedMs, rate_limited } = await scene.asked();
      expect(rate_limited).toBe(0);
      // n requests are n - 1 steps of time
      most = Math.max(most, (total - 1) / ((elapsedMs / 1_000) * 10));
    }
    return most;
  };
  await until(
    () => scene.results.completed.length > 0,
    30_000,
    () => `no window yet\n${scene.outputs()}`,
  );
  expect(await best(0.98)).toBeGreaterThanOrEqual(0.95);

  const second = await scene.start(limited);
  await second.ready();
  await until(
    async () => (await second.metric('elias_collector_windows_total{outcome="published"}')) > 0,
    60_000,
    () => `the second one does nothing\n${scene.outputs()}`,
  );
  expect(await first.metric('elias_collector_allowance_ratio')).toBe(0.5);
  expect(await second.metric('elias_collector_allowance_ratio')).toBe(0.5);
  expect((await scene.asked()).rate_limited).toBe(0);
  expect(await best(0.98)).toBeGreaterThanOrEqual(0.95);
}, 180_000);

it('SIGTERM: ends in time, in good order, and what was not done is done by the next', async () => {
  scene = await CollectorScene.open();
  await scene.order('faults', { kind: 'slow', times: null, ms: 1_000, match: 'candles' });
  const first = await scene.start({ COLLECTOR_WINDOWS_AT_ONCE: '2' });
  await first.ready();
  const requests = await scene.requestAll(scene.days(6));
  await sleep(1_500);
  const before = performance.now();
  first.kill('SIGTERM');
  expect(await first.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - before).toBeLessThan(25_000);
  await scene.clearFaults();
  await scene.start();
  await scene.answered(requests);
  expect(csvByWindow().size).toBe(6);
});
