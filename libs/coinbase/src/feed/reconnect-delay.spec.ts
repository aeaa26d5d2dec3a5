import { RECONNECT_DELAY_MS_MAX, RECONNECT_DELAY_MS_MIN, ReconnectDelay, STABLE_AFTER_MS } from './reconnect-delay.js';

const ALMOST_ONE = 1 - 2 ** -53;

it('the bound doubles up to half a minute', () => {
  const delay = new ReconnectDelay(() => ALMOST_ONE);
  const bounds = Array.from({ length: 9 }, () => Math.round(delay.afterLossMs(0)));
  expect(bounds).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

it('all below the bound is left to chance, but for the least that the exchange allows', () => {
  const chances = [0, 0.5, 0];
  const delay = new ReconnectDelay(() => chances.shift()!);
  expect(delay.afterLossMs(0)).toBe(RECONNECT_DELAY_MS_MIN);
  expect(delay.afterLossMs(0)).toBe(RECONNECT_DELAY_MS_MIN + (1_000 - RECONNECT_DELAY_MS_MIN) / 2);
  expect(delay.afterLossMs(0)).toBe(RECONNECT_DELAY_MS_MIN);
});

it('a connection that stood for a minute starts it anew, a shorter one does not', () => {
  const delay = new ReconnectDelay(() => ALMOST_ONE);
  for (let loss = 0; loss < 10_000; loss++) delay.afterLossMs(0);
  expect(Math.round(delay.afterLossMs(STABLE_AFTER_MS - 1))).toBe(RECONNECT_DELAY_MS_MAX);
  expect(Math.round(delay.afterLossMs(STABLE_AFTER_MS))).toBe(500);
  expect(Math.round(delay.afterLossMs(0))).toBe(1_000);
});
