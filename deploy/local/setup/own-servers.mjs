import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, SetupError } from './run.mjs';

/**
 * Runs the work beside real Kafka, S3Mock and Postgres, which run for it alone, in a folder that is removed after.
 * They start while the work already goes on: it awaits `ready` when it needs them.
 */
export async function withOwnServers(work) {
  const folder = mkdtempSync(join(tmpdir(), 'elias-test-'));
  const servers = startServers(folder);
  let interrupted = false;
  const interrupt = () => (interrupted = true);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
  try {
    return await work({ ...servers, interrupted: () => interrupted });
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
  }
}

/** Where the work finds its servers, and credentials that S3Mock and the SDK are content with. */
export function serversEnvironment({ stackFile }) {
  const store = { AWS_ACCESS_KEY_ID: 'elias', AWS_SECRET_ACCESS_KEY: 'elias-local', AWS_REGION: 'us-east-1' };
  return { ...process.env, ...store, ELIAS_TEST_STACK: stackFile };
}

function startServers(folder) {
  const stackFile = join(folder, 'stack.json');
  const child = spawn(INSTALLED_NODE, [join(ROOT, 'dist/deploy/local/infra.js'), '--state', join(folder, 'state'), '--stack', stackFile], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const ready = (async () => {
    while (!existsSync(stackFile) || readFileSync(stackFile).length === 0) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new SetupError(`Kafka, S3Mock and Postgres did not start for the tests.\n${output.trimEnd()}`);
      await sleep(100);
    }
  })();
  ready.catch(() => undefined);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
  };
  return { stackFile, ready, stop };
}
