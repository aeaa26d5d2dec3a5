import { describeError } from '@elias/errors';
import { durableStep } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import type { Assignment } from './assignment.js';

type Offset = { topic: string; partition: number; offset: string };

/**
 * Commits low watermarks by hand, at most once in an interval, one commit at a time. A partition that the group has
 * not committed yet is committed where it begins, so that a later hole can be measured.
 */
export class OffsetCommitter {
  private timer: NodeJS.Timeout | undefined;
  private committing: Promise<void> | undefined;
  private trouble: string | null = null;

  constructor(
    private readonly current: () => Assignment | null,
    private readonly commit: (offsets: Offset[]) => Promise<void>,
    private readonly logger: Logger,
    private readonly intervalMs = 1_000,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.commitDone(), this.intervalMs);
  }

  /** Ends the timer and commits what is done; waits for a commit in flight first. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.committing;
    await this.commitDone();
  }

  whyNotReady(): string | null {
    return this.trouble;
  }

  /** Never rejects: what was not committed is tried again with the next commit, or read again. */
  async commitDone(): Promise<void> {
    if (this.committing !== undefined) return;
    this.committing = this.run();
    await this.committing;
    this.committing = undefined;
  }

  private async run(): Promise<void> {
    const assignment = this.current();
    if (assignment === null || !assignment.isCurrent) return;
    const due = assignment
      .all()
      .filter(({ begun, watermark, committed }) => begun && (committed === null || watermark.next > committed))
      .map((partition) => ({ partition, next: partition.watermark.next }));
    if (due.length === 0) {
      // a member that joined anew owes nothing of what an earlier one could not commit
      this.trouble = null;
      return;
    }
    try {
      const offsets = due.map(({ partition: { topic, partition }, next }) => ({ topic, partition, offset: next.toString() }));
      const committed = durableStep('kafka.commit-offsets', () => this.commit(offsets));
      // what was sent into a silence is given up with the assignment, not by kafkajs's own time-outs, which take minutes
      await Promise.race([committed, assignment.ended]);
      if (!assignment.isCurrent) return;
      for (const { partition, next } of due) partition.committed = next;
      this.trouble = null;
    } catch (error) {
      if (!assignment.isCurrent) return;
      this.trouble = `offsets cannot be committed: ${describeError(error)}`;
      this.logger.warn({ error }, 'offsets were not committed, trying again');
    }
  }
}
