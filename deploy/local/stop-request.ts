import { readFileSync } from 'node:fs';

/**
 * Resolves when somebody wants this process to stop: Ctrl-C, SIGTERM, the terminal closed, or the process that started us and
 * watches us by a channel died. Further requests while we stop change nothing.
 */
export function stopRequest(): { asked: Promise<string>; signal: AbortSignal } {
  const stopping = new AbortController();
  // Nobody may be left to read what we say.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const asked = new Promise<string>((resolve) => {
    const stop = (how: string): void => {
      resolve(how);
      stopping.abort(new Error(`stopped by ${how}`));
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop(name));
    if (!hangupIsIgnored()) process.on('SIGHUP', () => stop('SIGHUP'));
    process.on('disconnect', () => stop('the end of the process that started it'));
    // Listening must not keep us alive when the work is done.
    process.channel?.unref();
  });
  return { asked, signal: stopping.signal };
}

/** Whether we run under nohup(1). A handler would undo it. */
function hangupIsIgnored(): boolean {
  try {
    const ignored = /SigIgn:\s*([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    return (BigInt(`0x${ignored}`) & 1n) === 1n;
  } catch {
    return false;
  }
}
