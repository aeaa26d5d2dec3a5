/** One telling of a window (design §2). `collectedAtMs` is the exchange's clock, a whole second; `collectionId` a UUIDv7 in lower case. */
export interface Revision {
  /** periods of the window that nobody knows */
  readonly unknown: number;
  /** periods of the window that were not over */
  readonly open: number;
  readonly collectedAtMs: number;
  readonly collectionId: string;
}

/**
 * The order of revisions, everywhere: fewer unknown and open periods; then later `collectedAtMs`; then greater `collectionId`,
 * compared by bytes (its text is ASCII, where JavaScript's order of strings is the order of bytes).
 * @returns negative when `a` is worse than `b`, positive when better, 0 when they are the same telling
 */
export function compareRevisions(a: Revision, b: Revision): number {
  const missing = b.unknown + b.open - (a.unknown + a.open);
  if (missing !== 0) return missing;
  if (a.collectedAtMs !== b.collectedAtMs) return a.collectedAtMs - b.collectedAtMs;
  if (a.collectionId === b.collectionId) return 0;
  return a.collectionId < b.collectionId ? -1 : 1;
}

/** Whether `a` tells more than `b`; anything is better than nothing. */
export function isBetterRevision(a: Revision, b: Revision | null | undefined): boolean {
  return b === null || b === undefined || compareRevisions(a, b) > 0;
}

/** The best of them by `compareRevisions`; undefined when there are none. */
export function bestRevision<T extends Revision>(revisions: Iterable<T>): T | undefined {
  let best: T | undefined;
  for (const revision of revisions) if (isBetterRevision(revision, best)) best = revision;
  return best;
}
