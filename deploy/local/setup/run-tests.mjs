import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runInForeground, say, SetupError } from './run.mjs';

/** Cheapest first. Integration and e2e mostly wait for servers, so they get a second worker even on two cores. */
const PROJECTS = [
  { name: 'unit', folder: 'libs', options: [] },
  { name: 'integration', folder: 'test/integration', options: ['--maxWorkers=2'] },
  { name: 'e2e', folder: 'test/e2e', options: ['--runInBand'] },
];
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(ROOT, 'node_modules/jest/bin/jest.js')];

/**
 * All tests against real Kafka, S3Mock and Postgres, which run for these tests alone, in a folder that is removed after.
 * @param args go to Jest; with `--selectProjects` only that selection runs
 * @returns 0 when every test passed
 */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'elias-test-'));
  const servers = startServers(folder);
  let interrupted = false;
  const interrupt = () => (interrupted = true);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, interrupt);
  try {
    const projects = args.some((arg) => arg.startsWith('--selectProjects')) ? [{ name: 'selected', options: [] }] : PROJECTS;
    let code = 0;
    for (const project of projects) {
      if (project.name !== 'unit') await servers.ready;
      if (interrupted) return 130;
      say(project.name === 'selected' ? 'Running the selected tests.' : `Running the ${project.name} tests.`);
      code = (await runInForeground(INSTALLED_NODE, jestArguments(project, args), { env: jestEnvironment(servers.stackFile) })) || code;
    }
    return code;
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, interrupt);
  }
}

/** `ELIAS_TEST_RESULTS` names a folder that gets Jest's counts as JSON, one file for each project. */
function jestArguments({ name, folder, options }, args) {
  const selection = folder === undefined ? [] : ['--selectProjects', name];
  const empty = args.length > 0 || (folder !== undefined && !existsSync(join(ROOT, folder))) ? ['--passWithNoTests'] : [];
  const results = process.env.ELIAS_TEST_RESULTS;
  const report = results === undefined ? [] : ['--json', `--outputFile=${join(results, `${name}.json`)}`];
  // Last, since Jest takes every word after it for the name of a project.
  return [...JEST, '--rootDir', ROOT, ...empty, ...options, ...report, ...args, ...selection];
}

function jestEnvironment(stackFile) {
  return {
    ...process.env,
    ELIAS_TEST_STACK: stackFile,
    AWS_ACCESS_KEY_ID: 'elias',
    AWS_SECRET_ACCESS_KEY: 'elias-local',
    AWS_REGION: 'us-east-1',
  };
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
