import { decodeLiveEvent } from '@elias/contracts';
import type { LiveEventType } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { ENTRY_OVERHEAD_BYTES, eventText } from './tail-entry.js';
import type { TailEntry } from './tail-entry.js';

const NOTHING: readonly Buffer[] = [];

/**
 * A live record as an entry. One that holds no event of its topic is nobody's.
 * @param onBad hears of it, and why
 */
export function liveEntry(type: LiveEventType, record: ConsumedRecord, onBad: (cause: unknown) => void): TailEntry {
  const offset = BigInt(record.offset);
  const decoded = decodeLiveEvent(record);
  if (decoded.kind === 'dead-letter' || decoded.value.type !== type) {
    onBad(decoded.kind === 'dead-letter' ? decoded.cause : new RangeError(`a ${decoded.value.type} is in ${record.topic}`));
    return { offset, type, productId: null, bytes: ENTRY_OVERHEAD_BYTES, texts: () => NOTHING };
  }
  const { data } = decoded.value;
  const text = eventText({ type, data, ceId: record.headers['ce_id'] ?? '' }, record);
  const texts = [text];
  return { offset, type, productId: data.product_id, bytes: text.length + ENTRY_OVERHEAD_BYTES, texts: () => texts };
}
