import { compareRevisions } from '@elias/market-data';
import type { Revision } from '@elias/market-data';

/** The last record of a window that the topic holds: its telling, or null where a null value says that none is left. */
export type LastTold = { readonly revision: Revision | null } | undefined;

/** What the archives say of a window. */
export interface ArchivedNow {
  /** the current telling; null when none is left */
  readonly best: Revision | null;
  /** collection ids of withdrawn tellings */
  readonly revoked: ReadonlySet<string>;
}

/** `publish`: the current telling again. `forget`: a null value. `keep`: the topic is right, or knows of a better telling that is not sealed yet. */
export type Mend = 'publish' | 'forget' | 'keep';

/** What has to be told so that the last record of a window is its current telling (design §2). */
export function decideMend(last: LastTold, { best, revoked }: ArchivedNow): Mend {
  const told = last?.revision ?? null;
  const counts = told !== null && !revoked.has(told.collectionId);
  if (best === null) return told === null || counts ? 'keep' : 'forget';
  return counts && compareRevisions(told, best) >= 0 ? 'keep' : 'publish';
}
