import { rmSync } from 'node:fs';
import { Command } from 'commander';
import { runMain } from '@elias/telemetry';
import { claimState } from './claim-state.js';
import { cloneRoot } from './clone-paths.js';
import { ProcessStack } from './processes/process-stack.js';
import { startServers } from './start-servers.js';
import { StateDirectory } from './state/state-directory.js';
import { writeWholeFile } from './state/write-whole-file.js';
import { stopRequest } from './stop-request.js';

/** Tests run beside a user's own stack. */
const PORT_OFFSET = 10_000;

/** Kafka, S3Mock and Postgres alone, for tests: the stack file appears when they are ready and goes when they stop. */
async function main(): Promise<void> {
  const options = new Command('infra')
    .requiredOption('--state <dir>', 'folder for data and logs')
    .requiredOption('--stack <file>', 'file that gets the addresses')
    .parse()
    .opts<{ state: string; stack: string }>();
  const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);
  const { asked, signal } = stopRequest();
  const state = StateDirectory.open(options.state);
  const claim = await claimState(state, say);
  const processes = new ProcessStack(claim.watcher);
  try {
    const addresses = await startServers({ root: cloneRoot(), state, processes, portOffset: PORT_OFFSET, signal });
    claim.stack.addresses(addresses);
    claim.stack.state('up');
    writeWholeFile(options.stack, `${JSON.stringify(claim.stack.content, null, 2)}\n`);
    say(`ready: ${options.stack}`);
    await asked;
  } finally {
    rmSync(options.stack, { force: true });
    await processes.stop();
    claim.release();
  }
}

await runMain(main);
