import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from '../local-stack-error.js';
import { startOfProcess } from './process-identity.js';
import type { ProcessIdentity } from './process-identity.js';

export interface Command {
  file: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** run as another user; needs root */
  uid?: number;
  gid?: number;
}

/** A log above this many bytes is kept aside as `.previous` when its process starts. */
const LOG_BYTES_MAX = 20_000_000;

/**
 * One child process. It writes its log itself, so it outlives us without a broken pipe, and it is the leader of its own
 * session, so Ctrl-C reaches it only through us, in the right order.
 */
export class RunningChild {
  readonly identity: ProcessIdentity;
  /** Resolves when the process ended, with words that say how. */
  readonly ended: Promise<string>;
  private endedAs: string | null = null;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
    readonly logFile: string,
    private readonly logStart: number,
  ) {
    const pid = child.pid ?? 0;
    this.identity = { pid, started: startOfProcess(pid) ?? 'unknown' };
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.endedAs = signal === null ? `with exit code ${code}` : `by ${signal}`;
        resolve(this.endedAs);
      });
    });
  }

  /** @throws LocalStackError the program does not start at all */
  static async spawn(name: string, command: Command, logFile: string): Promise<RunningChild> {
    mkdirSync(dirname(logFile), { recursive: true });
    if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.previous`);
    const log = openSync(logFile, 'a');
    const logStart = fstatSync(log).size;
    try {
      const { file, args, env, cwd, uid, gid } = command;
      const as = uid === undefined ? {} : { uid, gid: gid ?? uid };
      const child = spawn(file, args, { env, cwd, ...as, detached: true, stdio: ['ignore', log, log] });
      if (child.pid !== undefined) return new RunningChild(name, child, logFile, logStart);
      const cause = await new Promise((resolve) => child.once('error', resolve));
      throw new LocalStackError(`${name} does not start: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    } finally {
      closeSync(log);
    }
  }

  get endedHow(): string | null {
    return this.endedAs;
  }

  /**
   * Asks every 100 ms until the process answers.
   * @throws LocalStackError it ended, or did not answer in time; with the last lines of its log
   */
  async untilReady(isReady: (log: string) => Promise<boolean>, withinMs: number, signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      signal?.throwIfAborted();
      if (this.endedAs !== null) throw new LocalStackError(`${this.name} ended ${this.endedAs} while it started. ${this.lastWords()}`);
      if (await isReady(this.log())) return;
      if (Date.now() > deadline)
        throw new LocalStackError(`${this.name} did not become ready within ${withinMs / 1_000} s. ${this.lastWords()}`);
      await Promise.race([sleep(100, undefined, { ref: true }), this.ended]);
    }
  }

  /** The signal first, SIGKILL after the time given. Resolves when the process is gone. */
  async stop(signal: NodeJS.Signals, withinMs: number): Promise<string> {
    if (this.endedAs !== null) return this.endedAs;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
    try {
      return await this.ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What this process, not an earlier one, has logged. */
  private log(): string {
    return existsSync(this.logFile) ? readFileSync(this.logFile).subarray(this.logStart).toString('utf8') : '';
  }

  /** The log's path and its last lines, for an error that a person reads. */
  private lastWords(lines = 8): string {
    const last = this.log()
      .trimEnd()
      .split('\n')
      .slice(-lines)
      .map((line) => line.slice(0, 400));
    return `Its log, ${this.logFile}, ends:\n  ${last.join('\n  ')}`;
  }
}
