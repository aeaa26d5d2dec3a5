import type { WholeAudit } from './audit-everything.js';
import type { CaseResult } from './run-case.js';

const WIDTH = 80;
const VERDICT_WIDTH = 'not fired'.length;

/** What a person sees of one case: one line, and what was wrong with how to see it again. */
export function resultLines(
  { drillCase, verdict, complaints, notes, elapsedMs }: CaseResult,
  place: { number: number; of: number },
): string[] {
  const { name, seed } = drillCase;
  const number = `${String(place.number).padStart(String(place.of).length)}/${place.of}`;
  const end = ` ${verdict.padEnd(VERDICT_WIDTH)} ${(elapsedMs / 1_000).toFixed(1).padStart(5)} s`;
  const line = `${`${number} ${name}`.padEnd(WIDTH - end.length)}${end}`;
  if (verdict === 'passed') return [line, ...wrapped(notes)];
  return [line, ...wrapped(complaints), `    seed ${seed}; again: npm run drill -- --case ${name}`];
}

/** What is left of a whole drill. */
export function wholeLines(whole: WholeAudit | null): string[] {
  if (whole === null) return ['The stack was not looked at as a whole.'];
  const { archives, windows, rows, complaints } = whole;
  const found = `All cases together: ${windows} windows, ${archives} archives, ${rows} candles in Redshift:`;
  return complaints.length === 0
    ? [found, 'ledgers agree, no row twice, no orphan, nothing staged is left.']
    : [found, ...wrapped(complaints)];
}

function wrapped(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    const lines: string[] = [];
    let line = '   ';
    for (const word of text.split(/\s+/)) {
      if (line.length + 1 + word.length > WIDTH && line !== '   ') {
        lines.push(line);
        line = '     ';
      }
      line += ` ${word}`;
    }
    return [...lines, line];
  });
}
