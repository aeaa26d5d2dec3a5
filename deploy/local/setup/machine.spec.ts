import { resolve } from 'node:path';
import { javaMajor, lookAtMachine, NEEDED, stateDirectoryOf, whatIsMissing } from './machine.mjs';
import type { Machine } from './machine.mjs';

const GOOD: Machine = {
  nodeVersion: '20.0.0',
  java: { command: 'java', version: '17.0.15' },
  maven: { version: '3.8.7' },
  memoryBytes: NEEDED.memoryBytes,
  disks: [{ path: '/clone', freeBytes: NEEDED.diskBytes }],
};
const ALL = { needsJava: true, needsMaven: true, needsMemory: true };

it('misses nothing on a machine that has just enough', () => {
  expect(whatIsMissing(GOOD, ALL)).toEqual([]);
});

it.each<[string, Partial<Machine>, RegExp]>([
  ['an old Node', { nodeVersion: '18.20.4' }, /^Node\.js 20 or later is needed; this is 18\.20\.4\.$/],
  ['no JDK', { java: { command: 'java', version: null } }, /^A JDK of version 17 or later is needed .* `java` does not run/],
  [
    'an old JDK',
    { java: { command: '/jdk/bin/java', version: '1.8.0_402' } },
    /JDK of version 17.*`\/jdk\/bin\/java` is version 1\.8\.0_402/,
  ],
  ['no Maven', { maven: { version: null } }, /^Maven is needed/],
  ['little memory', { memoryBytes: 500 * 1_048_576 }, /^Too little memory: 500 MiB/],
  ['little disk', { disks: [{ path: '/clone', freeBytes: 1_048_576 }] }, /^Too little disk space: 1 MiB are free for \/clone/],
])('tells of %s in one sentence', (_, part, sentence) => {
  const missing = whatIsMissing({ ...GOOD, ...part }, ALL);
  expect(missing).toHaveLength(1);
  expect(missing[0]).toMatch(sentence);
  expect(missing[0]).not.toContain('\n');
});

it('does not ask for Java, Maven or memory where nothing is started', () => {
  const bare = { ...GOOD, java: { command: 'java', version: null }, maven: { version: null }, memoryBytes: 0 };
  expect(whatIsMissing(bare, { needsJava: false, needsMaven: false, needsMemory: false })).toEqual([]);
});

it.each([
  ['17.0.15', 17],
  ['1.8.0_402', 8],
  ['21', 21],
  ['25-ea', 25],
])('version %s of Java is %i', (version, major) => {
  expect(javaMajor(version)).toBe(major);
});

it.each([
  [['--once', '--state', 'here'], 'here'],
  [['--state=there', '--once'], 'there'],
  [['--state', 'first', '--state', 'last'], 'last'],
])('finds the state directory in %j', (args, path) => {
  expect(stateDirectoryOf(args)).toBe(resolve(path));
});

it('looks at this machine, below folders that do not exist yet', () => {
  const machine = lookAtMachine({ stateDirectory: '/no/such/folder' });
  expect(machine.nodeVersion).toBe(process.versions.node);
  expect(machine.memoryBytes).toBeGreaterThan(0);
  expect(machine.disks.length).toBeGreaterThan(0);
});
