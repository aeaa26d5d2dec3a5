import { printable } from '../terminal/table-lines.js';
import type { ReplayReport } from './replay.js';

/** Refusals that are shown; all are counted, and in the JSON. */
const REFUSED_SHOWN = 20;

/** What came of a replay, for people. */
export function replayLines({ planned, dryRun, read, rows, outcomes, refused, seconds }: ReplayReport): string[] {
  const lines = [plannedLine(planned)];
  if (dryRun) return [...lines, 'Nothing was done.'];
  const rate = seconds > 0 ? ` (${number(Math.round(rows / seconds))} rows/s)` : '';
  lines.push(`${number(read)} read with ${number(rows)} rows in ${seconds.toFixed(1)} s${rate}.`);
  for (const [outcome, count] of Object.entries(outcomes)) lines.push(`  ${number(count)} ${outcome.replaceAll('_', ' ')}`);
  for (const { what, reason, detail } of refused.slice(0, REFUSED_SHOWN))
    lines.push(printable(`refused: ${what}: ${reason}: ${detail}`.slice(0, 400)));
  if (refused.length > REFUSED_SHOWN) lines.push(`${refused.length} were refused, ${REFUSED_SHOWN} are shown, see --json.`);
  return lines;
}

function plannedLine(planned: ReplayReport['planned']): string {
  if ('records' in planned) return `${number(planned.records)} records at most.`;
  const { windows, archives, revoked, bytes } = planned;
  const withdrawn = revoked === 0 ? '' : `, ${number(revoked)} of them withdrawn`;
  return `${number(windows)} windows in ${number(archives)} archives${withdrawn}, ${number(Math.ceil(bytes / 1_024))} KiB.`;
}

const number = (value: number): string => value.toLocaleString('en-US');
