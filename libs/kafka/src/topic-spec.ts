/** What a topic must be. The tables of topics live in `@elias/contracts`; this lib takes them as arguments. */
export interface TopicSpec {
  name: string;
  /** never changes within a topic version */
  partitions: number;
  cleanup: 'compact' | 'delete';
  /** for `delete`: how long records stay; without it the broker's default */
  retentionMs?: number;
  /** for `compact`: how long every record stays before only the last of its key does */
  minCompactionLagMs?: number;
  /** largest record batch; without it the broker's default (1 MiB) */
  maxMessageBytes?: number;
}
