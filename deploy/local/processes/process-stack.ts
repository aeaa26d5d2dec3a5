import { SupervisedProcess } from './supervised-process.js';
import type { ProcessPlan, ProcessWatcher } from './supervised-process.js';

/** Processes in groups: those of a group start side by side, and stop together, the last group first. */
export class ProcessStack {
  private readonly groups: SupervisedProcess[][] = [];

  constructor(private readonly watcher: ProcessWatcher) {}

  /** Resolves when all of them are ready. @throws LocalStackError one is not; then none of this group runs */
  async start(plans: readonly ProcessPlan[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const group = plans.map((plan) => new SupervisedProcess(plan, this.watcher));
    const started = await Promise.allSettled(group.map((process) => process.start(signal)));
    const failed = started.find((result) => result.status === 'rejected');
    if (failed === undefined) {
      this.groups.push(group);
      return;
    }
    await Promise.all(group.map((process) => process.stop()));
    throw failed.reason;
  }

  async stop(): Promise<void> {
    for (let group = this.groups.pop(); group !== undefined; group = this.groups.pop()) {
      await Promise.all(group.map((process) => process.stop()));
    }
  }
}
