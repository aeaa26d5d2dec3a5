import type { RunWindow } from './runs-api.js';

export interface Progress {
  windows: number;
  collected: number;
  archived: number;
  inRedshift: number;
  inPostgres: number;
  failed: number;
}

export function progressOf(windows: readonly RunWindow[]): Progress {
  const done = (stage: keyof RunWindow['stages']): number => windows.filter(({ stages }) => stages[stage] === 'done').length;
  return {
    windows: windows.length,
    collected: done('collect'),
    archived: done('archive'),
    inRedshift: done('load_warehouse'),
    inPostgres: done('load_rds'),
    failed: windows.filter(({ state }) => state === 'failed').length,
  };
}

/** Same progress, same text: whoever shows it can see whether something changed. */
export function progressLine({ windows, collected, archived, inRedshift, inPostgres, failed }: Progress): string {
  const of = (count: number): string => `${count}/${windows}`;
  const parts = [`collected ${of(collected)}`, `archived ${of(archived)}`, `Redshift ${of(inRedshift)}`, `Postgres ${of(inPostgres)}`];
  return [...parts, ...(failed === 0 ? [] : [`failed ${failed}`])].join(', ');
}

const BAR_WIDTH = 40;

/** The same as a block of bars for a terminal, narrower than 80 columns. */
export function progressBlock(progress: Progress, elapsedS: number): string[] {
  const row = (name: string, count: number): string => {
    const filled = progress.windows === 0 ? 0 : Math.floor((count / progress.windows) * BAR_WIDTH);
    return `  ${name.padEnd(10)} ${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)} ${String(count).padStart(6)}/${progress.windows}`;
  };
  return [
    row('collected', progress.collected),
    row('archived', progress.archived),
    row('Redshift', progress.inRedshift),
    row('Postgres', progress.inPostgres),
    `  ${elapsedS} s${progress.failed === 0 ? '' : `, ${progress.failed} windows failed`}`,
  ];
}
