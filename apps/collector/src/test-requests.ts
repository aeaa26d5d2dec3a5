import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventData } from '@elias/contracts';
import { encodeEvent, windowToWire } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { parseWindowId } from '@elias/market-data';

export const REQUEST_ID = '018c0000-0000-7000-8000-000000000001';
export const RUN_ID = '018c0000-0000-7000-8000-000000000002';

/** A request for a window, as the orchestrator would send it. */
export function requestFor(windowId: string, rest: Partial<EventData<'collection.requested'>> = {}): EventData<'collection.requested'> {
  return {
    request_id: REQUEST_ID,
    run_id: RUN_ID,
    origin: 'scheduled',
    window: windowToWire(parseWindowId(windowId)),
    attempt: 1,
    best_known: null,
    requested_at: '2023-12-02T00:15:00Z',
    ...rest,
  };
}

/** That request as the collector reads it from Kafka. */
export function requestRecord(request: EventData<'collection.requested'>, offset = 0): ConsumedRecord {
  const { topic, key, value, headers } = encodeEvent('collection.requested', request, 'orchestrator');
  return { topic: topic.name, partition: 3, offset: String(offset), key, value: Buffer.from(value), headers, timestampMs: 0 };
}

/** A folder that is gone at the end. */
export function scratchFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'elias-collector-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
