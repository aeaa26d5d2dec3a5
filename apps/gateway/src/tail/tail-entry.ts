import type { GatewayEventType } from '@elias/contracts';

/** One record as clients are told it. */
export interface TailEntry {
  readonly offset: bigint;
  readonly type: GatewayEventType;
  /** null: it holds nothing that could be told */
  readonly productId: string | null;
  /** what it takes in memory, about */
  readonly bytes: number;
  /** JSON texts of its events in their order, made once for all clients; one for a live event, one per candle for a window */
  texts(): readonly Buffer[];
}

/** What V8 keeps beside the bytes of an entry, about. */
export const ENTRY_OVERHEAD_BYTES = 256;

/** The bytes of one event as every client gets them. `row` is the place of a candle in its window. */
export function eventText(
  event: { type: GatewayEventType; data: object; ceId: string },
  place: { topic: string; partition: number; offset: string; row?: number },
): Buffer {
  const { type, data, ceId } = event;
  const { topic, partition, offset, row } = place;
  return Buffer.from(
    JSON.stringify({ type, data, ce_id: ceId, position: { topic, partition, offset, ...(row === undefined ? {} : { row }) } }),
  );
}
