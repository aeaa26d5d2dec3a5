import type { CandleRow } from '../support/candle-row.js';
import { madeTelling } from '../support/made-telling.js';
import { bestOf, differences, toldWindows } from './judge-windows.js';

const row = (minute: number, close = '1'): CandleRow => [`2024-02-01T00:0${minute}:00Z`, '1', '1', '1', close, '1'];
const rows = [row(1), row(2), row(3)];

it('finds nothing where all is equal, in whatever order', () => {
  expect(differences('x', rows, [rows[2]!, rows[0]!, rows[1]!])).toEqual([]);
});

it.each([
  ['a row that stands twice', [...rows, row(2)], 'x has 1 rows twice, first 2024-02-01T00:02:00Z'],
  ['a row that is missing', rows.slice(1), 'x differs in 1 rows of 3, first 2024-02-01T00:01:00Z'],
  ['a row with another value', [rows[0]!, row(2, '7'), rows[2]!], 'x differs in 1 rows of 3, first 2024-02-01T00:02:00Z'],
  ['a row too many', [...rows, row(4)], 'x has 1 rows too many, first 2024-02-01T00:04:00Z'],
])('sees %s', (_, found, complaint) => {
  expect(differences('x', rows, found)).toEqual([complaint]);
});

const telling = (name: string, collectedAt: string, unknown: number[] = []): ReturnType<typeof madeTelling> =>
  madeTelling({ telling: name, collectedAt, unknown });

it('knows the best telling: fewer unknown, then later, then the greater id', () => {
  const partial = telling('partial', '2024-02-01T09:00:00Z', [5]);
  const early = telling('early', '2024-02-01T01:00:00Z');
  const late = telling('late', '2024-02-01T02:00:00Z');
  const twin = telling('twin', '2024-02-01T02:00:00Z');
  expect(bestOf([partial, early])?.facts).toBe(early.facts);
  expect(bestOf([late, partial, early])?.facts).toBe(late.facts);
  const greater = late.facts.revision.collectionId > twin.facts.revision.collectionId ? late : twin;
  expect(bestOf([late, twin])?.facts).toBe(greater.facts);
  expect(bestOf([])).toBeUndefined();
});

it('takes a record that came twice as one telling, and other windows not at all', () => {
  const one = telling('one', '2024-02-01T01:00:00Z');
  const { topic, key, headers } = one.record;
  const tailed = { topic: topic.name, partition: 0, offset: '1', key, value: one.csv, headers };
  const id = String(key);
  expect(toldWindows([tailed, { ...tailed, offset: '2' }, { ...tailed, key: 'other' }], new Set([id]))).toEqual([
    { facts: one.facts, csv: one.csv },
  ]);
});
