import type { RunCall } from './run-call.js';
import type { StatementRecord } from './statement-record.js';

/** Starts calls in the order they came, so many at once; the others wait as SUBMITTED. */
export class CallQueue {
  private readonly queued: StatementRecord[] = [];
  private readonly running = new Map<string, { abort: AbortController; ended: Promise<void> }>();

  constructor(
    private readonly calls: RunCall,
    private readonly runningMax: number,
  ) {}

  submit(record: StatementRecord): void {
    this.queued.push(record);
    // after the reply has left: SUBMITTED is what the caller sees first
    setImmediate(() => this.fill());
  }

  /** Stops a call; resolves when it is over, whatever became of it. */
  async cancel(record: StatementRecord): Promise<void> {
    const at = this.queued.indexOf(record);
    if (at !== -1) {
      this.queued.splice(at, 1);
      await this.calls.run(record, AbortSignal.abort());
      return;
    }
    const running = this.running.get(record.id);
    running?.abort.abort();
    await running?.ended;
  }

  /** Ends everything: the emulator stops. */
  async close(): Promise<void> {
    this.queued.length = 0;
    for (const { abort } of this.running.values()) abort.abort();
    await Promise.all([...this.running.values()].map(({ ended }) => ended));
  }

  private fill(): void {
    while (this.running.size < this.runningMax && this.queued.length > 0) {
      const record = this.queued.shift()!;
      const abort = new AbortController();
      const ended = this.calls.run(record, abort.signal).finally(() => {
        this.running.delete(record.id);
        this.fill();
      });
      this.running.set(record.id, { abort, ended });
    }
  }
}
