import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runInForeground, say } from './run.mjs';
import { serversEnvironment, withOwnServers } from './own-servers.mjs';

/**
 * Cheapest first. The services' topics are the same in every integration test, so on one set of servers those run one after the other;
 * much of their time is waiting, so two lanes of them, each with servers of its own, run at once.
 */
const PROJECTS = [
  { name: 'unit', folder: 'libs', lanes: 1, options: ['--maxWorkers=100%'] },
  { name: 'integration', folder: 'test/integration', lanes: 2, options: ['--runInBand'] },
  { name: 'e2e', folder: 'test/e2e', lanes: 1, options: ['--runInBand'] },
];
const SELECTED = { name: 'selected', lanes: 1, options: [] };
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(ROOT, 'node_modules/jest/bin/jest.js')];

/**
 * All tests against real Kafka, S3Mock and Postgres.
 * @param args go to Jest; with `--selectProjects` only that selection runs
 * @returns 0 when every test passed
 */
export function runTests(args) {
  return withOwnServers(async (servers) => {
    const projects = args.some((arg) => arg.startsWith('--selectProjects')) ? [SELECTED] : PROJECTS;
    let code = 0;
    for (const project of projects) {
      if (servers.interrupted()) return 130;
      say(project === SELECTED ? 'Running the selected tests.' : `Running the ${project.name} tests.`);
      const codes = await Promise.all(Array.from({ length: project.lanes }, (_, lane) => runLane({ project, lane, servers, args })));
      code = codes.find((ended) => ended !== 0) ?? code;
    }
    return code;
  });
}

/** One Jest with the lane's share of a project's files. The first lane has the servers that are there already. */
async function runLane({ project, lane, servers, args }) {
  const run = async (own) => {
    if (project.name !== 'unit') await own.ready;
    return runInForeground(INSTALLED_NODE, jestArguments(project, lane, args), { env: serversEnvironment(own) });
  };
  return lane === 0 ? run(servers) : withOwnServers(run);
}

/** `ELIAS_TEST_RESULTS` names a folder that gets Jest's counts as JSON, one file for each project. */
function jestArguments({ name, folder, lanes, options }, lane, args) {
  const selection = folder === undefined ? [] : ['--selectProjects', name];
  const empty = args.length > 0 || (folder !== undefined && !existsSync(join(ROOT, folder))) ? ['--passWithNoTests'] : [];
  const share = lanes > 1 ? [`--shard=${lane + 1}/${lanes}`] : [];
  const results = process.env.ELIAS_TEST_RESULTS;
  const report = results === undefined ? [] : ['--json', `--outputFile=${join(results, `${name}${lanes > 1 ? `-${lane + 1}` : ''}.json`)}`];
  // Last, since Jest takes every word after it for the name of a project.
  return [...JEST, '--rootDir', ROOT, ...empty, ...options, ...share, ...report, ...args, ...selection];
}
