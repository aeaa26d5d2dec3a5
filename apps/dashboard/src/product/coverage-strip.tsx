import type { VNode } from 'preact';
import type { DayCoverage } from '../api/shapes.js';

/** A mark for each day, by condition: full, half, hollow; nothing where no day is known. The same in words for those who do not see it. */
export function CoverageStrip({ days, coverage }: { days: readonly string[]; coverage: readonly DayCoverage[] }): VNode {
  const byDay = new Map(coverage.map((row) => [row.date, row]));
  return (
    <span class="coverage" role="img" aria-label={coverageWords(coverage)}>
      {days.map((day) => {
        const row = byDay.get(day);
        const condition = row?.condition ?? 'none';
        const halt = row?.halt_suspected === true ? ', a halt is suspected' : '';
        return (
          <span key={day} class={`coverage-day coverage-${condition}`} title={`${day}: ${row?.condition ?? 'not asked for'}${halt}`} />
        );
      })}
    </span>
  );
}

function coverageWords(coverage: readonly DayCoverage[]): string {
  const days = (condition: DayCoverage['condition']): string[] =>
    coverage.filter((row) => row.condition === condition).map(({ date }) => date);
  const [available, partial, missing] = [days('available'), days('partial'), days('missing')];
  return [
    `${available.length} days available`,
    ...(partial.length > 0 ? [`partial: ${partial.join(', ')}`] : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
  ].join('; ');
}

const CONDITIONS = [
  { condition: 'available', text: 'whole' },
  { condition: 'partial', text: 'some minutes unknown or open' },
  { condition: 'missing', text: 'missing' },
  { condition: 'none', text: 'not asked for' },
] as const;

export function CoverageLegend(): VNode {
  return (
    <ul class="legend" aria-label="Legend of the coverage">
      {CONDITIONS.map(({ condition, text }) => (
        <li key={condition}>
          <span class={`coverage-day coverage-${condition}`} aria-hidden="true" />
          {text}
        </li>
      ))}
    </ul>
  );
}
