#!/usr/bin/env node
// `npx elias ...`: the command line tool, built if needed, under the installed Node.
import { join } from 'node:path';
import { INSTALLED_NODE } from '../deploy/local/setup/install-packages.mjs';
import { prepare } from '../deploy/local/setup/prepare.mjs';
import { proxiedEnvironment, ROOT, runInForeground, SetupError } from '../deploy/local/setup/run.mjs';

try {
  await prepare({ needsJava: false });
  const env = proxiedEnvironment();
  process.exitCode = await runInForeground(
    INSTALLED_NODE,
    ['--enable-source-maps', join(ROOT, 'dist/apps/cli/src/main.js'), ...process.argv.slice(2)],
    { env },
  );
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
