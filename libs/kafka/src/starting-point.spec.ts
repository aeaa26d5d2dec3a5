import { startingPoint } from './starting-point.js';

it.each([
  { name: 'a group that begins', committed: null, aged: true, position: 10n, lost: null, beyondEnd: false },
  { name: 'a group that goes on', committed: 15n, aged: true, position: 15n, lost: null, beyondEnd: false },
  { name: 'a group at the first record', committed: 10n, aged: true, position: 10n, lost: null, beyondEnd: false },
  { name: 'a group at the end', committed: 20n, aged: true, position: 20n, lost: null, beyondEnd: false },
  { name: 'a group that came too late', committed: 4n, aged: true, position: 10n, lost: { from: 4n, to: 10n }, beyondEnd: false },
  { name: 'the same on a compacted topic', committed: 4n, aged: false, position: 10n, lost: null, beyondEnd: false },
  { name: 'an offset of another topic', committed: 21n, aged: true, position: 10n, lost: null, beyondEnd: true },
])('$name', ({ committed, aged, position, lost, beyondEnd }) => {
  expect(startingPoint(committed, 10n, 20n, aged)).toEqual({ position, lost, beyondEnd });
});
