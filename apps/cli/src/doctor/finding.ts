import { setTimeout as sleep } from 'node:timers/promises';
import { describeError, EliasError } from '@elias/errors';

/** What a look at one thing found: as it should be; works, differently; or wrong. */
export interface Finding {
  readonly what: string;
  readonly verdict: 'ok' | 'note' | 'wrong';
  readonly detail: string;
}

export const ok = (what: string, detail: string): Finding => ({ what, verdict: 'ok', detail });
export const note = (what: string, detail: string): Finding => ({ what, verdict: 'note', detail });
export const wrong = (what: string, detail: string): Finding => ({ what, verdict: 'wrong', detail });

/** Longest time that one look may take, milliseconds. */
const LOOK_MS_MAX = 15_000;

/**
 * Looks at one thing. What it throws is what is wrong with it; what does not answer in time is wrong too.
 * @throws what is a bug
 */
export async function look(what: string, examine: () => Promise<Finding[]>): Promise<Finding[]> {
  const patience = new AbortController();
  const late = sleep(LOOK_MS_MAX, null, { signal: patience.signal }).catch(() => null);
  try {
    const findings = await Promise.race([examine(), late]);
    return findings ?? [wrong(what, `does not answer in ${LOOK_MS_MAX / 1_000} s`)];
  } catch (error) {
    if (!(error instanceof EliasError)) throw error;
    return [wrong(what, describeError(error))];
  } finally {
    patience.abort();
  }
}

/** @param offByMs of another clock against ours, positive when that one is ahead */
export function clockFinding(what: string, offByMs: number): Finding {
  const seconds = (Math.abs(offByMs) / 1_000).toFixed(1);
  const detail = `its clock is ${seconds} s ${offByMs >= 0 ? 'ahead of' : 'behind'} this machine's`;
  return Math.abs(offByMs) <= CLOCK_MS_MAX ? ok(what, detail) : note(what, detail);
}

/** Windows and runs go by the exchange's clock and Postgres's; ours decides nothing but when a run begins. */
const CLOCK_MS_MAX = 2_000;
