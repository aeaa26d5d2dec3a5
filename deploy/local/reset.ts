import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { runMain } from '@elias/telemetry';
import { claimState } from './claim-state.js';
import { cloneRoot } from './clone-paths.js';
import { LocalStackError } from './local-stack-error.js';
import { STATE_MARK, StateDirectory } from './state/state-directory.js';

/** Clears a state: its folder, and what Postgres had to keep elsewhere. Refuses while a stack runs there, and any other folder. */
await runMain(async () => {
  const options = new Command('npm run reset --')
    .description('Clears the state of the local stack: data, logs, settings.')
    .option('--state <dir>', 'state directory', join(cloneRoot(), '.elias'))
    .parse()
    .opts<{ state: string }>();
  const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
  const path = resolve(options.state);
  if (!existsSync(path)) return say(`There is nothing to clear in ${path}.`);
  if (!existsSync(join(path, STATE_MARK))) throw new LocalStackError(`${path} is not a state directory of Elias; it is left as it is.`);
  const state = StateDirectory.open(path);
  const claim = await claimState(state, say);
  const home = state.settings().postgres_home;
  if (home !== null && !home.directory.startsWith(state.path)) rmSync(home.directory, { recursive: true, force: true });
  rmSync(state.path, { recursive: true, force: true });
  claim.release();
  say(`Cleared ${path}.`);
});
