/** Where a partition's reading begins, and what is missing before it. */
export interface StartingPoint {
  position: bigint;
  /** offsets `[from, to)` that the topic deleted before the group had read them */
  lost: { from: bigint; to: bigint } | null;
  /** the committed offset lies behind the end: the topic is another one, or the broker lost records */
  beyondEnd: boolean;
}

/**
 * @param committed null if the group has not committed yet: it begins with the first record
 * @param low first offset that the topic has
 * @param high next offset to be written
 * @param aged whether records leave the topic by age only; compaction leaves holes that are no loss
 */
export function startingPoint(committed: bigint | null, low: bigint, high: bigint, aged: boolean): StartingPoint {
  if (committed === null) return { position: low, lost: null, beyondEnd: false };
  if (committed > high) return { position: low, lost: null, beyondEnd: true };
  if (committed >= low) return { position: committed, lost: null, beyondEnd: false };
  return { position: low, lost: aged ? { from: committed, to: low } : null, beyondEnd: false };
}
