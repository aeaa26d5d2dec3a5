import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from '../error-code.js';
import { identify, isAlive } from '../processes/process-identity.js';
import type { ProcessIdentity } from '../processes/process-identity.js';

export interface StateLock {
  release(): void;
}

/**
 * One process per state. The lock is a file that names its holder by number and start; a dead holder's lock is taken over.
 * @returns the lock, or the living holder
 */
export function takeLock(file: string): StateLock | { holder: ProcessIdentity } {
  const self = identify(process.pid);
  if (self === null) throw new Error('this process cannot find its own start time');
  const own = `${file}.${process.pid}`;
  const text = JSON.stringify(self);
  writeFileSync(own, text);
  try {
    for (;;) {
      // A link appears with its whole content or not at all, and never replaces a file.
      if (linked(own, file)) return { release: () => releaseIfOurs(file, text) };
      const holder = readHolder(file);
      if (holder !== null && isAlive(holder)) return { holder };
      setAside(file, holder, `${own}.stale`);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's lock away, and puts it back if somebody living took it in between. */
function setAside(file: string, dead: ProcessIdentity | null, aside: string): void {
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved !== null && (moved.pid !== dead?.pid || moved.started !== dead.started) && isAlive(moved)) linked(aside, file);
  rmSync(aside, { force: true });
}

function readHolder(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return null;
  }
}

function releaseIfOurs(file: string, text: string): void {
  try {
    if (readFileSync(file, 'utf8') === text) rmSync(file);
  } catch {
    // it is gone already
  }
}
