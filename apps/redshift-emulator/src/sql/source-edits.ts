interface Edit {
  start: number;
  end: number;
  text: string;
}

export interface RewrittenSql {
  text: string;
  /** where a 1-based position of the rewritten text lies in the source, 1-based */
  sourcePosition(position: number): number;
}

/**
 * Changes to make to a statement's source. What nobody changes goes to PostgreSQL as it was written, so that its
 * error positions can be traced back.
 */
export class SourceEdits {
  private readonly edits: Edit[] = [];

  constructor(readonly source: string) {}

  /** Replaces `[start, end)`; a later call for a range inside an earlier one is dropped. */
  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  /** The source of `[start, end)` with its changes made. */
  apply(start = 0, end = this.source.length): RewrittenSql {
    const inside = this.edits
      .map((edit, order) => ({ ...edit, order }))
      .filter((edit) => edit.start >= start && edit.end <= end)
      .sort((a, b) => a.start - b.start || b.end - a.end || a.order - b.order);
    const pieces: { text: string; sourceStart: number; changed: boolean }[] = [];
    let at = start;
    for (const edit of inside) {
      if (edit.start < at) continue;
      pieces.push({ text: this.source.slice(at, edit.start), sourceStart: at, changed: false });
      pieces.push({ text: edit.text, sourceStart: edit.start, changed: true });
      at = edit.end;
    }
    pieces.push({ text: this.source.slice(at, end), sourceStart: at, changed: false });
    return { text: pieces.map((piece) => piece.text).join(''), sourcePosition: (position) => trace(pieces, position) };
  }
}

function trace(pieces: readonly { text: string; sourceStart: number; changed: boolean }[], position: number): number {
  let remaining = position - 1;
  for (const { text, sourceStart, changed } of pieces) {
    if (remaining < text.length) return sourceStart + (changed ? 0 : remaining) + 1;
    remaining -= text.length;
  }
  const last = pieces.at(-1);
  return last === undefined ? 1 : last.sourceStart + last.text.length + 1;
}
