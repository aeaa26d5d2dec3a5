import type { AuditedWindow, Hop, HopState, Verdict } from './audited-window.js';
import { HOPS } from './audited-window.js';

/** Windows and rows by what was found, over a whole audit. */
export class AuditTotals {
  readonly verdicts: Record<Verdict, number> = { equal: 0, differs: 0, changed: 0, gap: 0, open: 0, unreadable: 0 };
  private readonly byHop = new Map<Hop, { rows: number; states: Partial<Record<HopState, number>> }>();
  windows = 0;

  add({ verdict, hops }: AuditedWindow): void {
    this.windows += 1;
    this.verdicts[verdict] += 1;
    for (const { hop, state, rows } of hops) {
      const totals = this.byHop.get(hop) ?? { rows: 0, states: {} };
      this.byHop.set(hop, totals);
      totals.rows += rows ?? 0;
      totals.states[state] = (totals.states[state] ?? 0) + 1;
    }
  }

  /** In the order of the hops; those that were left out are not there. */
  get hops(): { hop: Hop; rows: number; states: Partial<Record<HopState, number>> }[] {
    return HOPS.flatMap((hop) => {
      const totals = this.byHop.get(hop);
      return totals === undefined ? [] : [{ hop, ...totals }];
    });
  }

  /** Whether every place has what it should. */
  get allEqual(): boolean {
    return this.windows > 0 && this.verdicts.equal + this.verdicts.open === this.windows;
  }

  /** Whether something was found, not only left unread. */
  get differ(): boolean {
    const { differs, changed, gap } = this.verdicts;
    return differs + changed + gap > 0;
  }
}
