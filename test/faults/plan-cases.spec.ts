import { globSync, readFileSync } from 'node:fs';
import { DURABLE_STEPS } from '@elias/telemetry';
import { planCases, sampleCases, seedOf, selectCases, STEPS } from './plan-cases.js';
import { STORIES } from './stories.js';

const cases = planCases('elias');

it('has at least 200 cases, each with a name of its own that a shell takes as it is', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  expect(cases.filter(({ name }) => !/^[a-z0-9./-]+$/.test(name)).map(({ name }) => name)).toEqual([]);
});

it('gives the same cases for the same seed, and other choices for another', () => {
  expect(planCases('elias')).toEqual(cases);
  const other = planCases('another');
  expect(other.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
  expect(other.map(({ fault }) => fault)).not.toEqual(cases.map(({ fault }) => fault));
});

it('meets every durable step that the code names, before it and after it', () => {
  const met = new Set(cases.flatMap(({ fault }) => (fault.kind === 'step' ? [`${fault.point.step} ${fault.point.moment}`] : [])));
  expect([...met].sort()).toEqual(DURABLE_STEPS.flatMap((step) => [`${step} after`, `${step} before`]).sort());
});

it('the code passes through every durable step that has a name', () => {
  const files = globSync('{apps,libs}/*/src/**/*.ts').filter((path) => !/\.spec\.ts$|\/durable-step\.ts$/.test(path));
  const texts = files.map((path) => readFileSync(path, 'utf8')).join('\n');
  expect(DURABLE_STEPS.filter((step) => !texts.includes(`'${step}'`))).toEqual([]);
});

it('asks for a passing that comes', () => {
  for (const { fault } of cases) {
    if (fault.kind !== 'step') continue;
    const { passings } = STEPS.find(({ service, step }) => service === fault.point.service && step === fault.point.step)!;
    expect(fault.passing).toBeGreaterThanOrEqual(1);
    expect(fault.passing).toBeLessThanOrEqual(fault.what === 'pause' || fault.what === 'leave' ? 1 : passings);
  }
});

it('a sample is fixed, in order, and has something of each group', () => {
  const sample = sampleCases(cases, 30);
  expect(sampleCases(planCases('elias'), 30)).toEqual(sample);
  expect(sample).toHaveLength(30);
  expect(cases.filter((one) => sample.includes(one))).toEqual(sample);
  expect(new Set(sample.map(({ group }) => group))).toEqual(new Set(cases.map(({ group }) => group)));
});

it('a sample has every kind of fault at a step', () => {
  const columns = (some: typeof cases): Set<string> => new Set(selectCases(some, '/(?:before|after)/').map(({ column }) => column));
  const steps = cases.filter(({ fault }) => fault.kind === 'step');
  const sampled = sampleCases(cases, 30).filter(({ fault }) => fault.kind === 'step');
  expect(columns(sampled)).toEqual(columns(steps));
});

it('a sample is all there is where more is asked for', () => {
  expect(sampleCases(cases.slice(0, 3), 30)).toEqual(cases.slice(0, 3));
});

it('cases are chosen by what their names have', () => {
  const chosen = selectCases(cases, '^archiver.*/kill$');
  expect(chosen.map(({ column }) => column)).toEqual(chosen.map(() => 'kill'));
  expect(chosen.length).toBeGreaterThan(5);
});

it('has every story', () => {
  expect(selectCases(cases, '^story/').map(({ name }) => name)).toEqual(Object.keys(STORIES).map((story) => `story/${story}`));
});

it('seeds are 32 bits that follow from both texts', () => {
  expect(seedOf('a', 'b')).toBe(seedOf('a', 'b'));
  expect(new Set([seedOf('a', 'b'), seedOf('b', 'a'), seedOf('a', 'c')]).size).toBe(3);
  expect(seedOf('a', 'b')).toBeLessThan(2 ** 32);
});
