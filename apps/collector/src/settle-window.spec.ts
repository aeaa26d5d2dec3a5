import type { Candle, PeriodState, Window } from '@elias/market-data';
import { candleWindowAt, coverageProblem, planCandlePages } from '@elias/market-data';
import fc from 'fast-check';
import { settleWindow } from './settle-window.js';
import type { AnsweredPage, AskedPage, SettledWindow } from './settle-window.js';

const MINUTE_MS = 60_000;
const day = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const LATER_MS = day.toMs + 3_600_000;

const candle = (startedAtMs: number): Candle => ({ startedAtMs, open: '1', high: '1', low: '1', close: '1', volume: '1' });
const minute = (index: number): number => day.fromMs + index * MINUTE_MS;
/** What a page's answer would be from an exchange that has these minutes. */
const answer = (
  page: { startMs: number; endMs: number },
  has: (index: number) => boolean,
  told: Partial<AnsweredPage> = {},
): AnsweredPage => {
  const candles: Candle[] = [];
  for (let atMs = page.startMs; atMs <= page.endMs; atMs += MINUTE_MS) if (has((atMs - day.fromMs) / MINUTE_MS)) candles.push(candle(atMs));
  return { dateMs: LATER_MS, answeredAtMs: LATER_MS, candles, ...told };
};
const all = (): boolean => true;
const none = (): boolean => false;
const pagesOf = (plannedAtMs: number, has: (index: number) => boolean, told: Partial<AnsweredPage> = {}): AskedPage[] =>
  planCandlePages(day, plannedAtMs).map((page) => ({ page, answer: answer(page, has, told) }));
const settle = (pages: AskedPage[], plannedAtMs = LATER_MS, trading = true): SettledWindow =>
  settleWindow(day, { plannedAtMs, pages, trading });
const counts = ({ coverage: { present, noTrade, unknown, open } }: SettledWindow): object => ({ present, noTrade, unknown, open });

it('a whole day: each minute has its candle', () => {
  const settled = settle(pagesOf(LATER_MS, all));
  expect(counts(settled)).toEqual({ present: 1_440, noTrade: 0, unknown: 0, open: 0 });
  expect(settled.candles.map(({ startedAtMs }) => startedAtMs)).toEqual(Array.from({ length: 1_440 }, (_, i) => minute(i)));
  expect(settled.collectedAtMs).toBe(LATER_MS);
});

it('a minute without a row had no trade', () => {
  const settled = settle(pagesOf(LATER_MS, (index) => index % 10 !== 3));
  expect(counts(settled)).toEqual({ present: 1_296, noTrade: 144, unknown: 0, open: 0 });
});

it('a minute without a row of a product that is not traded is unknown', () => {
  const settled = settle(
    pagesOf(LATER_MS, (index) => index < 100),
    LATER_MS,
    false,
  );
  expect(counts(settled)).toEqual({ present: 100, noTrade: 0, unknown: 1_340, open: 0 });
  expect(settled.coverage.unknownRanges).toEqual([{ fromMs: minute(100), toMs: day.toMs }]);
});

it('a page that was not answered is unknown, and says nothing of when', () => {
  const pages = pagesOf(LATER_MS, all);
  pages[1] = { ...pages[1]!, answer: null };
  const settled = settle(pages);
  expect(counts(settled)).toEqual({ present: 1_140, noTrade: 0, unknown: 300, open: 0 });
  expect(settled.coverage.unknownRanges).toEqual([{ fromMs: minute(300), toMs: minute(600) }]);
  expect(settled.collectedAtMs).toBe(LATER_MS);
});

it('an answer of unknown age is no answer', () => {
  const pages = pagesOf(LATER_MS, all);
  pages[4] = { ...pages[4]!, answer: answer(pages[4]!.page, all, { answeredAtMs: null }) };
  expect(counts(settle(pages))).toEqual({ present: 1_200, noTrade: 0, unknown: 240, open: 0 });
  const timeless = settle(pagesOf(LATER_MS, all, { answeredAtMs: null }));
  expect(counts(timeless)).toEqual({ present: 0, noTrade: 0, unknown: 1_440, open: 0 });
  expect(timeless.collectedAtMs).toBeNull();
});

it('collected_at is the smallest answer time of the pages', () => {
  const pages = pagesOf(LATER_MS, all);
  pages[2] = { ...pages[2]!, answer: answer(pages[2]!.page, all, { answeredAtMs: LATER_MS - 250_000 }) };
  expect(settle(pages).collectedAtMs).toBe(LATER_MS - 250_000);
});

describe('the edge of now', () => {
  /** Ten minutes and some seconds into the day. */
  const states = (seconds: number, told: Partial<AnsweredPage> = {}, has: (index: number) => boolean = none): object => {
    const nowMs = minute(10) + seconds * 1_000;
    return counts(settle(pagesOf(nowMs, has, { dateMs: nowMs, answeredAtMs: nowMs, ...told }), nowMs));
  };

  it('a minute is settled 60 s after its end, not sooner', () => {
    expect(states(0)).toEqual({ present: 0, noTrade: 9, unknown: 1, open: 1_430 });
    expect(states(59)).toEqual({ present: 0, noTrade: 9, unknown: 1, open: 1_430 });
    expect(states(60)).toEqual({ present: 0, noTrade: 10, unknown: 1, open: 1_429 });
  });

  it('rows of unsettled minutes are dropped', () => {
    const nowMs = minute(10);
    const settled = settle(pagesOf(nowMs, all, { dateMs: nowMs, answeredAtMs: nowMs }), nowMs);
    expect(settled.candles).toHaveLength(9);
    expect(counts(settled)).toEqual({ present: 9, noTrade: 0, unknown: 1, open: 1_430 });
  });

  it('an aged answer tells of its own time only; what is over since is unknown, not open', () => {
    expect(states(0, { answeredAtMs: minute(5) })).toEqual({ present: 0, noTrade: 4, unknown: 6, open: 1_430 });
  });

  it('an answer with an earlier Date than the plan leaves open what was open then', () => {
    expect(states(0, { dateMs: minute(8), answeredAtMs: minute(8) })).toEqual({ present: 0, noTrade: 7, unknown: 1, open: 1_432 });
  });

  it('a window that just began has nothing but open minutes, as of now', () => {
    const settled = settle([], day.fromMs + 1_500);
    expect(counts(settled)).toEqual({ present: 0, noTrade: 0, unknown: 0, open: 1_440 });
    expect(settled.coverage.openRanges).toEqual([{ fromMs: day.fromMs, toMs: day.toMs }]);
    expect(settled.collectedAtMs).toBe(day.fromMs + 1_000);
  });
});

it('minutes behind the end of a recording are unknown, and open from its clock on', () => {
  // the recording's last minute is 1069; the exchange's clock went on for 40 minutes since
  const recordedUntilMs = minute(1_070) + MINUTE_MS;
  const nowMs = recordedUntilMs + 40 * MINUTE_MS;
  const pages = pagesOf(nowMs, (index) => index < 1_070, { dateMs: nowMs, answeredAtMs: recordedUntilMs });
  const settled = settle(pages, nowMs);
  expect(counts(settled)).toEqual({ present: 1_070, noTrade: 0, unknown: 41, open: 329 });
  expect(settled.collectedAtMs).toBe(recordedUntilMs);
});

it('months and years count in their own periods', () => {
  const year = candleWindowAt('BTC-USD', 86_400, Date.UTC(2024, 0, 1));
  const nowMs = Date.UTC(2024, 2, 1, 12);
  const pages = planCandlePages(year, nowMs).map((page) => ({ page, answer: { dateMs: nowMs, answeredAtMs: nowMs, candles: [] } }));
  const settled = settleWindow(year, { plannedAtMs: nowMs, pages, trading: true });
  expect(counts(settled)).toEqual({ present: 0, noTrade: 60, unknown: 0, open: 306 });
});

it('whatever was answered, coverage adds up and rows are exactly the present periods', () => {
  const times = fc.record({ planned: fc.integer({ min: 0, max: 1_500 * 60 }), ahead: fc.integer({ min: -600, max: 600 }) });
  const page = fc.record({ answered: fc.boolean(), age: fc.option(fc.integer({ min: 0, max: 600 })), seed: fc.nat(6) });
  fc.assert(
    fc.property(times, fc.array(page, { minLength: 5, maxLength: 5 }), fc.boolean(), ({ planned, ahead }, told, trading) => {
      const plannedAtMs = day.fromMs + planned * 1_000;
      const dateMs = plannedAtMs + ahead * 1_000;
      const pages = planCandlePages(day, plannedAtMs).map((asked, i) => {
        const { answered, age, seed } = told[i]!;
        const answeredAtMs = age === null ? null : dateMs - age * 1_000;
        return { page: asked, answer: answered ? answer(asked, (index) => index % 7 >= seed, { dateMs, answeredAtMs }) : null };
      });
      const settled = settleWindow(day, { plannedAtMs, pages, trading });
      expect(coverageProblem(day, settled.coverage)).toBeNull();
      expect(settled.candles).toHaveLength(settled.coverage.present);
      const nowMs = Math.max(plannedAtMs, dateMs);
      for (const { startedAtMs } of settled.candles) expect(startedAtMs + 2 * MINUTE_MS).toBeLessThanOrEqual(nowMs);
      if (!trading) expect(settled.coverage.noTrade).toBe(0);
    }),
  );
});

/** Same rule, one period at a time, as design §3 has it. */
function stateByDesign(endMs: number, asked: AnsweredPage | null, plannedAtMs: number, hasRow: boolean, trading: boolean): PeriodState {
  if (endMs > (asked?.dateMs ?? plannedAtMs)) return 'open';
  if (asked === null || asked.answeredAtMs === null || endMs + 60_000 > asked.answeredAtMs) return 'unknown';
  return hasRow ? 'present' : trading ? 'no_trade' : 'unknown';
}

it('agrees with the rule for each single minute', () => {
  const window: Window = day;
  const plannedAtMs = minute(700) + 30_000;
  const pages = planCandlePages(window, plannedAtMs).map((page, i) => ({
    page,
    answer: i === 1 ? null : answer(page, (index) => index % 3 === 0, { dateMs: plannedAtMs + 5_000, answeredAtMs: plannedAtMs - 295_000 }),
  }));
  const { coverage } = settle(pages, plannedAtMs);
  const states = Array.from({ length: 1_440 }, (_, index) => {
    const asked = pages.find(({ page }) => page.startMs <= minute(index) && minute(index) <= page.endMs)?.answer ?? null;
    return stateByDesign(minute(index + 1), asked, plannedAtMs, index % 3 === 0, true);
  });
  const count = (state: PeriodState): number => states.filter((each) => each === state).length;
  expect(counts({ coverage, candles: [], collectedAtMs: null })).toEqual({
    present: count('present'),
    noTrade: count('no_trade'),
    unknown: count('unknown'),
    open: count('open'),
  });
});
