import { closingLine, matrixLines } from './matrix-lines.js';
import { planCases } from './plan-cases.js';
import { resultLines } from './result-lines.js';
import type { Verdict } from './run-case.js';

const cases = planCases('elias');

it('shows every case in 80 columns, one mark each', () => {
  const verdicts = new Map<string, Verdict>(cases.map(({ name }) => [name, 'passed']));
  const lines = matrixLines(cases, verdicts);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const marks = lines.slice(0, -1).join('').match(/\+/g) ?? [];
  expect(marks).toHaveLength(cases.length);
});

it('tells what failed, what did not happen, and what was left out', () => {
  const [first, second, third] = ['before/kill', 'before/term', 'after/kill'].map((end) => `archiver.put-archive/${end}`);
  const verdicts = new Map<string, Verdict>([
    [first!, 'passed'],
    [second!, 'not fired'],
    [third!, 'failed'],
  ]);
  const line = matrixLines(cases, verdicts).find((one) => one.includes('archiver.put-archive'));
  expect(line).toMatch(/archiver\.put-archive +\+x +\?\. /);
});

it('closes with what counts', () => {
  expect(closingLine(['passed', 'failed', 'not fired', 'passed'], 90_000)).toBe('4 cases, 3 fired: 2 passed, 2 failed (1.5 min)');
  expect(closingLine(['passed'], 4_400)).toBe('1 cases, 1 fired: 1 passed, 0 failed (4 s)');
});

it('a line of each case, however long its name, has 80 columns', () => {
  for (const drillCase of cases) {
    const result = { drillCase, verdict: 'not fired' as const, hits: 0, complaints: [], notes: [], elapsedMs: 123_456 };
    expect(resultLines(result, { number: 1, of: cases.length })[0]).toHaveLength(80);
  }
});

it('a failed case names what was wrong, its seed, and how to see it again', () => {
  const drillCase = cases.find(({ name }) => name === 'archiver.put-archive/after/kill')!;
  const complaint = `${'a window that differs '.repeat(8)}end`;
  const result = { drillCase, verdict: 'failed' as const, hits: 1, complaints: [complaint], notes: [], elapsedMs: 8_340 };
  const lines = resultLines(result, { number: 7, of: 230 });
  expect(lines[0]).toBe('  7/230 archiver.put-archive/after/kill'.padEnd(62) + ' failed      8.3 s');
  expect(lines.at(-1)).toBe(`    seed ${drillCase.seed}; again: npm run drill -- --case archiver.put-archive/after/kill`);
  expect(lines.filter((line) => line.length > 80 && !line.includes('npm run'))).toEqual([]);
  expect(lines.slice(1, -1).join(' ').replaceAll(/\s+/g, ' ').trim()).toBe(complaint);
});
