import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runInForeground, say } from './run.mjs';
import { serversEnvironment, withOwnServers } from './own-servers.mjs';

/** Cheapest first. The services' topics are the same in every integration test, so those run one after the other. */
const PROJECTS = [
  { name: 'unit', folder: 'libs', options: ['--maxWorkers=100%'] },
  { name: 'integration', folder: 'test/integration', options: ['--runInBand'] },
  { name: 'e2e', folder: 'test/e2e', options: ['--runInBand'] },
];
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(ROOT, 'node_modules/jest/bin/jest.js')];

/**
 * All tests against real Kafka, S3Mock and Postgres.
 * @param args go to Jest; with `--selectProjects` only that selection runs
 * @returns 0 when every test passed
 */
export function runTests(args) {
  return withOwnServers(async (servers) => {
    const projects = args.some((arg) => arg.startsWith('--selectProjects')) ? [{ name: 'selected', options: [] }] : PROJECTS;
    let code = 0;
    for (const project of projects) {
      if (project.name !== 'unit') await servers.ready;
      if (servers.interrupted()) return 130;
      say(project.name === 'selected' ? 'Running the selected tests.' : `Running the ${project.name} tests.`);
      code = (await runInForeground(INSTALLED_NODE, jestArguments(project, args), { env: serversEnvironment(servers) })) || code;
    }
    return code;
  });
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
