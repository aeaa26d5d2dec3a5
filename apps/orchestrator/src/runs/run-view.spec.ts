import { runStateOf } from './run-view.js';

it.each([
  [['succeeded', 'waiting', 'failed'], false, 'running'],
  [['succeeded', 'running', 'partial'], false, 'running'],
  [['succeeded', 'partial', 'failed'], false, 'failed'],
  [['succeeded', 'partial'], false, 'partial'],
  [['succeeded'], false, 'succeeded'],
  [['succeeded', 'running', 'cancelled'], true, 'cancelled'],
  [['succeeded', 'cancelled'], true, 'cancelled'],
] as const)('tasks that are %j, run cancelled: %s, make a run that is %s', (tasks, cancelled, state) => {
  expect(runStateOf(tasks, cancelled)).toBe(state);
});
