import { RequestRates } from './request-rates.js';

it('admits a second of requests at once, then as many as the time brings', () => {
  let nowMs = 0;
  const rates = new RequestRates(() => nowMs);
  const admitted = (count: number): number => Array.from({ length: count }, () => rates.admit('GetStatementResult')).filter(Boolean).length;
  expect(admitted(50)).toBe(20);
  nowMs = 500;
  expect(admitted(50)).toBe(10);
  nowMs = 10_000;
  expect(admitted(50)).toBe(20);
});
