import type { RecordBatch } from '@elias/kafka';
import type { Logger } from '@elias/telemetry';
import type { LiveMetrics } from './live-metrics.js';
import { takeLiveRecords } from './live-rows.js';
import type { LiveStore } from './live-store.js';

export interface LoadLiveEventsParts {
  store: LiveStore;
  /** how long trades and candles are kept that no settled window tells, milliseconds */
  keepMs: number;
  metrics: LiveMetrics;
  logger: Logger;
  /** milliseconds since the epoch */
  nowMs: () => number;
}

/** Live events into the live tables: rows first, dead letters, and the caller's offset last. Whoever does it again changes nothing. */
export class LoadLiveEvents {
  constructor(private readonly parts: LoadLiveEventsParts) {}

  /** @throws EliasError of disposition `retry`: the same records again, later */
  async run(batch: RecordBatch): Promise<void> {
    const { store, keepMs, metrics, logger, nowMs } = this.parts;
    const taken = takeLiveRecords(batch.records, nowMs() - keepMs);
    const refused = [...taken.refused, ...(await store.save(taken.rows))];
    const savedAtMs = nowMs();
    // The partition may be someone else's by now, who reads these records again and puts them aside.
    if (!batch.isCurrent()) return;
    for (const { record, reason, cause } of refused) {
      const { topic, partition, offset, key } = record;
      logger.error({ topic, partition, offset, key, reason, error: cause }, 'live event not loaded, its record is put aside');
      await batch.deadLetter(record, reason, cause);
    }
    metrics.saved(taken.rows, refused, savedAtMs);
    metrics.passedOver(taken.expired, refused.length);
  }
}
