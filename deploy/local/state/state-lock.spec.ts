import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './state-lock.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'elias-lock-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('is held by one, and free again after', () => {
  const file = join(folder, 'lock');
  const lock = takeLock(file);
  expect(lock).toHaveProperty('release');
  expect(takeLock(file)).toEqual({ holder: expect.objectContaining({ pid: process.pid }) });
  if ('release' in lock) lock.release();
  expect(readdirSync(folder)).toEqual([]);
  expect(takeLock(file)).toHaveProperty('release');
});

it.each([
  ['a dead holder', JSON.stringify({ pid: process.pid, started: 'another life' })],
  ['a broken file', '{"pid":'],
])('is taken over from %s', (_, text) => {
  const file = join(folder, 'lock');
  writeFileSync(file, text);
  expect(takeLock(file)).toHaveProperty('release');
  expect(readdirSync(folder)).toEqual(['lock']);
});
