import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { javaPartsAreThere } from './fetch-java-parts.mjs';
import { INSTALLED_NODE, packagesAreInstalled } from './install-packages.mjs';
import { diskProblem, javaProblem, lookAtMachine, mavenProblem, memoryProblem, nodeProblem, stateDirectoryOf } from './machine.mjs';
import { capture, proxiedEnvironment, ROOT, say } from './run.mjs';

const EXCHANGE = 'https://api.exchange.coinbase.com/time';
/** As the stack takes them. */
export const PORTS = {
  Kafka: 9092,
  'Kafka controller': 9093,
  S3: 9090,
  Postgres: 5432,
  'Redshift Data API': 8439,
  exchange: 8700,
  orchestrator: 8080,
  gateway: 8090,
};

/**
 * Everything that a start needs, each with what was found. `ok`, `note` (works, differently) or `missing`.
 * @returns 1 when something is missing, else 0
 */
export async function examine(args) {
  const state = stateDirectoryOf(args);
  const machine = lookAtMachine({ stateDirectory: state });
  const rows = [
    row('Node.js', machine.nodeVersion, nodeProblem(machine.nodeVersion)),
    row('JDK', machine.java.version ?? 'none', javaProblem(machine.java)),
    row('Maven', machine.maven.version ?? 'none', javaPartsAreThere() ? null : mavenProblem(machine.maven)),
    row('memory', `${gib(machine.memoryBytes)} available`, memoryProblem(machine.memoryBytes)),
    ...machine.disks.map((disk) => row('disk', `${gib(disk.freeBytes)} free for ${disk.path}`, diskProblem(disk))),
    row('clone', `${ROOT} is writable`, writable(ROOT)),
    row('state', `${state} is writable`, writable(state)),
    row('packages', 'installed', null, packagesAreInstalled() ? null : 'not installed yet; `npm start` does it'),
    row('Kafka, S3Mock', 'fetched', null, javaPartsAreThere() ? null : 'not fetched yet; `npm start` does it'),
    ...(await Promise.all(
      Object.entries(PORTS).map(async ([name, port]) => row(`port ${port}`, `free (${name})`, null, await portNote(name, port))),
    )),
    row('Coinbase', 'answers', null, exchangeNote()),
  ];
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, verdict, detail } of rows) say(`${verdict.padEnd(7)}  ${what.padEnd(width)}  ${detail}`);
  const missing = rows.filter(({ verdict }) => verdict === 'missing').length;
  say(missing === 0 ? 'Elias can start here.' : `${missing} missing: Elias cannot start here.`);
  return missing === 0 ? 0 : 1;
}

function row(what, found, problem, note = null) {
  if (problem !== null) return { what, verdict: 'missing', detail: problem };
  return note === null ? { what, verdict: 'ok', detail: found } : { what, verdict: 'note', detail: note };
}

const gib = (bytes) => `${(bytes / 1_073_741_824).toFixed(1)} GiB`;

function writable(path) {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    return null;
  } catch {
    return `${existing} cannot be written by this user.`;
  }
}

function portNote(name, port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(`busy; ${name} takes the next free one`));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Asked by another Node, since the one that runs us may not know proxies. Not reaching it is no hindrance: the simulator serves then. */
function exchangeNote() {
  const ask = `fetch('${EXCHANGE}', { headers: { 'user-agent': 'elias' }, signal: AbortSignal.timeout(3000) }).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const node = existsSync(INSTALLED_NODE) ? INSTALLED_NODE : process.execPath;
  const { status } = capture(node, ['-e', ask], { env: proxiedEnvironment() });
  return status === 0 ? null : 'does not answer; `npm start` uses the exchange simulator';
}
