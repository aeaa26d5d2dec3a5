import { printLines } from '../terminal/print-lines.js';
import { ProgressLine } from '../terminal/progress-line.js';
import { DEFAULT_WIDTH } from '../terminal/table-lines.js';
import { auditOrphans } from './audit-orphans.js';
import type { OrphanSources } from './audit-orphans.js';
import { orphanLines } from './orphan-lines.js';

/** Prints each orphan as soon as it is found. @returns how many there are */
export async function printOrphans(sources: OrphanSources, json: boolean): Promise<number> {
  const width = process.stdout.columns || DEFAULT_WIDTH;
  const progress = new ProgressLine();
  let [orphans, folders] = [0, 0];
  const onFolder = (folder: string): void => {
    folders += 1;
    progress.show(`orphans: ${orphans} in ${folders} folders, now ${folder}`);
  };
  if (json) process.stdout.write('{"orphans":[');
  for await (const found of auditOrphans(sources, onFolder)) {
    progress.clear();
    printLines(json ? [`${orphans === 0 ? '' : ','}${JSON.stringify(found)}`] : orphanLines(found, width));
    orphans += 1;
  }
  progress.clear();
  if (json) printLines([`],"folders":${folders},"equal":${orphans === 0}}`]);
  else printLines([`${orphans} ${orphans === 1 ? 'orphan' : 'orphans'} in ${folders} folders`]);
  return orphans;
}
