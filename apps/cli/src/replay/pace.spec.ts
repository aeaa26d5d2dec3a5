import { Pace } from './pace.js';

class VirtualClock {
  now = 1_000;
  nowMs = (): number => this.now;
  sleep = (ms: number): Promise<void> => {
    this.now += ms;
    return Promise.resolve();
  };
}

it.each([
  { speed: 1, passes: [0, 60_000, 60_000, 86_400_000] },
  { speed: 60, passes: [0, 1_000, 1_000, 1_440_000] },
  { speed: 0.5, passes: [0, 120_000, 120_000, 172_800_000] },
  { speed: Infinity, passes: [0, 0, 0, 0] },
])('at $speed times the speed', async ({ speed, passes }) => {
  const clock = new VirtualClock();
  const pace = new Pace(speed, clock);
  const passed: number[] = [];
  for (const atMs of [5_000_000, 5_060_000, 5_060_000, 91_400_000]) {
    await pace.turn(atMs);
    passed.push(clock.now - 1_000);
  }
  expect(passed).toEqual(passes);
});

it('what was held up is caught up with, and not waited for again', async () => {
  const clock = new VirtualClock();
  const pace = new Pace(1, clock);
  await pace.turn(0);
  clock.now += 150_000;
  await pace.turn(60_000);
  await pace.turn(120_000);
  expect(clock.now).toBe(151_000);
  await pace.turn(180_000);
  expect(clock.now).toBe(181_000);
});

it.each([0, -1, Number.NaN])('no speed is %d', (speed) => {
  expect(() => new Pace(speed, new VirtualClock())).toThrow('no speed');
});
