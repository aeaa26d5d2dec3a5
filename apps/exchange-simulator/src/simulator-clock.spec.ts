import { ConfigError } from '@elias/config';
import { SimulatorClock } from './simulator-clock.js';
import { startOfClock } from './start-of-clock.js';
import type { RecordedCandles } from './recordings/recorded-candles.js';

it('starts at an instant, runs on, and can be put forward', () => {
  let elapsedMs = 5_000;
  const clock = new SimulatorClock(1_000_000, () => elapsedMs);
  expect(clock.nowMs()).toBe(1_000_000);
  elapsedMs += 250.75;
  expect(clock.nowMs()).toBe(1_000_250);
  clock.advance(86_400_000);
  expect(clock.nowMs()).toBe(87_400_250);
});

it('runs on at a multiple of real time', () => {
  let elapsedMs = 0;
  const clock = new SimulatorClock(1_000_000, () => elapsedMs, 60);
  elapsedMs = 1_500;
  expect(clock.nowMs()).toBe(1_090_000);
});

describe('where the clock starts', () => {
  const recordings = [{ knownUntilMs: 200 }, { knownUntilMs: 700 }] as RecordedCandles[];

  it('60 s after the end of the latest recorded minute', () => {
    expect(startOfClock(recordings, undefined, 9_999)).toBe(700);
  });

  it("at the machine's time without recordings, or as set", () => {
    expect(startOfClock([], undefined, 9_999)).toBe(9_999);
    expect(startOfClock([], 5, 9_999)).toBe(5);
    expect(startOfClock(recordings, 800, 9_999)).toBe(800);
  });

  it("never before the recordings' end", () => {
    expect(() => startOfClock(recordings, 699, 9_999)).toThrow(ConfigError);
    expect(() => startOfClock(recordings, 699, 9_999)).toThrow(/SIMULATOR_NOW/);
  });
});
