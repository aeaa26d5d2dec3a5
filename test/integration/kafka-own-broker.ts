import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneRoot } from '../../deploy/local/clone-paths.js';
import { kafkaPlan } from '../../deploy/local/servers/kafka-server.js';
import { until } from './kafka-fixtures.js';

type BrokerSettings = Record<string, string | number>;
export interface BrokerPorts {
  port: number;
  controllerPort: number;
}

/** A broker of the test's own, which may be killed and started again on the same data and port. */
export class OwnBroker {
  private readonly directory = mkdtempSync(join(tmpdir(), 'elias-kafka-'));
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly controllerPort: number,
    private readonly settings: BrokerSettings,
  ) {}

  /** @param settings of its ports, where they need them */
  static async create(settings: BrokerSettings | ((ports: BrokerPorts) => BrokerSettings) = {}): Promise<OwnBroker> {
    const [port, controllerPort] = [await freePort(), await freePort()];
    const broker = new OwnBroker(port, controllerPort, typeof settings === 'function' ? settings({ port, controllerPort }) : settings);
    await broker.start();
    return broker;
  }

  get brokers(): string[] {
    return [`127.0.0.1:${this.port}`];
  }

  async start(): Promise<void> {
    const { directory, port, controllerPort } = this;
    const logFile = join(directory, 'kafka.log');
    const plan = kafkaPlan({ root: cloneRoot(), directory, logFile, port, controllerPort });
    const { file, args, env } = await plan.command();
    for (const [name, value] of Object.entries(this.settings)) appendFileSync(join(directory, 'server.properties'), `${name}=${value}\n`);
    const log = openSync(logFile, 'w');
    this.child = spawn(file, args, { env, stdio: ['ignore', log, log] });
    await until('the broker is ready', () => plan.isReady(readFileSync(logFile, 'utf8')), 90_000);
  }

  /** As a machine that loses power, but for what the disk has. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** The process stands still: connections stay, nothing is answered. */
  freeze(frozen: boolean): void {
    this.child?.kill(frozen ? 'SIGSTOP' : 'SIGCONT');
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
