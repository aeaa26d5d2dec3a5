import { connect, createServer } from 'node:net';
import { LocalStackError } from '../local-stack-error.js';

/** How many ports after the preferred one are tried. */
const TRIES = 200;

/**
 * The preferred port if nobody has it on loopback, else the next free one.
 * @param taken ports that this stack has given to another of its servers
 */
export async function pickPort(
  preferred: number,
  taken: ReadonlySet<number>,
  isFree: (port: number) => Promise<boolean> = portIsFree,
): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + TRIES, 65_536); port += 1) {
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new LocalStackError(`no free port between ${preferred} and ${preferred + TRIES - 1} on 127.0.0.1`);
}

/** Nobody listens there, on loopback or on every interface. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port)) && !(await answers(port));
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether a TCP connection to 127.0.0.1 is taken. Needed beside listening: macOS lets both listen, one on loopback, one on all. */
export function answers(port: number, timeoutMs = 500): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
