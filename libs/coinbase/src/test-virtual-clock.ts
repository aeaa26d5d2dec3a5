import type { PacerClock } from './request-pacer.js';

/** A clock for tests: time passes only in `runUntil`, from alarm to alarm. */
export class VirtualClock implements PacerClock {
  private now = 0;
  private readonly alarms = new Set<{ atMs: number; call: () => void }>();

  nowMs(): number {
    return this.now;
  }

  after(delayMs: number, call: () => void): () => void {
    const alarm = { atMs: this.now + Math.max(0, delayMs), call };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Lets time pass; between two alarms all promises that can settle do. */
  async runUntil(endMs: number): Promise<void> {
    await settled();
    for (let alarm = this.earliest(); alarm !== undefined && alarm.atMs <= endMs; alarm = this.earliest()) {
      this.alarms.delete(alarm);
      this.now = Math.max(this.now, alarm.atMs);
      alarm.call();
      await settled();
    }
    this.now = endMs;
  }

  private earliest(): { atMs: number; call: () => void } | undefined {
    let first: { atMs: number; call: () => void } | undefined;
    for (const alarm of this.alarms) if (first === undefined || alarm.atMs < first.atMs) first = alarm;
    return first;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
