/** Something that has its time. */
export interface Timed {
  /** milliseconds since the epoch */
  readonly atMs: number;
}

/** Several sequences as one, in the order of time where each of them is; holds one item of each. */
export async function* mergeByTime<T extends Timed>(
  sequences: readonly AsyncGenerator<T, void, undefined>[],
): AsyncGenerator<T, void, undefined> {
  const heads: { next: T; rest: AsyncGenerator<T, void, undefined> }[] = [];
  try {
    for (const rest of sequences) {
      const { value, done } = await rest.next();
      if (done !== true) heads.push({ next: value, rest });
    }
    for (;;) {
      const [first, ...others] = heads;
      if (first === undefined) return;
      const head = others.reduce((least, each) => (each.next.atMs < least.next.atMs ? each : least), first);
      yield head.next;
      const { value, done } = await head.rest.next();
      if (done === true) heads.splice(heads.indexOf(head), 1);
      else head.next = value;
    }
  } finally {
    await Promise.all(sequences.map((sequence) => sequence.return()));
  }
}

/** One after the other. */
export async function* inTurn<T>(sequences: readonly AsyncGenerator<T, void, undefined>[]): AsyncGenerator<T, void, undefined> {
  for (const sequence of sequences) yield* sequence;
}
