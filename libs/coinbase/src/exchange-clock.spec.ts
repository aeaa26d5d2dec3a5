import { ExchangeClock } from './exchange-clock.js';

let [monotonicMs, wallMs] = [0, 0];
const clock = (): ExchangeClock =>
  new ExchangeClock(
    () => monotonicMs,
    () => wallMs,
  );
const pass = (ms: number, sleptMs = 0): void => {
  monotonicMs += ms;
  wallMs += ms + sleptMs;
};
const answer = { dateMs: 1_000_000, answeredAtMs: 1_000_000, cached: false };

it('runs on between answers, and is not known before the first', () => {
  const exchange = clock();
  expect(exchange.nowMs()).toBeUndefined();
  exchange.heard(answer);
  pass(1_500);
  expect(exchange.nowMs()).toBe(1_001_500);
});

it('is not known any more when nothing was heard for a while', () => {
  const exchange = clock();
  exchange.heard(answer);
  pass(2_001);
  expect(exchange.nowMs()).toBeUndefined();
  exchange.heard({ ...answer, dateMs: 1_002_000 });
  expect(exchange.nowMs()).toBe(1_002_000);
});

it('is not known any more when the machine slept', () => {
  const exchange = clock();
  exchange.heard(answer);
  pass(10, 3_600_000);
  expect(exchange.nowMs()).toBeUndefined();
});

it('is not what a cache says', () => {
  const exchange = clock();
  exchange.heard({ ...answer, cached: true });
  expect(exchange.nowMs()).toBeUndefined();
});
