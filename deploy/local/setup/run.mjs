import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Top folder of the clone. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** Something a person must mend; shown as its message alone, exit 1. */
export class SetupError extends Error {}

// The reader may be gone (`npm run doctor | head`).
process.stdout.on('error', () => undefined);
export const say = (sentence) => process.stdout.write(`${sentence}\n`);

/** The environment in which the installed Node's `fetch` honours HTTPS_PROXY, but never for this machine itself. */
export function proxiedEnvironment(env = process.env) {
  const direct = [env.NO_PROXY ?? env.no_proxy ?? '', '127.0.0.1', 'localhost'].filter((hosts) => hosts !== '').join(',');
  return { ...env, NODE_USE_ENV_PROXY: '1', NO_PROXY: direct, no_proxy: direct };
}

/** Runs a short command to its end. `found` is false where there is no such program. */
export function capture(file, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: 'utf8', ...options });
  return { found: error === undefined, status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

/** Runs a longer command quietly; its output is shown only when it fails. */
export async function runQuietly(sentence, file, args, options = {}) {
  const startedAt = Date.now();
  say(`${sentence} ...`);
  const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) throw new SetupError(`${tail(output)}\n${sentence}: failed with exit code ${code} (${file} ${args.join(' ')}).`);
  say(`${sentence}: done in ${Math.max(1, Math.round((Date.now() - startedAt) / 1_000))} s.`);
}

/**
 * Runs a command in the foreground until it ends, and hands it the signals that we get. A child with a channel
 * (`watched`) notices when we are killed.
 * @returns its exit code; 128 + the signal's number as a shell has it
 */
export function runInForeground(file, args, { env = process.env, watched = false } = {}) {
  const child = spawn(file, args, { cwd: process.cwd(), env, stdio: ['inherit', 'inherit', 'inherit', ...(watched ? ['ipc'] : [])] });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM']) process.off(name, forward);
      resolve(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 1));
    });
  });
}

const tail = (text, lines = 30) => text.trimEnd().split('\n').slice(-lines).join('\n');
