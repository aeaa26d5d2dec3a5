import { RunningChild } from '../../deploy/local/processes/child-process.js';
import type { ProcessPlan, ProcessWatcher } from '../../deploy/local/processes/supervised-process.js';

/** One process of the drill, which can be stopped, started again, and, as a service is anywhere, brought back when it ends by itself. */
export class DrillProcess {
  private child: RunningChild | null = null;
  private wanted = false;
  private keeping: Promise<void> = Promise.resolve();
  /** how often it was brought back */
  comebacks = 0;

  constructor(
    private readonly plan: ProcessPlan,
    private readonly watcher: ProcessWatcher,
    private readonly options: { comesBack: boolean },
  ) {}

  get name(): string {
    return this.plan.name;
  }

  get pid(): number {
    return this.child?.identity.pid ?? 0;
  }

  get isWanted(): boolean {
    return this.wanted;
  }

  /** Resolves when it is ready. @throws LocalStackError */
  async start(signal?: AbortSignal): Promise<void> {
    this.wanted = true;
    const child = await this.spawn();
    if (this.options.comesBack) this.keeping = this.keep(child);
    try {
      await child.untilReady(this.plan.isReady, this.plan.readyWithinMs, signal);
    } catch (error) {
      await this.stop('SIGKILL');
      throw error;
    }
  }

  /** @returns how it ended */
  async stop(signal: NodeJS.Signals = this.plan.stopSignal): Promise<string> {
    this.wanted = false;
    const how = (await this.child?.stop(signal, this.plan.stopWithinMs)) ?? 'never ran';
    await this.keeping;
    return how;
  }

  async isReady(): Promise<boolean> {
    return this.child !== null && this.child.endedHow === null && (await this.plan.isReady(''));
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  private async spawn(): Promise<RunningChild> {
    const child = await RunningChild.spawn(this.plan.name, await this.plan.command(), this.plan.logFile);
    this.child = child;
    this.watcher.started(this.plan.name, child.identity, this.plan.stopSignal);
    void child.ended.then(() => this.watcher.ended(this.plan.name));
    return child;
  }

  private async keep(first: RunningChild): Promise<void> {
    for (let child = first; ; child = await this.spawn()) {
      await child.ended;
      if (!this.wanted) return;
      this.comebacks += 1;
    }
  }
}
