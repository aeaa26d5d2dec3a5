import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from '../error-code.js';
import { isAlive } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

export interface LedgerEntry extends ProcessIdentity {
  name: string;
  stop_signal: NodeJS.Signals;
}

/** Which of the noted processes still live: number and start must both agree, so a number used again is never hit. */
export function findLeftovers(entries: readonly LedgerEntry[], alive: (identity: ProcessIdentity) => boolean = isAlive): LedgerEntry[] {
  return entries.filter((entry) => alive(entry));
}

/**
 * Ends what a killed stack left, last started first, so that services go before the servers they use.
 * @param withinMs each process gets its own signal, after this time SIGKILL
 * @returns the names of those that were ended
 */
export async function endLeftovers(entries: readonly LedgerEntry[], withinMs = 10_000): Promise<string[]> {
  const leftovers = findLeftovers(entries).reverse();
  for (const entry of leftovers) {
    send(entry, entry.stop_signal);
    const deadline = Date.now() + withinMs;
    while (isAlive(entry)) {
      if (Date.now() > deadline) send(entry, 'SIGKILL');
      await sleep(50);
    }
  }
  return leftovers.map(({ name }) => name);
}

function send(entry: LedgerEntry, signal: NodeJS.Signals): void {
  try {
    if (isAlive(entry)) process.kill(entry.pid, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
