import type { ObjectStore } from '@elias/object-store';
import type { WindowStore } from '../stored-window.js';
import type { ExchangeSource } from './exchange-source.js';
import type { TopicSource } from './topic-source.js';

/** Where the audit looks. Null: that hop is left out. */
export interface AuditSources {
  readonly exchange: ExchangeSource | null;
  readonly topics: TopicSource | null;
  readonly bucket: Pick<ObjectStore, 'list' | 'get'>;
  readonly prefix: string;
  /** whether twins are looked at; archives always are: everything is compared with them */
  readonly twins: boolean;
  readonly redshift: WindowStore | null;
  readonly postgres: WindowStore | null;
  /** what the pipeline itself knows; null where nobody can be asked */
  readonly pipeline: PipelineSource | null;
  readonly nowMs: () => number;
  /** wait before a place that did not answer is asked again, milliseconds */
  readonly askAgainAfterMs?: number;
}

/** What the pipeline says of its windows. */
export interface PipelineSource {
  /** when windows were collected, milliseconds since the epoch, by window id: topics are read from there on */
  collectedAt(windowIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** what became of a window that nobody has, in words for people; null when nobody asked for it */
  story(windowId: string): Promise<string | null>;
}
