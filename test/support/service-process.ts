import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One built service as a process of its own, as it runs anywhere. */
export class ServiceProcess {
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'elias-service-'));
  private readonly child: ChildProcess;
  private text = '';

  /**
   * @param env its settings; of the test's own environment it gets PATH alone
   * @param main what is run instead of its own main file, beside this file
   */
  constructor(
    readonly app: string,
    env: Record<string, string>,
    main?: string,
  ) {
    const file = main === undefined ? resolve(`dist/apps/${app}/src/main.js`) : new URL(main, import.meta.url).pathname;
    this.child = spawn(process.execPath, [file], {
      env: { PATH: process.env['PATH'] ?? '', HTTP_PORT_FILE: join(this.folder, 'port'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
    this.exited = new Promise((exited) => {
      this.child.once('close', (code, signal) => {
        rmSync(this.folder, { recursive: true, force: true });
        exited({ code, signal });
      });
    });
  }

  /** Everything it printed so far. */
  get output(): string {
    return this.text;
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it whatever it does, for clean-up. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Where it listens. */
  async url(): Promise<string> {
    return `http://127.0.0.1:${await this.port()}`;
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`${await this.url()}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Resolves once it says that it is ready. */
  async ready(withinMs = 60_000): Promise<void> {
    await until(
      async () => (await this.get('/health/ready').catch(() => null))?.status === 200,
      withinMs,
      () => `${this.app} is not ready:\n${this.text}`,
    );
  }

  /** A sample of its metrics, e.g. `elias_archiver_windows_total{outcome="sealed"}`; 0 when there is none yet. */
  async metric(name: string): Promise<number> {
    const { text } = await this.get('/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  private async port(): Promise<number> {
    const file = join(this.folder, 'port');
    await until(
      () => existsSync(file),
      30_000,
      () => `${this.app} does not listen:\n${this.text}`,
    );
    return Number(readFileSync(file, 'utf8'));
  }
}

/** Waits until something holds, asking a few times a second. */
export async function until(holds: () => boolean | Promise<boolean>, withinMs: number, otherwise: () => string): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(otherwise());
    await sleep(150);
  }
}
