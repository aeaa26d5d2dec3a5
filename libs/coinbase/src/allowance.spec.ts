import { allowanceOf } from './allowance.js';

const limit = { perSecond: 10, burst: 15 };

it('is the part that is aimed at of the part that is owned', () => {
  expect(allowanceOf(limit, 0.98, 1)).toEqual({ perSecond: 9.8, burst: 13.5 });
  expect(allowanceOf(limit, 0.98, 0.5)).toEqual({ perSecond: 4.9, burst: 6.75 });
});

it('never has a burst in which no request fits', () => {
  expect(allowanceOf({ perSecond: 10, burst: 2 }, 1, 1 / 12).burst).toBe(1);
});

it('is nothing without a part, and everything without a limit', () => {
  expect(allowanceOf(limit, 1, 0)).toEqual({ perSecond: 0, burst: 0 });
  expect(allowanceOf({ perSecond: 0, burst: 15 }, 1, 0.5)).toEqual({ perSecond: Infinity, burst: Infinity });
  expect(allowanceOf({ perSecond: 0, burst: 15 }, 1, 0)).toEqual({ perSecond: 0, burst: 0 });
});
