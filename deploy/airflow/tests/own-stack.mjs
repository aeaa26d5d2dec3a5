import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, say, SetupError } from '../../local/setup/run.mjs';

const UP_WITHIN_MS = 180_000;
/** A day before the ones that tests ask for. */
const OPTIONS = ['--exchange', 'simulator', '--history-days', '0', '--products', 'BTC-USD', '--date', '2023-11-30'];

/** Runs the work beside a local stack of its own, in a folder that is removed after. Ctrl-C and SIGTERM end the stack, too. */
export async function withOwnStack(work) {
  const folder = mkdtempSync(join(tmpdir(), 'elias-airflow-stack-'));
  const [state, log] = [join(folder, 'state'), join(folder, 'log')];
  const output = openSync(log, 'w');
  const start = [join(ROOT, 'deploy/local/bootstrap.mjs'), 'start', '--state', state, ...OPTIONS];
  say('Starting a local stack.');
  const stack = spawn(process.execPath, start, { stdio: ['ignore', output, output] });
  const ended = new Promise((resolve) => stack.once('exit', resolve));
  const end = () => stack.kill('SIGINT');
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end);
  try {
    await isUp(stack, state, log);
    return await work(state);
  } finally {
    end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, end);
  }
}

/** Resolves when its first collection is over, so that tests have the machine for themselves. */
async function isUp(stack, state, log) {
  const deadline = performance.now() + UP_WITHIN_MS;
  while (!(existsSync(join(state, 'stack.json')) && readFileSync(log, 'utf8').includes('Elias is up'))) {
    if (stack.exitCode !== null || stack.signalCode !== null || performance.now() > deadline)
      throw new SetupError(`The local stack did not come up.\n${readFileSync(log, 'utf8').trimEnd()}`);
    await sleep(200);
  }
}
