// Entry of the npm scripts. Plain JavaScript without dependencies: it runs under any Node from 20 on, before anything is installed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { examine } from './setup/doctor.mjs';
import { INSTALLED_NODE } from './setup/install-packages.mjs';
import { serversEnvironment, withOwnServers } from './setup/own-servers.mjs';
import { prepare } from './setup/prepare.mjs';
import { proxiedEnvironment, ROOT, runInForeground, SetupError } from './setup/run.mjs';
import { runTests } from './setup/run-tests.mjs';

const compiled = (path) => join(ROOT, 'dist', path);

/** Runs compiled code under the installed Node. */
function runCompiled(path, args, options = {}) {
  if (!existsSync(compiled(path))) throw new SetupError(`${path} is not part of this clone.`);
  return runInForeground(INSTALLED_NODE, ['--enable-source-maps', compiled(path), ...args], { env: proxiedEnvironment(), ...options });
}

const COMMANDS = {
  build: async (args) => {
    await prepare({ needsJava: false, args });
    return 0;
  },
  start: async (args) => {
    await prepare({ needsJava: true, args });
    return runCompiled('deploy/local/start.js', args, { watched: true });
  },
  test: async (args) => {
    await prepare({ needsJava: true });
    return runTests(args);
  },
  bench: async (args) => {
    await prepare({ needsJava: true });
    return withOwnServers(async (servers) => {
      await servers.ready;
      return runCompiled('test/bench/bench.js', args, { env: proxiedEnvironment(serversEnvironment(servers)) });
    });
  },
  drill: async (args) => {
    await prepare({ needsJava: true });
    return runCompiled('test/faults/drill.js', args, { watched: true });
  },
  doctor: (args) => examine(args),
  reset: async (args) => {
    await prepare({ needsJava: false, args });
    return runCompiled('deploy/local/reset.js', args);
  },
  generate: async (args) => {
    await prepare({ needsJava: false });
    return runCompiled('libs/contracts/src/generate.js', args);
  },
};

const [name = 'start', ...args] = process.argv.slice(2);
try {
  const command = COMMANDS[name];
  if (command === undefined) throw new SetupError(`There is no command ${name}; there are ${Object.keys(COMMANDS).join(', ')}.`);
  process.exitCode = await command(args);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
