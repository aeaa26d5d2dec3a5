import { spawn } from 'node:child_process';
import { identify, isAlive, parseProcStat, startOfProcess } from './process-identity.js';

it('knows this process, and not another life of its number', () => {
  const self = identify(process.pid);
  expect(self).not.toBeNull();
  expect(isAlive(self!)).toBe(true);
  expect(isAlive({ pid: process.pid, started: 'another boot:1' })).toBe(false);
});

it('tells a child from the moment it starts until it is gone', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  const identity = identify(child.pid!)!;
  expect(isAlive(identity)).toBe(true);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  expect(isAlive(identity)).toBe(false);
});

it.each([0, -1, Number.NaN])('knows no process %d', (pid) => {
  expect(startOfProcess(pid)).toBeNull();
});

it('reads a stat line whose name holds spaces and brackets', () => {
  const fields = ['S', ...Array.from({ length: 18 }, (_, i) => String(i)), '179349', 'rest'];
  expect(parseProcStat(`42 (a (b) c) ${fields.join(' ')}\n`)).toEqual({ state: 'S', threads: 16, startTicks: '179349' });
});
