import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../deploy/local/processes/process-identity.js';
import type { ProcessIdentity } from '../../deploy/local/processes/process-identity.js';
import { until } from './service-process.js';

export const CLONE = new URL('../..', import.meta.url).pathname;

/** What tests read of `stack.json`. */
export interface StackDocument {
  pid: number;
  state: 'starting' | 'up' | 'stopping';
  processes: (ProcessIdentity & { name: string })[];
  kafka: { brokers: string[] };
  s3: { endpoint: string; region: string; bucket: string; access_key_id: string; secret_access_key: string };
  postgres: { url: string; admin_url: string; redshift_url: string };
  redshift_data: { endpoint: string; region: string; workgroup: string; database: string };
  exchange: { url: string; kind: string };
  orchestrator: { url: string };
  /** not with `--once` */
  gateway?: { url: string };
}

/** `stack.json` of a state, null when there is none. */
export function stackDocument(state: string): StackDocument | null {
  const file = join(state, 'stack.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StackDocument) : null;
}

/** `npm start -- ...` as a person runs it: what npm's script calls. It stays in the group of whoever tests, so that a Ctrl-C there ends it too. */
export class LaunchedStack {
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly text = { out: '', error: '' };

  /** @param state directory of data and logs */
  constructor(
    readonly state: string,
    args: readonly string[],
  ) {
    this.child = spawn(process.execPath, [join(CLONE, 'deploy/local/bootstrap.mjs'), 'start', '--state', state, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.text.out += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.text.error += chunk.toString()));
    this.exited = new Promise((resolve) => this.child.once('close', (code) => resolve(code)));
  }

  get out(): string {
    return this.text.out;
  }

  get errors(): string {
    return this.text.error;
  }

  /** Everything it printed so far. */
  get output(): string {
    return `${this.text.out}${this.text.error}`;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** @throws Error while nothing runs on the state */
  get document(): StackDocument {
    const document = stackDocument(this.state);
    if (document === null) throw new Error(`there is no stack.json\n${this.output}`);
    return document;
  }

  processOf(name: string): ProcessIdentity {
    const entry = this.document.processes.find((one) => one.name === name);
    if (entry === undefined) throw new Error(`no process is called ${name}: ${JSON.stringify(this.document.processes)}`);
    return entry;
  }

  /** Waits until it printed something. */
  async says(text: string, withinMs: number): Promise<void> {
    await this.until(() => this.output.includes(text), withinMs, `"${text}" is not said`);
  }

  /** Waits while it runs; fails at once when it ends. */
  async until(holds: () => boolean | Promise<boolean>, withinMs: number, otherwise: string): Promise<void> {
    await until(
      async () => {
        if (await holds()) return true;
        if (!this.isRunning) throw new Error(`npm start ended: ${otherwise}\n${this.output}`);
        return false;
      },
      withinMs,
      () => `${otherwise}\n${this.output}`,
    );
  }

  /** What the terminal does on Ctrl-C: the signal goes to every process of the foreground group. */
  ctrlC(): void {
    const launcher = stackDocument(this.state)?.pid;
    for (const pid of [this.child.pid!, ...(launcher === undefined ? [] : [launcher])]) process.kill(pid, 'SIGINT');
  }

  /** `kill -9` of a process of the stack, and nothing else. */
  kill({ pid, started }: ProcessIdentity): void {
    if (!isAlive({ pid, started })) throw new Error(`process ${pid} has ended before it was killed`);
    process.kill(pid, 'SIGKILL');
  }

  /** Ends it whatever it does, and whatever it left, for clean-up. */
  async end(): Promise<void> {
    if (this.isRunning) {
      this.child.kill('SIGINT');
      const timer = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
      await this.exited;
      clearTimeout(timer);
    }
    for (const left of (stackDocument(this.state)?.processes ?? []).filter((one) => isAlive(one))) process.kill(left.pid, 'SIGKILL');
  }
}
