import { spawn } from 'node:child_process';
import { endLeftovers, findLeftovers } from './end-leftovers.js';
import type { LedgerEntry } from './end-leftovers.js';
import { identify, isAlive } from './process-identity.js';

const entry = (name: string, pid: number, started: string): LedgerEntry => ({ name, pid, started, stop_signal: 'SIGTERM' });

it('takes number and start together', () => {
  const entries = [entry('kafka', 1, 'a'), entry('archiver', 2, 'b')];
  expect(findLeftovers(entries, ({ pid, started }) => pid === 2 && started === 'b')).toEqual([entries[1]]);
});

it('ends a leftover, kills a stubborn one, and spares a stranger with a noted number', async () => {
  const script = (code: string) =>
    spawn(process.execPath, ['-e', `${code}; setInterval(() => {}, 1000); console.log('up')`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const children = [script(''), script("process.on('SIGTERM', () => {})"), script('')];
  await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
  const [polite, stubborn, stranger] = children.map((child) => identify(child.pid!)!);
  const ended = await endLeftovers(
    [
      entry('polite', polite!.pid, polite!.started),
      entry('stubborn', stubborn!.pid, stubborn!.started),
      entry('stranger', stranger!.pid, 'other'),
    ],
    300,
  );
  expect(ended).toEqual(['stubborn', 'polite']);
  expect([polite, stubborn, stranger].map((identity) => isAlive(identity!))).toEqual([false, false, true]);
  children[2]!.kill('SIGKILL');
});
