import { globSync } from 'node:fs';
import { sourceFiles } from './source-files.js';
import type { SourceFile } from './source-files.js';

const CORE = ['errors', 'contracts', 'market-data', 'archive'];
const BASE = ['config', 'telemetry', 'window-parts'];
const ADAPTERS = ['kafka', 'object-store', 'postgres', 'redshift', 'coinbase'];
const APPS = globSync('apps/*').map((path) => path.slice('apps/'.length));

/** Writing generated files is `npm run generate`'s, which no app imports. */
const GENERATOR = 'libs/contracts/src/generate.ts';

const core = (file: SourceFile): boolean => file.path !== GENERATOR;
const foreign = (files: readonly SourceFile[], allowed: RegExp): string[] =>
  files.flatMap(({ path, imports }) => imports.filter((name) => !allowed.test(name)).map((name) => `${path} imports ${name}`));
const lib = (names: readonly string[]): string => `@elias/(?:${names.join('|')})$`;

it.each(CORE)('libs/%s does no I/O and reads no clock', (name) => {
  const files = sourceFiles(`libs/${name}/src`).filter(core);
  expect(files).not.toEqual([]);
  expect(foreign(files, new RegExp(`^(?:zod$|archiver$|node:(?:zlib|crypto|stream|stream/promises|buffer)$|\\.|${lib(CORE)})`))).toEqual(
    [],
  );
  expect(
    files.filter(({ text }) => /Date\.now|new Date\(\)|process\.(?:env|argv|exit|std|on|cwd|hrtime)/.test(text)).map(({ path }) => path),
  ).toEqual([]);
});

it.each(BASE)('libs/%s stands on the core alone', (name) => {
  const files = sourceFiles(`libs/${name}/src`);
  expect(files).not.toEqual([]);
  expect(foreign(files, new RegExp(`^(?!@elias/)|^${lib(CORE)}`))).toEqual([]);
});

it.each(ADAPTERS)('libs/%s imports no other adapter and no app', (name) => {
  const files = sourceFiles(`libs/${name}/src`);
  expect(files).not.toEqual([]);
  expect(foreign(files, new RegExp(`^(?!@elias/)|^${lib([...CORE, ...BASE])}`))).toEqual([]);
  expect(files.filter(({ imports }) => imports.some((path) => path.includes('apps/'))).map(({ path }) => path)).toEqual([]);
});

it.each(APPS)('apps/%s imports no other app', (name) => {
  const files = sourceFiles(`apps/${name}`);
  expect(files).not.toEqual([]);
  const climbing = files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => target.startsWith('.') && new URL(target, `file:///${path}`).pathname.split('/')[2] !== name)
      .map((target) => `${path} imports ${target}`),
  );
  expect(climbing).toEqual([]);
});

it.each([
  { vendor: 'kafkajs', at: ['libs/kafka'] },
  { vendor: '@aws-sdk/client-redshift-data', at: ['libs/redshift'] },
  { vendor: '@aws-sdk/client-s3', at: ['libs/object-store', 'apps/redshift-emulator', 'apps/exchange-simulator'] },
  { vendor: 'pg', at: ['libs/postgres', 'apps/redshift-emulator', 'deploy/local'] },
  { vendor: 'undici', at: ['libs/coinbase', 'deploy/local'] },
])('$vendor is imported in one place of the pipeline', ({ vendor, at }) => {
  const files = ['apps', 'libs', 'deploy'].flatMap((folder) => sourceFiles(folder));
  const importers = files.filter(({ imports }) => imports.some((name) => name === vendor || name.startsWith(`${vendor}/`)));
  expect(importers).not.toEqual([]);
  expect(importers.filter(({ path }) => !at.some((folder) => path.startsWith(`${folder}/`))).map(({ path }) => path)).toEqual([]);
});

it('the simulator is an independent witness of the exchange', () => {
  expect(foreign(sourceFiles('apps/exchange-simulator'), /^(?!@elias\/(?:coinbase|market-data)$)/)).toEqual([]);
});
