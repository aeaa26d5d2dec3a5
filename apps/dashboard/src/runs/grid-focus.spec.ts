import { moved } from './grid-focus.js';

const size = { rows: 3, columns: 4, whole: false };

it.each([
  ['ArrowLeft', { row: 1, column: 0 }],
  ['ArrowRight', { row: 1, column: 2 }],
  ['ArrowUp', { row: 0, column: 1 }],
  ['ArrowDown', { row: 2, column: 1 }],
  ['Home', { row: 1, column: 0 }],
  ['End', { row: 1, column: 3 }],
  ['Enter', null],
  ['Tab', null],
])('%s leads to %j', (key, place) => {
  expect(moved({ row: 1, column: 1 }, key, size)).toEqual(place);
});

it('stays inside', () => {
  expect(moved({ row: 0, column: 0 }, 'ArrowUp', size)).toEqual({ row: 0, column: 0 });
  expect(moved({ row: 2, column: 3 }, 'ArrowRight', size)).toEqual({ row: 2, column: 3 });
});

it('with Ctrl goes to the corners', () => {
  expect(moved({ row: 1, column: 1 }, 'Home', { ...size, whole: true })).toEqual({ row: 0, column: 0 });
  expect(moved({ row: 1, column: 1 }, 'End', { ...size, whole: true })).toEqual({ row: 2, column: 3 });
});
