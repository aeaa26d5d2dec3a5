import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, safe against a number used again: the start is an opaque text that no other process of that number shares. */
export interface ProcessIdentity {
  pid: number;
  started: string;
}

/**
 * Start of a process as the kernel tells it: on Linux the boot's id and the clock ticks since then, elsewhere `ps`'s date.
 * @returns null when no such process lives. A zombie does not, unless threads of it are still ending: they hold its ports.
 */
export function startOfProcess(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) return null;
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null;
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (stat.state === 'X' || (stat.state === 'Z' && stat.threads <= 1)) return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${stat.startTicks}`;
  } catch {
    return null;
  }
}

/** Fields 3, 20 and 22 of `/proc/<pid>/stat`; the name in field 2 may hold spaces and brackets (proc(5)). */
export function parseProcStat(text: string): { state: string; threads: number; startTicks: string } {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .trim()
    .split(' ');
  const [state, threads, startTicks] = [fields[0], Number(fields[17]), fields[19]];
  if (state === undefined || startTicks === undefined) throw new RangeError('this is no /proc/<pid>/stat');
  return { state, threads, startTicks };
}

export function identify(pid: number): ProcessIdentity | null {
  const started = startOfProcess(pid);
  return started === null ? null : { pid, started };
}

export const isAlive = (identity: ProcessIdentity): boolean => startOfProcess(identity.pid) === identity.started;
