import { findHalts } from './find-halts.js';

const minutes = (silent: (minute: number) => boolean = () => false): number[] =>
  Array.from({ length: 1_440 }, (_, minute) => minute).filter((minute) => !silent(minute));
const product = (silent?: (minute: number) => boolean, unknown: [number, number][] = []) => ({
  traded: minutes((minute) => (silent?.(minute) ?? false) || unknown.some(([from, to]) => minute >= from && minute < to)),
  unknown,
});
const between = (from: number, to: number) => (minute: number) => minute >= from && minute < to;

it('most busy products silent at the same time are a halt', () => {
  const halted = product(between(600, 610));
  expect(findHalts([halted, halted, halted, product()])).toEqual([{ from: 600, to: 610, silent: 3, of: 4 }]);
});

it('half of them are not, nor is a single minute', () => {
  const halted = product(between(600, 610));
  expect(findHalts([halted, halted, product(), product()])).toEqual([]);
  const still = product(between(600, 601));
  expect(findHalts([still, still, still])).toEqual([]);
});

it('a long halt of everybody does not make busy products quiet ones, and the end of the day counts', () => {
  const halted = product(between(1_000, 1_440));
  expect(findHalts([halted, halted, halted])).toEqual([{ from: 1_000, to: 1_440, silent: 3, of: 3 }]);
});

it('products that rarely trade do not count', () => {
  const quiet = product((minute) => minute % 3 !== 0);
  expect(findHalts([product(), product(), product(), quiet, quiet, quiet, quiet])).toEqual([]);
});

it('what is unknown tells neither way', () => {
  const unknown = product(undefined, [[600, 610]]);
  expect(findHalts([unknown, unknown, unknown, product()])).toEqual([]);
  const halted = product(between(600, 610));
  expect(findHalts([halted, halted, halted, unknown])).toEqual([{ from: 600, to: 610, silent: 3, of: 4 }]);
});

it('without enough busy products nothing is said', () => {
  expect(findHalts([])).toEqual([]);
  expect(findHalts([product(between(1, 9)), product(between(1, 9))])).toEqual([]);
  expect(
    findHalts([
      { traded: [], unknown: [] },
      { traded: [], unknown: [] },
      { traded: [], unknown: [] },
    ]),
  ).toEqual([]);
});
