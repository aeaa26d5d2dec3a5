import type { EventData } from '@elias/contracts';
import { EliasError } from '@elias/errors';
import type { ConsumedRecord, OutgoingRecord } from '@elias/kafka';
import type { OpenedTelling } from './open-telling.js';

/** One thing that is replayed, and when it happened, milliseconds since the epoch: a window at its end, a record at its record time, a candle at its end. */
export type ReplayItem = { readonly atMs: number } & (
  | { readonly kind: 'archive'; readonly telling: OpenedTelling }
  | { readonly kind: 'revoked'; readonly event: EventData<'archive.revoked'> }
  | { readonly kind: 'record'; readonly record: ConsumedRecord }
  | { readonly kind: 'events'; readonly events: readonly Omit<OutgoingRecord, 'topic' | 'partition'>[] }
);

/** Where a replay goes. */
export interface ReplaySink {
  /** Resolves when there is room for more. */
  take(item: ReplayItem): Promise<void>;
  /** Resolves when all that was taken is durable. */
  end(): Promise<void>;
  /** After a failure: lets go of what is held. */
  abort(): Promise<void>;
}

/** What was refused, and why. */
export interface Refused {
  /** window, archive or place of the record */
  readonly what: string;
  readonly reason: string;
  readonly detail: string;
}

/** What came of a replay. */
export interface ReplayCounts {
  /** windows, or parts of one, that were read */
  read: number;
  /** rows read, as far as archives and headers tell */
  rows: number;
  /** what the loaders answered, or the topic took, by what became of it */
  readonly outcomes: Record<string, number>;
  readonly refused: Refused[];
}

/** It cannot be done as it was asked for. */
export class ReplayRefusedError extends EliasError {
  override readonly name = 'ReplayRefusedError';
  readonly code = 'ELIAS_REPLAY_REFUSED';
  readonly disposition = 'stop';
}

/** It was begun and did not come to its end; the same again goes on. */
export class ReplayFailedError extends EliasError {
  override readonly name = 'ReplayFailedError';
  readonly code = 'ELIAS_REPLAY_FAILED';
  readonly disposition = 'stop';
}

export function newCounts(): ReplayCounts {
  return { read: 0, rows: 0, outcomes: {}, refused: [] };
}

export function count(counts: ReplayCounts, outcome: string, by = 1): void {
  counts.outcomes[outcome] = (counts.outcomes[outcome] ?? 0) + by;
}
