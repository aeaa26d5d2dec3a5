import type { WireCoverage } from '@elias/contracts';

/** The places that a window passes, in its order. */
export const HOPS = ['exchange', 'topic', 'archive', 'twin', 'redshift', 'postgres'] as const;
export type Hop = (typeof HOPS)[number];

/**
 * What was found at one of them. `equal`: the rows and facts of the best sealed telling. `changed`: the exchange tells other rows than
 * when it was asked. `missing`: nothing is there and something should be. `not_held`: retention has removed it. `not_asked`: there is
 * nothing to be compared, the detail says why. `unreadable`: it did not answer.
 */
export type HopState = 'equal' | 'differs' | 'changed' | 'missing' | 'not_held' | 'not_asked' | 'unreadable';

export interface HopReport {
  hop: Hop;
  state: HopState;
  rows: number | null;
  /** of the rows as they are there, as CSV */
  csv_sha256: string | null;
  /** what differs, with the first row that does; or why there is nothing to be compared */
  detail: string | null;
}

/**
 * `gap`: nobody has anything of it. `open`: the same, and it is not over yet. `unreadable`: some place did not answer, and nothing else was
 * found. Only `equal` and `open` are as they should be.
 */
export type Verdict = 'equal' | 'differs' | 'changed' | 'gap' | 'open' | 'unreadable';

/** A window in the report, as `--json` prints it. */
export interface AuditedWindow {
  window: string;
  verdict: Verdict;
  /** collection of the best sealed telling that stands */
  collection_id: string | null;
  coverage: Pick<WireCoverage, 'present' | 'no_trade' | 'unknown' | 'open'> | null;
  /** what explains itself, in words for people: periods that are unknown or open, why nothing was collected */
  notes: string[];
  hops: HopReport[];
}

/** What all hops together say. */
export function verdictOf(hops: readonly HopReport[], nothing: { nobodyHasIt: boolean; over: boolean }): Verdict {
  const states = new Set(hops.map(({ state }) => state));
  if (nothing.nobodyHasIt) return nothing.over ? 'gap' : 'open';
  if (states.has('differs') || states.has('missing')) return 'differs';
  if (states.has('changed')) return 'changed';
  return states.has('unreadable') ? 'unreadable' : 'equal';
}
