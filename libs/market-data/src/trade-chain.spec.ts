import fc from 'fast-check';
import { coverageProblem, tradeCoverage } from './coverage.js';
import type { IdRange } from './trade-chain.js';
import { idRangesProblem, idsIn, MISSING_RANGES_MAX, TradeChain } from './trade-chain.js';
import { tradeWindowAt } from './window.js';

const hour = tradeWindowAt('BTC-USD', 3_600, Date.UTC(2023, 11, 1, 13));
const BEFORE = hour.fromMs - 1;
const INSIDE = hour.fromMs + 1;

/** Missing ids of a stretch `[first, last]` of which these were told. */
function missing(first: number, last: number, told: readonly [tradeId: number, tradedAtMs: number][]): IdRange[] {
  const chain = new TradeChain(first, hour);
  for (const [tradeId, tradedAtMs] of told) chain.told({ tradeId, tradedAtMs });
  return chain.end(last);
}

it.each<{ it: string; told: [number, number][]; missing: IdRange[] }>([
  { it: 'an unbroken chain', told: [3, 4, 5, 6].map((id) => [id, [BEFORE, INSIDE, INSIDE, hour.toMs][id - 3]!]), missing: [] },
  { it: 'a hole inside', told: [[3, BEFORE], [4, INSIDE], [6, hour.toMs]], missing: [{ first: 5, last: 5 }] }, // prettier-ignore
  { it: 'a hole at the beginning', told: [[3, BEFORE], [6, INSIDE]], missing: [{ first: 4, last: 5 }] }, // prettier-ignore
  { it: 'a hole before it', told: [[3, BEFORE], [5, BEFORE], [6, hour.toMs]], missing: [] }, // prettier-ignore
  { it: 'a hole after it', told: [[3, BEFORE], [4, INSIDE], [5, hour.toMs]], missing: [] }, // prettier-ignore
  { it: 'a hole that may be the whole of it', told: [[3, BEFORE], [6, hour.toMs]], missing: [{ first: 4, last: 5 }] }, // prettier-ignore
  { it: 'an end that is not told', told: [[3, INSIDE], [4, INSIDE]], missing: [{ first: 5, last: 6 }] }, // prettier-ignore
  { it: 'a beginning that is not told', told: [[5, INSIDE], [6, hour.toMs]], missing: [{ first: 3, last: 4 }] }, // prettier-ignore
  { it: 'nothing told', told: [], missing: [{ first: 3, last: 6 }] },
])('$it', (wanted) => {
  expect(missing(3, 6, wanted.told)).toEqual(wanted.missing);
});

it('no id below the product’s first is missing', () => {
  const chain = new TradeChain(0, hour);
  chain.beginsAt(900);
  chain.told({ tradeId: 900, tradedAtMs: INSIDE });
  expect(chain.end(900)).toEqual([]);
});

it('whichever of an hour’s trades are told, the others are missing, joined, and so is its coverage', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 10, max: 60 }));
  fc.assert(
    fc.property(ids, (hidden) => {
      const told = Array.from({ length: 71 }, (_, id): [number, number] => [id, id < 10 ? BEFORE : id > 60 ? hour.toMs : INSIDE]);
      const ranges = missing(
        0,
        70,
        told.filter(([id]) => !hidden.includes(id)),
      );
      expect(ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))).toEqual(
        hidden.toSorted((a, b) => a - b),
      );
      const coverage = tradeCoverage(51 - hidden.length, ranges);
      expect([coverage.unknown, coverageProblem(hour, coverage)]).toEqual([hidden.length, null]);
    }),
  );
});

it.each<[string, IdRange[]]>([
  ['empty', [{ first: 4, last: 3 }]],
  ['touching', [{ first: 1, last: 2 }, { first: 3, last: 4 }]], // prettier-ignore
  ['unsorted', [{ first: 8, last: 9 }, { first: 1, last: 2 }]], // prettier-ignore
  ['broken', [{ first: 0.5, last: 2 }]],
  ['too many', Array.from({ length: MISSING_RANGES_MAX + 1 }, (_, i) => ({ first: 2 * i, last: 2 * i }))],
])('ranges that are %s are none', (_, ranges) => {
  expect(idRangesProblem(ranges)).not.toBeNull();
  expect(coverageProblem(hour, tradeCoverage(3, ranges))).not.toBeNull();
});

it('a coverage of trades has no periods, and says which ids are missing', () => {
  const coverage = tradeCoverage(3, [{ first: 5, last: 7 }]);
  expect(idsIn(coverage.missingIds!)).toBe(3);
  for (const wrong of [{ open: 1 }, { noTrade: 1 }, { unknown: 2 }, { missingIds: undefined }, { unknownRanges: [hour] }]) {
    expect(coverageProblem(hour, { ...coverage, ...wrong } as typeof coverage)).not.toBeNull();
  }
});

it('a trade comes once', () => {
  expect(() => missing(3, 6, [[4, INSIDE], [4, INSIDE]])).toThrow(RangeError); // prettier-ignore
});
