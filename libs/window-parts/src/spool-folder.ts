import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A folder of this process's own, empty. What processes that are gone have left beside it is removed.
 * @param app e.g. `archiver`
 */
export function spoolFolder(dir: string, app: string): string {
  const name = new RegExp(`^elias-${app}-(\\d+)-`);
  for (const entry of readdirSync(dir)) {
    const pid = Number(name.exec(entry)?.[1]);
    if (!Number.isNaN(pid) && !isAlive(pid)) rmSync(join(dir, entry), { recursive: true, force: true });
  }
  return mkdtempSync(join(dir, `elias-${app}-${process.pid}-`));
}

export function removeSpoolFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** A process with our own number is an earlier one, as in a container that was started anew. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
