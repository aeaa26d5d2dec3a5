import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { sourceFiles } from './source-files.js';

const files = ['apps', 'libs', 'deploy/local', 'test'].flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`));

it('files are kebab-case and say what is in them', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((path) => !/^[a-z0-9-]+(?:\.[a-z]+)*\.tsx?$/.test(basename(path)))).toEqual([]);
  expect(files.filter((path) => /(?:^|[/-])(?:utils?|helpers?|common|manager|misc)(?:[./-]|$)/.test(path))).toEqual([]);
});

it('every service has its main, module and settings where the others have them', () => {
  // a command and a page are no services
  for (const app of globSync('apps/*').filter((path) => !['apps/cli', 'apps/dashboard'].includes(path))) {
    const name = basename(app);
    for (const file of ['main.ts', `${name}.module.ts`, `${name}.config.ts`])
      expect(globSync(`${app}/src/${file}`)).toEqual([`${app}/src/${file}`]);
  }
});

it('settings are read in one place', () => {
  const readers = ['apps', 'libs'].flatMap((folder) => sourceFiles(folder)).filter(({ text }) => /process\.env/.test(text));
  expect(
    readers.map(({ path }) => path).filter((path) => !/^(?:apps\/[a-z-]+\/src\/main\.ts|libs\/config\/src\/load-config\.ts)$/.test(path)),
  ).toEqual([]);
});

it('whoever connects to Kafka or Postgres takes all that the settings say of it, not the address alone', () => {
  const bare = /(?:brokers|url): [a-z]+\.(?:KAFKA_BROKERS|POSTGRES_URL)\b|\.(?:KAFKA_BROKERS|POSTGRES_URL)[,;)]/;
  expect(
    sourceFiles('apps')
      .filter(({ text }) => bare.test(text))
      .map(({ path }) => path),
  ).toEqual([]);
});
