import { setTimeout as sleep } from 'node:timers/promises';
import { describeError } from '@elias/errors';
import { RunningChild } from './child-process.js';
import type { Command } from './child-process.js';
import type { ProcessIdentity } from './process-identity.js';

export interface ProcessPlan {
  name: string;
  logFile: string;
  /** Called for each start, so that what it prepares is prepared again. */
  command: () => Command | Promise<Command>;
  /**
   * Whether this very process serves. An answer on its port proves nothing: somebody else may have taken the port, and another
   * stack's server would answer just as well.
   * @param log what the process has logged so far
   */
  isReady: (log: string) => Promise<boolean>;
  readyWithinMs: number;
  stopSignal: NodeJS.Signals;
  stopWithinMs: number;
}

/** What others want to know: the ledger of processes, and the person at the terminal. */
export interface ProcessWatcher {
  started(name: string, identity: ProcessIdentity, stopSignal: NodeJS.Signals): void;
  ended(name: string): void;
  said(sentence: string): void;
}

/** Waits between restarts, in milliseconds; the last one repeats. */
const BACKOFF_MS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A process that stood this long begins again with the first wait. */
const STABLE_AFTER_MS = 60_000;

/** Keeps one process running: starts it, waits until it is ready, starts it again when it dies, stops it when asked. */
export class SupervisedProcess {
  private child: RunningChild | null = null;
  private readonly stopping = new AbortController();
  private keeping: Promise<void> | null = null;

  constructor(
    private readonly plan: ProcessPlan,
    private readonly watcher: ProcessWatcher,
  ) {}

  get name(): string {
    return this.plan.name;
  }

  /** First start. @throws LocalStackError it does not become ready; nothing of it runs then */
  async start(signal?: AbortSignal): Promise<void> {
    const child = await this.startOnce(signal);
    this.keeping = this.keep(child);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.child?.stop(this.plan.stopSignal, this.plan.stopWithinMs);
    await this.keeping;
  }

  private async startOnce(signal?: AbortSignal): Promise<RunningChild> {
    const { name, logFile, stopSignal } = this.plan;
    const child = await RunningChild.spawn(name, await this.plan.command(), logFile);
    this.child = child;
    this.watcher.started(name, child.identity, stopSignal);
    void child.ended.then(() => this.watcher.ended(name));
    try {
      await child.untilReady(this.plan.isReady, this.plan.readyWithinMs, signal ?? this.stopping.signal);
      return child;
    } catch (error) {
      await child.stop('SIGKILL', 0);
      throw error;
    }
  }

  private async keep(first: RunningChild): Promise<void> {
    let attempt = 0;
    for (let child: RunningChild | null = first; !this.stopping.signal.aborted;) {
      if (child !== null) {
        const since = Date.now();
        const how = await child.ended;
        if (this.stopping.signal.aborted) return;
        if (Date.now() - since > STABLE_AFTER_MS) attempt = 0;
        this.watcher.said(`${this.name} ended ${how}; it is started again (log: ${this.plan.logFile})`);
      }
      const waitMs = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)];
      attempt += 1;
      await sleep(waitMs, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      child = await this.startOnce().catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.watcher.said(describeError(error));
        return null;
      });
      if (child !== null) this.watcher.said(`${this.name} is back`);
    }
  }
}
