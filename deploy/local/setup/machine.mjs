import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { capture, ROOT } from './run.mjs';

const MIB = 1_048_576;
/** Measured: all processes of a stack take 1.9 GB of memory, its state 0.1 GB after a first run; packages and jars take 0.6 GB. */
export const NEEDED = { nodeMajor: 20, javaMajor: 17, memoryBytes: 2_048 * MIB, diskBytes: 2_048 * MIB };

/** What the machine offers, as far as Elias needs it. */
export function lookAtMachine({ stateDirectory = join(ROOT, '.elias') } = {}) {
  return {
    nodeVersion: process.versions.node,
    java: findJava(),
    maven: findMaven(),
    memoryBytes: availableMemoryBytes(),
    disks: disksOf([ROOT, stateDirectory, tmpdir()]),
  };
}

/** `--state DIR` or `--state=DIR` among the arguments. */
export function stateDirectoryOf(args) {
  const at = args.findLastIndex((arg) => arg === '--state' || arg.startsWith('--state='));
  const value = at < 0 ? undefined : args[at].includes('=') ? args[at].slice('--state='.length) : args[at + 1];
  return value === undefined ? join(ROOT, '.elias') : resolve(value);
}

/** Each missing thing as one sentence; none when all is there. Maven counts only while it has something to fetch. */
export function whatIsMissing(machine, { needsJava, needsMaven, needsMemory }) {
  return [
    nodeProblem(machine.nodeVersion),
    needsJava ? javaProblem(machine.java) : null,
    needsMaven ? mavenProblem(machine.maven) : null,
    needsMemory ? memoryProblem(machine.memoryBytes) : null,
    ...machine.disks.map(diskProblem),
  ].filter((sentence) => sentence !== null);
}

export function nodeProblem(version) {
  if (Number(version.split('.')[0]) >= NEEDED.nodeMajor) return null;
  return `Node.js ${NEEDED.nodeMajor} or later is needed; this is ${version}.`;
}

export function javaProblem({ command, version }) {
  if (version === null)
    return `A JDK of version ${NEEDED.javaMajor} or later is needed (Kafka runs on it), but \`${command}\` does not run; install one or set JAVA_HOME.`;
  if (javaMajor(version) >= NEEDED.javaMajor) return null;
  return `A JDK of version ${NEEDED.javaMajor} or later is needed (Kafka runs on it), but \`${command}\` is version ${version}; install a later one or set JAVA_HOME.`;
}

export function mavenProblem({ version }) {
  return version === null
    ? 'Maven is needed (it fetches Kafka and S3Mock), but `mvn` does not run; install it, for example with `apt install maven`.'
    : null;
}

export function memoryProblem(bytes) {
  if (bytes >= NEEDED.memoryBytes) return null;
  return `Too little memory: ${mib(bytes)} are available, and the stack needs ${mib(NEEDED.memoryBytes)}.`;
}

export function diskProblem({ path, freeBytes }) {
  if (freeBytes >= NEEDED.diskBytes) return null;
  return `Too little disk space: ${mib(freeBytes)} are free for ${path}, and ${mib(NEEDED.diskBytes)} are needed.`;
}

/** `17.0.15` is 17, `1.8.0_402` is 8. */
export function javaMajor(version) {
  const [first, second] = version.split(/[._-]/).map(Number);
  return first === 1 ? second : first;
}

const mib = (bytes) => `${Math.floor(bytes / MIB).toLocaleString('en-US')} MiB`;

function findJava() {
  const home = process.env.JAVA_HOME;
  const command = home === undefined || home === '' ? 'java' : join(home, 'bin/java');
  const { found, status, output } = capture(command, ['-version']);
  return { command, version: found && status === 0 ? (/version "([^"]+)"/.exec(output)?.[1] ?? null) : null };
}

/** A Maven that is there and fails (JAVA_HOME is wrong) is not what is missing. */
function findMaven() {
  const { found, output } = capture('mvn', ['-B', '-version']);
  return { version: found ? (/Apache Maven (\S+?)(?:\u001b|\s|$)/.exec(output)?.[1] ?? 'of unknown version') : null };
}

/** What new processes may take: the kernel's estimate, or less where a container limits us. */
function availableMemoryBytes() {
  const told = process.platform === 'linux' ? /MemAvailable:\s+(\d+) kB/.exec(readFileSync('/proc/meminfo', 'utf8')) : null;
  const kernel = told === null ? Math.max(freemem(), process.platform === 'linux' ? 0 : NEEDED.memoryBytes) : Number(told[1]) * 1_024;
  return Math.min(kernel, process.availableMemory?.() ?? kernel);
}

/** One entry for each disk, under the first path that lies on it. */
function disksOf(paths) {
  const disks = new Map();
  for (const path of paths) {
    let existing = path;
    while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
    const { bavail, bsize } = statfsSync(existing);
    const device = statSync(existing).dev;
    if (!disks.has(device)) disks.set(device, { path, freeBytes: bavail * bsize });
  }
  return [...disks.values()];
}
