import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../', import.meta.url));

/** A built program as a process of its own, so that its memory and CPU are its own too. */
export class BenchProcess {
  private readonly folder = mkdtempSync(join(tmpdir(), 'elias-bench-'));
  private readonly child: ChildProcess;
  private text = '';

  /** @param program path below `dist` */
  constructor(
    readonly program: string,
    env: Record<string, string>,
    args: readonly string[] = [],
  ) {
    const settings = { PATH: process.env['PATH'] ?? '', HTTP_PORT_FILE: join(this.folder, 'port'), ...env };
    this.child = spawn(process.execPath, [join(DIST, program), ...args], { env: settings, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) stream.on('data', (chunk: Buffer) => (this.text += chunk.toString()));
  }

  /** Waits until the program is done. @throws Error with what it printed when it failed */
  async done(): Promise<void> {
    const code = await this.exited();
    if (code !== 0) throw new Error(`${this.program} ended with ${code}:\n${this.text.slice(-2_000)}`);
  }

  /** The JSON that the program prints as its last line when it is done. */
  async result<T>(): Promise<T> {
    await this.done();
    return JSON.parse(this.text.trimEnd().split('\n').at(-1) ?? '') as T;
  }

  async get(path: string): Promise<string> {
    const port = join(this.folder, 'port');
    for (const deadline = Date.now() + 60_000; !existsSync(port); await sleep(50)) {
      if (Date.now() > deadline || this.ended()) throw new Error(`${this.program} does not listen:\n${this.text.slice(-2_000)}`);
    }
    return (await fetch(`http://127.0.0.1:${readFileSync(port, 'utf8').trim()}${path}`)).text();
  }

  async url(): Promise<string> {
    await this.get('/health/live');
    return `http://127.0.0.1:${readFileSync(join(this.folder, 'port'), 'utf8').trim()}`;
  }

  /** Sum of a metric's samples; 0 while there is none. */
  async metric(name: string): Promise<number> {
    const lines = (await this.get('/metrics')).split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /** Largest resident set so far, MiB; null where the system does not tell. */
  rssPeakMib(): number | null {
    const status = `/proc/${this.child.pid}/status`;
    if (!existsSync(status)) return null;
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1];
    return kib === undefined ? null : Number(kib) / 1_024;
  }

  /** CPU seconds used so far, user and system; null where the system does not tell. */
  cpuSeconds(): number | null {
    const stat = `/proc/${this.child.pid}/stat`;
    if (!existsSync(stat)) return null;
    const fields = readFileSync(stat, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    if (!this.ended()) this.child.kill('SIGTERM');
    await this.exited();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async exited(): Promise<number> {
    if (!this.ended()) await new Promise((resolve) => this.child.once('close', resolve));
    return this.child.exitCode ?? -1;
  }
}
