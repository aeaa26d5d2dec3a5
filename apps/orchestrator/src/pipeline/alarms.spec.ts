import { FirstSeen, runAlarms } from './alarms.js';

it('what is seen again keeps its time, what was gone for a round gets a new one', () => {
  let nowMs = 0;
  const seen = new FirstSeen(() => nowMs);
  const round = (...names: string[]): string[] => {
    nowMs += 1_000;
    const times = names.map((name) => seen.since(name).slice(17, 19));
    seen.endRound();
    return times;
  };
  expect(round('a')).toEqual(['01']);
  expect(round('a', 'b')).toEqual(['01', '02']);
  expect(round('b')).toEqual(['02']);
  expect(round('a')).toEqual(['04']);
});

it('a run that is late and then failed is both', () => {
  const run = { run_id: 'r', date: '2023-12-01', failed_tasks: 1, tasks: 36, failed_at: 'f', late_at: 'l' };
  expect(runAlarms([run]).map(({ kind, since }) => `${kind} ${since}`)).toEqual(['run_failed f', 'run_late l']);
});
