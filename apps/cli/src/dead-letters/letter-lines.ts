import { printable, tableLines } from '../terminal/table-lines.js';
import type { Letter } from './letter.js';
import type { Settled } from './settle-letters.js';

/** Letters of one group that were put aside for one reason. */
export interface LetterCount {
  readonly group: string;
  readonly reason: string;
  open: number;
  settled: number;
  firstAtMs: number;
  lastAtMs: number;
}

/** Counts letters as they are read, so that it does not matter how many there are. */
export class LetterCounts {
  private readonly counts = new Map<string, LetterCount>();

  add({ told: { group, reason }, putAsideAtMs, settledAs }: Letter): void {
    const name = `${group} ${reason}`;
    const count = this.counts.get(name) ?? { group, reason, open: 0, settled: 0, firstAtMs: putAsideAtMs, lastAtMs: putAsideAtMs };
    this.counts.set(name, count);
    if (settledAs === null) count.open += 1;
    else count.settled += 1;
    count.firstAtMs = Math.min(count.firstAtMs, putAsideAtMs);
    count.lastAtMs = Math.max(count.lastAtMs, putAsideAtMs);
  }

  /** by group and reason */
  all(): LetterCount[] {
    return [...this.counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  }
}

const COUNT_COLUMNS = [
  { title: 'group' },
  { title: 'reason' },
  { title: 'open', align: 'right' },
  { title: 'settled', align: 'right' },
  { title: 'last (UTC)' },
] as const;

export function countLines(counts: readonly LetterCount[], width?: number): string[] {
  if (counts.length === 0) return ['No dead letters.'];
  const rows = counts.map(({ group, reason, open, settled, lastAtMs }) => [group, reason, String(open), String(settled), minute(lastAtMs)]);
  return tableLines(COUNT_COLUMNS, rows, width);
}

const LETTER_COLUMNS = [{ title: 'letter' }, { title: 'reason' }, { title: 'put aside (UTC)' }, { title: 'key' }] as const;

export function letterLines(letters: readonly Letter[], more: number, width?: number): string[] {
  if (letters.length === 0) return ['No dead letters.'];
  const rows = letters.map(({ id, told, putAsideAtMs, settledAs }) => [
    id,
    settledAs === null ? told.reason : `${told.reason} (${settledAs.replace('_', ' ')})`,
    minute(putAsideAtMs),
    told.key ?? '',
  ]);
  return [...tableLines(LETTER_COLUMNS, rows, width), ...(more > 0 ? [`and ${more} more: see --limit`] : [])];
}

/** Longest text of a value that is shown, characters. */
const SHOWN_MAX = 2_000;

/** One letter with all that is known of it. */
export function letterDetail({ id, told, putAsideAtMs, settledAs, record }: Letter): string[] {
  const { group, topic, partition, offset, reason, cause, attempts, key, omittedValueBytes } = told;
  const value = omittedValueBytes === null ? shownValue(record.value) : `${omittedValueBytes} bytes, left where it came from`;
  const facts: [string, string][] = [
    ['letter', id],
    ['group', group],
    ['came from', `${topic}[${partition}] at offset ${offset}`],
    ['key', key ?? '(none)'],
    ['reason', reason],
    ['cause', cause],
    ['attempts', String(attempts)],
    ['put aside', new Date(putAsideAtMs).toISOString()],
    ['settled', settledAs?.replace('_', ' ') ?? 'no'],
    ['type', record.headers['ce_type'] ?? '(none)'],
    ['value', value],
  ];
  return facts.map(([name, text]) => `${name.padEnd(9)}  ${printable(text)}`);
}

/** What became of each letter, a line each, and a line for all. */
export function settledLines(settled: readonly Settled[]): string[] {
  const done = settled.filter(({ problem }) => problem === null).length;
  const lines = settled.map(({ letter, settledAs, problem }) => `${letter.id}  ${settledAs?.replace('_', ' ') ?? `not: ${problem}`}`);
  return [...lines, `${done} of ${settled.length} letters settled.`];
}

function shownValue(value: Buffer | null): string {
  if (value === null) return '(none)';
  const text = value.toString('utf8');
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}… (${value.length} bytes)`;
}

const minute = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
