import { ExchangeHealth } from './exchange-health.js';

it('the exchange is away when nothing but failures came for a minute', () => {
  let nowMs = 0;
  const health = new ExchangeHealth(() => nowMs);
  expect(health.whyAway()).toBeNull();
  health.heard('exchange_unavailable');
  nowMs = 59_999;
  health.heard('rate_limited');
  expect(health.whyAway()).toBeNull();
  nowMs = 61_000;
  expect(health.whyAway()).toBe('the exchange has given no answer for 61 s');
  health.heard('not-found');
  expect(health.whyAway()).toBeNull();
});
