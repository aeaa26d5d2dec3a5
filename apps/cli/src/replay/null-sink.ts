import { checkWindowCsv } from '@elias/archive';
import { decodeWindowFacts } from '@elias/contracts';
import { count } from './replay-item.js';
import type { ReplayCounts, ReplayItem, ReplaySink } from './replay-item.js';

/** Reads and checks, and keeps nothing: archives were checked as they were opened, records of whole windows are here. */
export class NullSink implements ReplaySink {
  constructor(private readonly counts: ReplayCounts) {}

  take(item: ReplayItem): Promise<void> {
    if (item.kind === 'revoked') count(this.counts, 'revoked');
    else if (item.kind === 'record') this.check(item.record);
    else count(this.counts, 'sound');
    return Promise.resolve();
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }

  private check(record: Extract<ReplayItem, { kind: 'record' }>['record']): void {
    const decoded = decodeWindowFacts(record);
    if (record.value === null || decoded.kind !== 'ok') return count(this.counts, 'not a whole window');
    const checked = checkWindowCsv(record.value, decoded.value);
    if (checked.kind === 'ok') return count(this.counts, 'sound');
    const what = `${record.topic}[${record.partition}]@${record.offset}`;
    this.counts.refused.push({ what, reason: checked.reason, detail: String(checked.cause) });
  }
}
