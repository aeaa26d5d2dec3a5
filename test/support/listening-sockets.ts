import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ListeningSocket {
  pid: number;
  /** as the kernel writes it, e.g. `0100007F` */
  address: string;
  port: number;
}

/** TCP sockets that these processes and their descendants listen on (Linux, proc(5)). */
export function listeningSockets(pids: readonly number[]): ListeningSocket[] {
  const listening = new Map<string, { address: string; port: number }>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').trim().split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      const [address = '', port = ''] = fields[1]!.split(':');
      if (fields[3] === LISTEN) listening.set(fields[9]!, { address, port: Number.parseInt(port, 16) });
    }
  }
  return withDescendants(pids).flatMap((pid) =>
    socketsOf(pid).flatMap((inode) => {
      const socket = listening.get(inode);
      return socket === undefined ? [] : [{ pid, ...socket }];
    }),
  );
}

/** 127.0.0.0/8, ::1, and 127.0.0.0/8 as IPv6 has it, each in words of the machine's byte order (little-endian). */
export function isLoopback({ address }: Pick<ListeningSocket, 'address'>): boolean {
  return /^(?:0{24}|0{16}FFFF0000)?[0-9A-F]{6}7F$/.test(address) || address === '00000000000000000000000001000000';
}

const LISTEN = '0A';

function withDescendants(pids: readonly number[]): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = new Set<number>();
  for (const queue = [...pids]; queue.length > 0;) {
    const pid = queue.pop()!;
    if (all.has(pid)) continue;
    all.add(pid);
    queue.push(...(children.get(pid) ?? []));
  }
  return [...all];
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

/** Inodes of a process's sockets; none when it has ended meanwhile. */
function socketsOf(pid: number): string[] {
  let descriptors: string[];
  try {
    descriptors = readdirSync(`/proc/${pid}/fd`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return descriptors.flatMap((descriptor) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });
}
