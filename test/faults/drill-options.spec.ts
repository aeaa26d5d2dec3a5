import { DrillOptionError, parseDrillOptions } from './drill-options.js';

const parse = (...args: string[]): ReturnType<typeof parseDrillOptions> => parseDrillOptions(args, () => undefined);

it('runs every case unless something else is asked for', () => {
  expect(parse()).toEqual({ list: false, seed: 'elias' });
  expect(parse('--sample', '30', '--only', '^archiver', '--seed', 'x', '--json', 'a.json')).toEqual({
    ...{ list: false, sample: 30, only: '^archiver', seed: 'x', json: 'a.json' },
  });
});

it('gives help with examples and exit codes, and does nothing else', () => {
  let said = '';
  expect(parseDrillOptions(['--help'], (text) => (said += text))).toBeNull();
  expect(said).toMatch(/npm run drill -- --sample 30[^]*Exit codes: 0 /);
  expect(Math.max(...said.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});

it.each([
  [['--sample', '0'], /--sample.*whole number above 0/],
  [['--sample', 'many'], /--sample.*whole number above 0/],
  [['--only', '('], /--only.*no regular expression/],
  [['--nonsense'], /--nonsense/],
  [['archiver'], /too many arguments/],
])('refuses %j, and says why', (args, why) => {
  expect(() => parse(...args)).toThrow(DrillOptionError);
  expect(() => parse(...args)).toThrow(why);
});
