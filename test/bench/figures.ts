/** One measured thing, in several runs that alternated with those of its yardstick. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  readonly yardstick?: { readonly name: string; readonly runs: readonly number[] };
  /** what the ratio of the medians should reach */
  readonly target?: { readonly ratioMin: number } | { readonly atMost: number };
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Lines of at most 80 characters. */
export function figureLines({ name, unit, runs, yardstick, target, note }: Figure): string[] {
  const figure = median(runs);
  const lines = [`${name}`, `  ${spread(runs, unit)}`];
  if (yardstick !== undefined) {
    const ratio = figure / median(yardstick.runs);
    const wanted =
      target !== undefined && 'ratioMin' in target
        ? `, wanted ${target.ratioMin} or more: ${ratio >= target.ratioMin ? 'reached' : 'MISSED'}`
        : '';
    lines.push(`  yardstick ${yardstick.name}: ${spread(yardstick.runs, unit)}`, `  ratio ${ratio.toFixed(2)}${wanted}`);
  }
  if (target !== undefined && 'atMost' in target)
    lines.push(`  wanted at most ${target.atMost} ${unit}: ${figure <= target.atMost ? 'reached' : 'MISSED'}`);
  return note === undefined ? lines : [...lines, `  ${note}`];
}

function spread(runs: readonly number[], unit: string): string {
  const text = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value >= 100 ? 0 : 2 });
  const range = runs.length === 1 ? '' : ` (${text(Math.min(...runs))} to ${text(Math.max(...runs))}, ${runs.length} runs)`;
  return `${text(median(runs))} ${unit}${range}`;
}
