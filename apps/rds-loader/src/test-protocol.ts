import { compareRevisions } from '@elias/market-data';
import type { Revision } from '@elias/market-data';
import type { LedgerEntry } from './decide-load.js';
import { decideLoad, standingRevision } from './decide-load.js';

/** One telling of the modelled window: its place in the list is its name. */
export interface Telling {
  readonly revision: Revision;
  readonly content: string;
}

/** What the protocol promises to do; a test plants a mistake by breaking one. */
export interface Rules {
  /** the store's decision looks at the ledger */
  readonly ledgerChecked: boolean;
  /** it looks at what was revoked */
  readonly revocationsChecked: boolean;
  /** between looking and writing nobody else writes */
  readonly ledgerLocked: boolean;
  /** rows and ledger change together */
  readonly oneTransaction: boolean;
  /** an archive is durable before it is announced */
  readonly putFirst: boolean;
  /** a record is done before its offset is committed */
  readonly effectFirst: boolean;
  /** after a revocation the best remaining telling is published again */
  readonly remainingRepublished: boolean;
}
export const PROTOCOL: Rules = {
  ledgerChecked: true,
  revocationsChecked: true,
  ledgerLocked: true,
  oneTransaction: true,
  putFirst: true,
  effectFirst: true,
  remainingRepublished: true,
};

/** What a loader has in hand between looking at the ledger and writing: only without the lock can others write meanwhile. */
interface Hold {
  readonly ledger: Stored;
  readonly revoked: number;
  readonly telling: number;
}
/** A telling, nothing yet, or a window that was emptied. */
type Stored = number | 'never' | 'revoked';
interface Entry {
  readonly kind: 'sealed' | 'revoked';
  readonly telling: number;
}

/** Sets of tellings are bits. */
export interface State {
  /** records on the windows topic */
  readonly published: number;
  /** of them those that the archiver has yet to answer */
  readonly unanswered: number;
  /** archives, and markers of revocation beside them */
  readonly bucket: number;
  readonly markers: number;
  /** the window's records of the archive topic that the loader has yet to commit, and which were before them */
  readonly pending: readonly Entry[];
  readonly sealedBefore: number;
  readonly revokedBefore: number;
  /** the store */
  readonly ledger: Stored;
  readonly rows: string | null;
  readonly revoked: number;
  readonly hold: Hold | null;
  /** steps that whoever revokes has yet to take, by telling: announce, then publish again */
  readonly toAnnounce: number;
  readonly toRepublish: number;
}

export interface Step {
  readonly name: string;
  readonly to: State;
}

export const START: State = {
  ...{ published: 0, unanswered: 0, bucket: 0, markers: 0, pending: [], sealedBefore: 0, revokedBefore: 0 },
  ...{ ledger: 'never', rows: null, revoked: 0 },
  ...{ hold: null, toAnnounce: 0, toRepublish: 0 },
};

const bit = (telling: number): number => 1 << telling;
const has = (set: number, telling: number): boolean => (set & bit(telling)) !== 0;

/** The protocol of one window, step by durable step; a crash is a step that is not taken, a zombie one that is taken again, any time later. */
export class Protocol {
  /** @param revokedMax tellings that are revoked at most */
  constructor(
    readonly tellings: readonly Telling[],
    private readonly rules: Rules,
    private readonly revokedMax: number,
  ) {}

  /** Whatever may happen next. */
  steps(state: State): Step[] {
    return [...this.tellings.keys()]
      .flatMap((telling) => [...this.collected(state, telling), ...this.archived(state, telling), ...this.withdrawn(state, telling)])
      .concat(this.loaded(state));
  }

  /** Nothing is owed by anybody. */
  isQuiet({ unanswered, pending, toAnnounce, toRepublish, hold }: State): boolean {
    return unanswered === 0 && pending.length === 0 && toAnnounce === 0 && toRepublish === 0 && hold === null;
  }

  /** What is wrong with a state, or null. */
  problem(state: State): string | null {
    const { ledger, rows, revoked, bucket, pending, sealedBefore } = state;
    const content = typeof ledger === 'number' ? this.tellings[ledger]!.content : null;
    if (this.rules.oneTransaction && rows !== content) return 'rows and ledger tell different things';
    if (typeof ledger === 'number' && has(revoked, ledger)) return 'a revoked telling stands';
    if (typeof ledger === 'number' && !has(bucket, ledger)) return 'what is loaded is not archived';
    const announced = pending.reduce((set, { kind, telling }) => (kind === 'sealed' ? set | bit(telling) : set), sealedBefore);
    if ((announced & ~bucket) !== 0) return 'an archive is announced that is not there';
    if (!this.isQuiet(state)) return null;
    const best = this.best(state.published & ~state.markers);
    if (ledger !== (best ?? ledger) || (best === null && typeof ledger === 'number'))
      return 'at the end another telling than the best stands';
    return rows === (best === null ? null : this.tellings[best]!.content) ? null : 'at the end the rows are not of the best telling';
  }

  /** What is wrong with a step from one state to the next: a standing telling gives way to a better one alone. */
  stepProblem(from: State, to: State): string | null {
    const before = standingRevision(this.entry(from.ledger), this.ids(to.revoked));
    if (before === null) return null;
    const after = standingRevision(this.entry(to.ledger), this.ids(to.revoked));
    return after !== null && compareRevisions(after, before) >= 0 ? null : 'a telling that stands gives way to a worse one';
  }

  private collected(state: State, telling: number): Step[] {
    if (has(state.published, telling)) return [];
    const to = { ...state, published: state.published | bit(telling), unanswered: state.unanswered | bit(telling) };
    return [{ name: `publish ${telling}`, to }];
  }

  /**
   * A conditional put under a name that follows from the content, then the announcement. Who dies after it, or is a zombie, announces again:
   * that is a record which the loader meets again, as `loaded` has it.
   */
  private archived(state: State, telling: number): Step[] {
    if (!has(state.published, telling)) return [];
    const steps: Step[] = [];
    if (!has(state.bucket, telling)) steps.push({ name: `put ${telling}`, to: { ...state, bucket: state.bucket | bit(telling) } });
    if (!has(state.unanswered, telling) || !(has(state.bucket, telling) || !this.rules.putFirst)) return steps;
    const pending = [...state.pending, { kind: 'sealed' as const, telling }];
    const to = { ...state, pending, unanswered: state.unanswered & ~bit(telling) };
    return [...steps, { name: `announce ${telling}`, to }];
  }

  /** Marker, announcement, and once the store has noted it the best remaining one again. */
  private withdrawn(state: State, telling: number): Step[] {
    const { markers, toAnnounce, toRepublish, revoked } = state;
    const marked = this.tellingsOf(markers).length;
    if (has(state.bucket, telling) && !has(markers, telling) && marked < this.revokedMax) {
      return [
        { name: `mark ${telling} revoked`, to: { ...state, markers: markers | bit(telling), toAnnounce: toAnnounce | bit(telling) } },
      ];
    }
    if (has(toAnnounce, telling)) {
      const pending = [...state.pending, { kind: 'revoked' as const, telling }];
      const next = { toAnnounce: toAnnounce & ~bit(telling), toRepublish: toRepublish | bit(telling) };
      return [{ name: `announce that ${telling} is revoked`, to: { ...state, ...next, pending } }];
    }
    if (!has(toRepublish, telling) || !has(revoked, telling)) return [];
    const done = { ...state, toRepublish: toRepublish & ~bit(telling) };
    const best = this.best(state.bucket & ~markers);
    if (best === null || !this.rules.remainingRepublished) return [{ name: `${telling} is revoked, nothing is left`, to: done }];
    return [{ name: `publish ${best} again`, to: { ...done, unanswered: done.unanswered | bit(best) } }];
  }

  /** The next records, one or two in a batch, then the commit; or any record before them, again. */
  private loaded(state: State): Step[] {
    const { pending, hold } = state;
    const steps: Step[] = [];
    for (const size of [1, 2]) {
      const batch = pending.slice(0, size);
      if (batch.length < size) continue;
      if (!this.rules.effectFirst) steps.push({ name: `commit ${size}`, to: committed(state, size) });
      const after = this.handled(state, batch);
      steps.push({ name: `load ${size}, commit`, to: committed(after, size) });
      steps.push({ name: `load ${size}, die`, to: after });
    }
    const before = this.tellingsOf(state.sealedBefore).map((telling): Entry => ({ kind: 'sealed', telling }));
    for (const telling of this.tellingsOf(state.revokedBefore)) before.push({ kind: 'revoked', telling });
    for (const entry of before) steps.push({ name: `load ${entry.kind} ${entry.telling} again`, to: this.handled(state, [entry]) });
    if (this.rules.ledgerLocked) return steps;
    for (const { kind, telling } of [...before, ...pending]) {
      const held = { ledger: state.ledger, revoked: state.revoked, telling };
      if (kind === 'sealed' && hold === null) steps.push({ name: `look at the ledger for ${telling}`, to: { ...state, hold: held } });
    }
    if (hold !== null) {
      const to = { ...this.written(state, hold.ledger, hold.revoked, [hold.telling]), hold: null };
      steps.push({ name: `write ${hold.telling} by what was seen`, to });
    }
    return steps;
  }

  /** Withdrawals of a batch first, in a transaction of their own; a process may die between the two. */
  private handled(state: State, batch: readonly Entry[]): State {
    const tellings = (kind: Entry['kind']): number[] => batch.flatMap((entry) => (entry.kind === kind ? [entry.telling] : []));
    const revoked = tellings('revoked').reduce((set, telling) => set | bit(telling), state.revoked);
    const stands = standingRevision(this.entry(state.ledger), this.ids(revoked)) !== null;
    const emptied = stands || revoked === state.revoked ? {} : { ledger: 'revoked' as const, rows: null };
    const noted = { ...state, revoked, ...emptied };
    const offers = tellings('sealed');
    return offers.length === 0 ? noted : this.written(noted, noted.ledger, noted.revoked, offers);
  }

  /** The product's own decision, carried out. */
  private written(state: State, seen: Stored, seenRevoked: number, offers: readonly number[]): State {
    const { ledgerChecked, revocationsChecked, oneTransaction } = this.rules;
    const decision = decideLoad(
      ledgerChecked ? this.entry(seen) : null,
      revocationsChecked ? this.ids(seenRevoked) : new Set(),
      offers.map((telling) => ({ ...this.tellings[telling]!, csvSha256: this.tellings[telling]!.content, telling })),
    );
    if (decision.kind === 'keep') return state;
    const { telling, content } = decision.offer;
    if (decision.kind === 'move') return { ...state, ledger: telling };
    // the ledger alone, and then the process dies
    return oneTransaction ? { ...state, ledger: telling, rows: content } : { ...state, ledger: telling };
  }

  private best(set: number): number | null {
    let best: number | null = null;
    for (const [telling, { revision }] of this.tellings.entries()) {
      if (has(set, telling) && (best === null || compareRevisions(revision, this.tellings[best]!.revision) > 0)) best = telling;
    }
    return best;
  }

  private entry(stored: Stored): LedgerEntry | null {
    if (stored === 'never') return null;
    const nothing = { unknown: 0, open: 0, collectedAtMs: 0, collectionId: '' };
    if (stored === 'revoked') return { revision: nothing, csvSha256: '', rowCount: 0, state: 'revoked' };
    const { revision, content } = this.tellings[stored]!;
    return { revision, csvSha256: content, rowCount: 1, state: 'loaded' };
  }

  private tellingsOf(set: number): number[] {
    return [...this.tellings.keys()].filter((telling) => has(set, telling));
  }

  private ids(set: number): Set<string> {
    return new Set(this.tellings.flatMap(({ revision }, telling) => (has(set, telling) ? [revision.collectionId] : [])));
  }
}

/** The first records are done with: they may come again, but no order among them counts any more. */
function committed(state: State, size: number): State {
  let { sealedBefore, revokedBefore } = state;
  for (const { kind, telling } of state.pending.slice(0, size)) {
    if (kind === 'sealed') sealedBefore |= bit(telling);
    else revokedBefore |= bit(telling);
  }
  return { ...state, pending: state.pending.slice(size), sealedBefore, revokedBefore };
}

export interface Exploration {
  readonly states: number;
  readonly quiet: number;
  /** the shortest way to what is wrong; null when nothing is */
  readonly counterexample: { problem: string; steps: string[] } | null;
}

/** Every state that can come about, the nearest first. @throws RangeError beyond so many */
export function explore(protocol: Protocol, statesMax: number): Exploration {
  const cameBy = new Map<string, { from: string | null; name: string }>([[JSON.stringify(START), { from: null, name: '' }]]);
  let quiet = 0;
  const found = (problem: string, key: string, last: string[] = []): Exploration => {
    const steps = [...last];
    for (let at = cameBy.get(key)!; at.from !== null; at = cameBy.get(at.from)!) steps.unshift(at.name);
    return { states: cameBy.size, quiet, counterexample: { problem, steps } };
  };
  for (const key of cameBy.keys()) {
    const state = JSON.parse(key) as State;
    const problem = protocol.problem(state);
    if (problem !== null) return found(problem, key);
    if (protocol.isQuiet(state)) quiet += 1;
    const steps = protocol.steps(state);
    if (steps.length === 0 && !protocol.isQuiet(state)) return found('nothing can happen any more', key);
    for (const { name, to } of steps) {
      const wrong = protocol.stepProblem(state, to);
      if (wrong !== null) return found(wrong, key, [name]);
      const next = JSON.stringify(to);
      if (!cameBy.has(next)) cameBy.set(next, { from: key, name });
    }
    if (cameBy.size > statesMax) throw new RangeError(`more than ${statesMax} states`);
  }
  return { states: cameBy.size, quiet, counterexample: null };
}
