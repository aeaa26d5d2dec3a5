import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { settingsTable, undescribedSettings } from './settings-table.js';

const MARKS = { from: '<!-- settings -->', to: '<!-- /settings -->' };

it('README lists every setting as the schemas have it (UPDATE_README=1 writes the table)', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [from, to] = [readme.indexOf(MARKS.from) + MARKS.from.length, readme.indexOf(MARKS.to)];
  expect(from).toBeLessThan(to);
  const table = `\n\n${settingsTable().join('\n')}\n\n`;
  if (process.env['UPDATE_README'] === '1') writeFileSync('README.md', readme.slice(0, from) + table + readme.slice(to));
  expect(readFileSync('README.md', 'utf8')).toContain(`${MARKS.from}${table}${MARKS.to}`);
});

it('every setting says what it expects', () => {
  expect(undescribedSettings()).toEqual([]);
});

it.each(['README.md', 'ARCHITECTURE.md'])('%s names no file that is not there', (page) => {
  const text = readFileSync(page, 'utf8');
  const named = [...text.matchAll(/(?:`|\]\()((?:apps|libs|deploy|test)\/[A-Za-z0-9_./-]+|[A-Z]+\.md|LICENSE)(?:`|\))/g)].map(
    ([, path]) => path!,
  );
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});
