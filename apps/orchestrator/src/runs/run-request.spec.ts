import { RunRefusedError } from './run-errors.js';
import { planRun } from './run-request.js';

const nowMs = Date.parse('2024-01-10T00:00:00Z');
const SIX_HOURS_MS = 21_600_000;
const good = { granularity: 60, products: ['BTC-USD'], from: '2023-12-01T00:00:00Z', to: '2023-12-03T00:00:00Z' };
const reasonsOf = (body: unknown): string[] => {
  try {
    planRun(body, nowMs, 0);
    return [];
  } catch (error) {
    return error instanceof RunRefusedError ? error.reasons.map(({ field, reason }) => `${field}: ${reason}`) : [String(error)];
  }
};

it('plans whole windows of each product once', () => {
  const { windowIds, origin } = planRun({ ...good, products: ['BTC-USD', 'ETH-USD', 'BTC-USD'], to: '2023-12-02T10:00:00Z' }, nowMs, 0);
  expect(origin).toBe('backfill');
  expect(windowIds).toEqual(
    ['BTC-USD/2023-12-01', 'BTC-USD/2023-12-02', 'ETH-USD/2023-12-01', 'ETH-USD/2023-12-02'].map((rest) => `candles/60/${rest}`),
  );
});

it('takes the default products when none are named', () => {
  const { products: _products, ...rest } = good;
  expect(planRun(rest, nowMs, 0).productIds).toHaveLength(18);
});

it.each([
  ['a width that the exchange lacks', { granularity: 120 }, /^granularity: 120 is none of 60, 300/],
  ["a key of the schedule's own", { idempotency_key: 'daily/2023-12-01/0' }, /^idempotency_key: keys that begin with daily\//],
  ['a range the wrong way round', { to: '2023-11-30T00:00:00Z' }, /^to: is not after from/],
  ['an empty range', { to: good.from }, /^to: is not after from/],
  ['a range in the future', { from: '2024-01-10T00:00:00Z', to: '2024-01-11T00:00:00Z' }, /^from: is in the future/],
  ['a malformed product', { products: ['btc/usd'] }, /^products: "btc\/usd" is not a product id/],
  ['a day that does not exist', { from: '2023-02-30T00:00:00Z' }, /^from: not an instant/],
  ['a year that there is not', { from: '0000-12-31T00:00:00Z' }, /^from: not an instant/],
  ['an origin that is not for people', { origin: 'replay' }, /^origin: /],
  ['a field nobody knows', { granularty: 60 }, /^body: /],
  [
    'too much at once',
    { products: Array.from({ length: 400 }, (_, i) => `P${i}-USD`), from: '2021-01-01T00:00:00Z' },
    /windows are more than/,
  ],
  [
    'more than memory holds',
    { products: Array.from({ length: 1_000 }, (_, i) => `P${i}-USD`), from: '0001-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' },
    /^to: \d{10} windows are more than/,
  ],
])('refuses %s', (_what, part, expected) => {
  expect(reasonsOf({ ...good, ...part }).join('\n')).toMatch(expected);
});

it('gives every reason at once, and takes nothing that is no object', () => {
  expect(reasonsOf({ ...good, granularity: 7, products: ['x'] })).toHaveLength(2);
  expect(reasonsOf('run!')).toHaveLength(1);
});

describe('a daily run', () => {
  const day = { kind: 'daily', date: '2024-01-08', products: ['BTC-USD'] };

  it("asks for the exchange's own stats and products too while the day has just ended", () => {
    const { windowIds } = planRun({ ...day, date: '2024-01-09' }, nowMs, SIX_HOURS_MS);
    expect(windowIds.slice(2)).toEqual(['exchange_stats/_all/2024-01-09', 'products/_all/2024-01-09']);
  });

  it('asks for what the schedule asks for, and waits its turn when the day is long past', () => {
    const plan = planRun({ ...day, idempotency_key: 'airflow 1' }, nowMs, SIX_HOURS_MS);
    expect(plan).toMatchObject({ kind: 'daily', date: '2024-01-08', granularity: 60, origin: 'scheduled', idempotencyKey: 'airflow 1' });
    expect(plan.windowIds).toEqual(expect.arrayContaining(['candles/60/BTC-USD/2024-01-08', 'candles/86400/BTC-USD/2024']));
    expect(plan.windowIds).toHaveLength(2);
    expect(planRun({ ...day, date: '2023-06-01' }, nowMs, SIX_HOURS_MS).origin).toBe('backfill');
  });

  it('has the trades that the schedule would collect, of the products that it is for', () => {
    const traded = { hourly: ['BTC-USD', 'ETH-USD'], daily: ['SOL-USD', 'ADA-USD'] };
    const { windowIds } = planRun({ ...day, products: ['BTC-USD', 'SOL-USD', 'XLM-USD'] }, nowMs, SIX_HOURS_MS, traded);
    const trades = windowIds.filter((id) => id.startsWith('trades/'));
    expect(trades).toHaveLength(25);
    expect([trades[0], trades.at(-1)]).toEqual(['trades/BTC-USD/2024-01-08T00', 'trades/SOL-USD/2024-01-08']);
    const justOver = Date.parse('2024-01-09T00:00:30Z');
    expect(planRun(day, justOver, SIX_HOURS_MS, traded).windowIds.filter((id) => id.startsWith('trades/'))).toEqual([]);
  });

  it.each([
    ['a day that is not over', { date: '2024-01-10' }, /^date: is a day that is not over/],
    ['a day that does not exist', { date: '2024-02-30' }, /^date: /],
    ['a year that there is not', { date: '0000-01-01' }, /^date: /],
    ['a key that no text holds', { idempotency_key: 'a\u0000b' }, /^idempotency_key: /],
    ['a range besides', { from: '2024-01-08T00:00:00Z' }, /^body: /],
    ['a malformed product', { products: ['btc'] }, /^products: "btc"/],
    ["a key of the schedule's own", { idempotency_key: 'daily/2024-01-08/0' }, /^idempotency_key: /],
  ])('is refused for %s', (_what, part, expected) => {
    expect(reasonsOf({ ...day, ...part }).join('\n')).toMatch(expected);
  });
});

describe('trades', () => {
  const trades = { ...good, dataset: 'trades', granularity: 3_600, from: '2023-12-01T22:30:00Z', to: '2023-12-02T00:10:00Z' };

  it('are windows of hours, or of days, that are over', () => {
    const { windowIds, dataset } = planRun(trades, nowMs, 0);
    expect([dataset, windowIds]).toEqual(['trades', ['01T22', '01T23', '02T00'].map((hour) => `trades/BTC-USD/2023-12-${hour}`)]);
    expect(planRun({ ...trades, granularity: 86_400 }, nowMs, 0).windowIds).toEqual(
      ['01', '02'].map((day) => `trades/BTC-USD/2023-12-${day}`),
    );
  });

  it.each([
    ['another width', { granularity: 60 }, 'granularity: 60 is none of 3600, 86400, the widths of windows of trades'],
    ['an hour that is not over', { to: '2024-01-10T00:30:00Z' }, 'to: is in a window of trades that is not over'],
    ['an hour that is not settled', { to: '2024-01-10T00:00:00Z' }, 'to: is in a window of trades that is not over'],
  ])('%s is refused', (_, change, reason) => {
    expect(reasonsOf({ ...trades, ...change })).toEqual([reason]);
  });
});
