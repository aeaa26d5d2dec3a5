import { rmSync } from 'node:fs';
import { LocalStackError } from './local-stack-error.js';
import { endLeftovers } from './processes/end-leftovers.js';
import type { ProcessWatcher } from './processes/supervised-process.js';
import { readStackFile, StackFile } from './state/stack-file.js';
import type { StateDirectory } from './state/state-directory.js';
import { takeLock } from './state/state-lock.js';

export interface ClaimedState {
  stack: StackFile;
  watcher: ProcessWatcher;
  /** When everything stopped: the state is free, and no tool takes it for a running stack. */
  release(): void;
}

/**
 * Takes the state for this process: locks it, and ends what a killed stack left running.
 * @throws LocalStackError a stack runs on it already
 */
export async function claimState(state: StateDirectory, say: (sentence: string) => void): Promise<ClaimedState> {
  const lock = takeLock(state.lockFile);
  if ('holder' in lock) throw new LocalStackError(`Elias already runs on ${state.path} (process ${lock.holder.pid}).`);
  try {
    const previous = readStackFile(state.stackFile);
    const ended = await endLeftovers(previous?.processes ?? []);
    if (ended.length > 0) say(`Ended what a killed stack had left running: ${ended.join(', ')}.`);
    const stack = new StackFile(state.stackFile, new Date());
    const watcher: ProcessWatcher = {
      started: (name, identity, stop_signal) => stack.noteStart({ name, ...identity, stop_signal }),
      ended: (name) => stack.noteEnd(name),
      said: say,
    };
    const release = (): void => {
      rmSync(state.stackFile, { force: true });
      lock.release();
    };
    return { stack, watcher, release };
  } catch (error) {
    lock.release();
    throw error;
  }
}
