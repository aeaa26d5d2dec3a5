import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATE_MARK, StateDirectory } from './state-directory.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'elias-state-'))));
afterEach(() => rmSync(folder, { recursive: true }));

it('is made, marked, and for its owner alone', () => {
  const state = StateDirectory.open(join(folder, 'new', 'state'));
  expect(statSync(state.path).mode & 0o777).toBe(0o700);
  expect(statSync(join(state.path, STATE_MARK)).isFile()).toBe(true);
});

it('remembers its passwords, which differ from state to state', () => {
  const one = StateDirectory.open(join(folder, 'one'));
  expect(one.settings()).toEqual(one.settings());
  expect(StateDirectory.open(join(folder, 'one')).settings()).toEqual(one.settings());
  expect(StateDirectory.open(join(folder, 'other')).settings().passwords).not.toEqual(one.settings().passwords);
  expect(statSync(join(one.path, 'settings.json')).mode & 0o777).toBe(0o600);
});

it('is never a folder of something else', () => {
  writeFileSync(join(folder, 'thesis.tex'), '');
  expect(() => StateDirectory.open(folder)).toThrow('is not a state directory of Elias and is not empty');
});
