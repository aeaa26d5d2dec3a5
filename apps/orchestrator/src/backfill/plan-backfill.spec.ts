import { allowanceOf, RequestPacer } from '@elias/coinbase';
import { candleWindowsOver, parseWindowId, planCandlePages, tradeWindowsOver, windowId } from '@elias/market-data';
import { VirtualClock } from '../../../../libs/coinbase/src/test-virtual-clock.js';
import type { BackfillPace, LedgerEntry, WantedWindows } from './plan-backfill.js';
import { planBackfill, windowsToAsk } from './plan-backfill.js';

const nowMs = Date.parse('2024-06-01T00:00:00Z');
const [fromMs, toMs] = ['2023-01-01T00:00:00Z', '2024-01-01T00:00:00Z'].map((text) => Date.parse(text)) as [number, number];
const LIMIT = { perSecond: 10, burst: 15 };
const pace = (share: number): BackfillPace => ({
  requestsPerSecond: allowanceOf(LIMIT, share, 1).perSecond,
  loadIntervalMs: 300_000,
  loadWindowsMax: 2_000,
});
const minutesOf = (products: number): string[] =>
  Array.from({ length: products }, (_, i) => candleWindowsOver(`P${i}-USD`, 60, fromMs, toMs).map(windowId)).flat();
const wanted = (windowIds: string[], entries: Record<string, LedgerEntry> = {}, trades: Record<string, number> = {}): WantedWindows => {
  const ledger = new Map(Object.entries(entries));
  return { windowIds, askIds: windowsToAsk(windowIds, ledger), ledger, tradesPerHour: new Map(Object.entries(trades)) };
};

it.each([
  { share: 0.98, minutes: 46.6 },
  { share: 0.99, minutes: 46.1 },
])('15 products, a year of minutes: 27,375 requests, $minutes minutes at $share of the allowance', ({ share, minutes }) => {
  const plan = planBackfill(wanted(minutesOf(15)), pace(share), nowMs);
  expect(plan).toMatchObject({ windows: 5_475, whole: 0, partial: 0, asked: 5_475, requests: 27_375, requests_basis: 'pages' });
  expect(plan.seconds / 60).toBeCloseTo(minutes, 1);
  expect(plan).toMatchObject({ objects: 16_425, loads: 10, redshift_minutes: 10 });
  expect(plan.products).toHaveLength(15);
  expect(plan.products[0]).toEqual({ product_id: 'P0-USD', windows: 365, whole: 0, partial: 0, requests: 1_825 });
});

/**
 * Plays the collectors: requests for windows of a backfill as they are metered, pages in flight, each let go by the real pacer.
 * @returns seconds until the last answer
 */
async function played(windowIds: readonly string[], share: number): Promise<number> {
  const clock = new VirtualClock();
  const pacer = new RequestPacer({ limit: allowanceOf(LIMIT, share, 1), underWayMax: 32, clock });
  const turns = windowIds[Symbol.iterator]();
  let [endedAtMs, answers] = [0, 0];
  const page = async (): Promise<void> => {
    const answered = await pacer.permit('request');
    await new Promise<void>((resolve) => clock.after(40 + ((answers * 37) % 200), resolve));
    answered();
    [endedAtMs, answers] = [clock.nowMs(), answers + 1];
  };
  const collect = async (): Promise<void> => {
    for (const id of turns) {
      await Promise.all(planCandlePages(parseWindowId(id), nowMs).map(page));
      // its result, the release of the next one
      await new Promise<void>((resolve) => clock.after(600, resolve));
    }
  };
  const all = Promise.all(Array.from({ length: 96 }, collect));
  await clock.runUntil(2 * 3_600_000);
  await all;
  return endedAtMs / 1_000;
}

it('a year of 15 products takes what the plan says, within 5 %', async () => {
  const windowIds = minutesOf(15);
  const { seconds } = planBackfill(wanted(windowIds), pace(0.99), nowMs);
  const taken = await played(windowIds, 0.99);
  expect(Math.abs(taken - seconds) / seconds).toBeLessThan(0.05);
});

it('asks only for what the ledger does not have whole', () => {
  const windowIds = minutesOf(1).slice(0, 4);
  const rows = 1_440;
  const plan = planBackfill(
    wanted(windowIds, {
      [windowIds[0]!]: { unknown: 0, open: 0, rows },
      [windowIds[1]!]: { unknown: 3, open: 0, rows: rows - 3 },
      [windowIds[2]!]: { unknown: 0, open: 60, rows: rows - 60 },
    }),
    pace(0.98),
    nowMs,
  );
  expect(plan).toMatchObject({ windows: 4, whole: 1, partial: 2, asked: 3, requests: 15, loads: 1, objects: 9 });
});

it('nothing to ask takes nothing', () => {
  const windowIds = minutesOf(1).slice(0, 1);
  const plan = planBackfill(wanted(windowIds, { [windowIds[0]!]: { unknown: 0, open: 0, rows: 9 } }), pace(0.98), nowMs);
  expect(plan).toMatchObject({ asked: 0, requests: 0, seconds: 0, objects: 0, loads: 0, redshift_minutes: 0 });
});

it('a window that is not over has the pages that are', () => {
  const today = windowId(candleWindowsOver('P0-USD', 60, nowMs, nowMs + 1)[0]!);
  expect(planBackfill(wanted([today]), pace(0.98), nowMs + 301 * 60_000).requests).toBe(2);
});

it('without a limit nothing is waited for', () => {
  const plan = planBackfill(wanted(minutesOf(1)), { ...pace(0.98), requestsPerSecond: Number.POSITIVE_INFINITY }, nowMs);
  expect(plan).toMatchObject({ requests: 1_825, requests_per_second: null, seconds: 0, loads: 1 });
});

it('trades are guessed from the ledger, of a product without from the others, else only their ends are counted', () => {
  const windowIds = ['BUSY-USD', 'NEW-USD'].flatMap((id) => tradeWindowsOver(id, 3_600, fromMs, fromMs + 7_200_000).map(windowId));
  const guessed = planBackfill(wanted(windowIds, {}, { 'BUSY-USD': 25_000 }), pace(0.98), nowMs);
  expect(guessed).toMatchObject({ requests: 4 * (12 + 25), requests_basis: 'trades_in_ledger' });
  expect(planBackfill(wanted(windowIds), pace(0.98), nowMs)).toMatchObject({ requests: 48, requests_basis: 'probes_alone' });
});
