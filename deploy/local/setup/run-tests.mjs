import { join } from 'node:path';
import { INSTALLED_NODE } from './install-packages.mjs';
import { ROOT, runInForeground, say } from './run.mjs';
import { serversEnvironment, withOwnServers } from './own-servers.mjs';
import { shareTests } from './share-tests.mjs';

/**
 * The services' topics are the same in every integration test, so on one set of servers those run one after the other; much of their time
 * is waiting, so this many lanes, each with servers of its own, run at once.
 */
const LANES = 2;
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  '--rootDir',
  ROOT,
];

/**
 * All tests against real Kafka, S3Mock and Postgres: the quick ones first, then the others in lanes.
 * @param args go to one run of Jest; without any, everything runs
 * @returns 0 when every test passed
 */
export function runTests(args) {
  return withOwnServers((servers) => (args.length > 0 ? runSelected(servers, args) : runEverything(servers)));
}

async function runSelected(servers, args) {
  say('Running the selected tests.');
  await servers.ready;
  return runJest(servers, ['--runInBand', '--passWithNoTests', ...args]);
}

async function runEverything(servers) {
  say('Running the unit tests.');
  const codes = [await runJest(servers, ['--maxWorkers=100%', ...report('unit'), '--selectProjects', 'unit'])];
  say(`Running the integration and end-to-end tests, ${LANES} at once.`);
  const shares = shareTests(ROOT);
  const lane = async (own) => {
    try {
      await own.ready;
    } catch (error) {
      // thrown on, it would take the servers from under the other lanes
      say(`A lane has no servers, so that the others take its tests. ${error.message}`);
      return;
    }
    for (let share = shares.shift(); share !== undefined && !servers.interrupted(); share = shares.shift())
      codes.push(await runJest(own, ['--runInBand', ...report(share.name), '--runTestsByPath', ...share.files]));
  };
  await Promise.all([lane(servers), ...Array.from({ length: LANES - 1 }, () => withOwnServers(lane))]);
  if (servers.interrupted()) return 130;
  return shares.length > 0 ? 1 : (codes.find((code) => code !== 0) ?? 0);
}

const runJest = (servers, args) => runInForeground(INSTALLED_NODE, [...JEST, ...args], { env: serversEnvironment(servers) });

/** `ELIAS_TEST_RESULTS` names a folder that gets Jest's counts as JSON, one file for each run. */
function report(name) {
  const folder = process.env.ELIAS_TEST_RESULTS;
  return folder === undefined ? [] : ['--json', `--outputFile=${join(folder, `${name}.json`)}`];
}
