import { wrapText } from '../terminal/wrap-text.js';
import { tableLines } from '../terminal/table-lines.js';
import type { AuditTotals } from './audit-totals.js';
import type { AuditedWindow, Verdict } from './audited-window.js';

const TITLES: Record<Verdict, string> = {
  ...{ equal: 'equal', differs: 'DIFFERS', changed: 'CHANGED', gap: 'GAP', open: 'open', unreadable: 'NOT READ' },
};

/** What is to be told of one window: nothing more of one that is equal, unless it is asked for by itself. */
export function windowLines({ window, verdict, notes, hops }: AuditedWindow, options: { whole: boolean; width: number }): string[] {
  if (verdict === 'equal' && notes.length === 0 && !options.whole) return [];
  const told = hops.filter(({ state, detail }) => detail !== null && state !== 'equal' && (options.whole || state !== 'not_asked'));
  const hopLines = options.whole ? hopTable(hops, options.width) : [];
  const details = told.flatMap(({ hop, state, detail }) => wrapText(`${hop} ${state.replace('_', ' ')}: ${detail!}`, options.width, '  '));
  return [`${TITLES[verdict]} ${window}`, ...hopLines, ...details, ...notes.flatMap((note) => wrapText(note, options.width, '  '))];
}

/** What was found over all, and what each hop has. */
export function totalLines(totals: AuditTotals, width: number): string[] {
  const counts = Object.entries(totals.verdicts).filter(([, count]) => count > 0);
  const rows = totals.hops.map(({ hop, rows: count, states }) => {
    const { equal = 0, not_held = 0, not_asked = 0, unreadable = 0, differs = 0, changed = 0, missing = 0 } = states;
    return [hop, count, equal, differs + changed + missing, not_held + not_asked, unreadable].map(String);
  });
  const columns = [
    { title: 'hop' },
    ...['rows', 'equal', 'differ', 'not held', 'not read'].map((title) => ({ title, align: 'right' as const })),
  ];
  const told = counts.map(([verdict, count]) => `${count} ${TITLES[verdict as Verdict].toLowerCase()}`).join(', ');
  return [`${totals.windows} ${totals.windows === 1 ? 'window' : 'windows'}: ${told}`, ...tableLines(columns, rows, width)];
}

function hopTable(hops: AuditedWindow['hops'], width: number): string[] {
  const columns = [{ title: 'hop' }, { title: 'state' }, { title: 'rows', align: 'right' as const }, { title: 'sha256 of the CSV' }];
  const rows = hops.map(({ hop, state, rows: count, csv_sha256 }) => [
    hop,
    state.replace('_', ' '),
    count === null ? '-' : String(count),
    csv_sha256?.slice(0, 16) ?? '-',
  ]);
  return tableLines(columns, rows, width);
}
