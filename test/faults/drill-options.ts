import { Command, InvalidArgumentError } from 'commander';

export interface DrillOptions {
  list: boolean;
  case?: string;
  only?: string;
  sample?: number;
  seed: string;
  state?: string;
  json?: string;
}

const EXAMPLES = `
Examples:
  npm run drill                                            every case
  npm run drill -- --sample 30                             the sample that CI runs
  npm run drill -- --only archiver                         cases whose name has it
  npm run drill -- --case archiver.put-archive/after/kill  one case
  npm run drill -- --list                                  their names

Exit codes: 0 every case passed, 1 one did not, 2 the drill could not be run.`;

/** @returns null when help was asked for, and given */
export function parseDrillOptions(args: readonly string[], write: (text: string) => void): DrillOptions | null {
  const command = new Command('npm run drill --')
    .description('Runs all of Elias on servers of its own, lets faults happen at exact points, and compares every store.')
    .option('--list', 'names of the cases', false)
    .option('--case <name>', 'this case alone')
    .option('--only <pattern>', 'cases whose name the regular expression matches')
    .option('--sample <count>', 'so many of them, spread over the matrix', wholeNumber)
    .option('--seed <text>', 'what cases choose by', 'elias')
    .option('--state <dir>', 'folder for data and logs, kept; without it one that is removed unless a case failed')
    .option('--json <file>', 'results for other programs')
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    return command.parse(args, { from: 'user' }).opts<DrillOptions>();
  } catch (error) {
    if ((error as { code?: string }).code === 'commander.helpDisplayed') return null;
    throw error;
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return Number(text);
}
