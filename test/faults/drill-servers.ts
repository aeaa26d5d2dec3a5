import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessPlan, ProcessWatcher } from '../../deploy/local/processes/supervised-process.js';
import { DrillProcess } from './drill-process.js';

/** Kafka, Postgres, S3 and the stand-ins, each of which can be taken away for a while. */
export class DrillServers {
  private readonly servers: DrillProcess[] = [];

  constructor(private readonly watcher: ProcessWatcher) {}

  /** As `startServers` wants it: all of them side by side, or none. */
  async start(plans: readonly ProcessPlan[], signal: AbortSignal): Promise<void> {
    const group = plans.map((plan) => new DrillProcess(plan, this.watcher, { comesBack: false }));
    const started = await Promise.allSettled(group.map((server) => server.start(signal)));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed === undefined) return void this.servers.push(...group);
    await Promise.all(group.map((server) => server.stop('SIGKILL')));
    throw failed.reason;
  }

  /**
   * Away for so long, then back.
   * @param onAway as soon as it is gone
   * @returns how it ended
   */
  async restart(name: string, signal: NodeJS.Signals, awayMs: number, onAway: () => void = () => undefined): Promise<string> {
    const server = this.find(name);
    const how = await server.stop(signal);
    onAway();
    await sleep(awayMs);
    await server.start();
    return how;
  }

  /** All at once, without a word. */
  async killAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.find(name).stop('SIGKILL')));
  }

  async startAll(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.find(name).start()));
  }

  /** The last started first. */
  async stop(): Promise<void> {
    for (let server = this.servers.pop(); server !== undefined; server = this.servers.pop()) await server.stop();
  }

  private find(name: string): DrillProcess {
    const server = this.servers.find((one) => one.name === name);
    if (server === undefined) throw new RangeError(`no server is called ${name}`);
    return server;
  }
}
