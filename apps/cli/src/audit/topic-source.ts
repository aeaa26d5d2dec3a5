import type { WindowFacts } from '@elias/contracts';
import type { Window } from '@elias/market-data';

/** The last that a topic tells of a window. */
export type TopicTold =
  | {
      readonly kind: 'told';
      readonly facts: WindowFacts;
      /** of the bytes as they were read */
      readonly sha256: string;
      readonly partition: number;
      /** of its record; of each part, in their order */
      readonly offsets: readonly string[];
    }
  /** a record without a value: no telling is left */
  | { readonly kind: 'emptied' }
  | { readonly kind: 'none' }
  /** records that old are deleted by age */
  | { readonly kind: 'not-held'; readonly detail: string }
  | { readonly kind: 'incomplete'; readonly detail: string };

/** The topics that windows travel on. */
export interface TopicSource {
  /** What they tell of some windows, by window id. @throws KafkaUnavailableError */
  tell(windows: readonly Window[], collectedAtMs: (window: Window) => number | null): Promise<ReadonlyMap<string, TopicTold>>;
  /** The CSV of a telling, read again; null when it is gone meanwhile. */
  csv(told: Extract<TopicTold, { kind: 'told' }>): Promise<Buffer | null>;
}
