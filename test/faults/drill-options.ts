import { Command, CommanderError, InvalidArgumentError } from 'commander';

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
  npm run drill -- --sample 30                             what CI runs
  npm run drill -- --only archiver                         whose name has it
  npm run drill -- --case archiver.put-archive/after/kill  one
  npm run drill -- --list                                  their names

Exit codes: 0 every case passed, 1 one did not, 2 the drill could not be run.`;

/** An option that is not understood. */
export class DrillOptionError extends Error {
  override readonly name = 'DrillOptionError';
}

/**
 * @returns null when help was asked for, and given
 * @throws DrillOptionError names the option and what is wrong with it
 */
export function parseDrillOptions(args: readonly string[], write: (text: string) => void): DrillOptions | null {
  const command = new Command('npm run drill --')
    .description('Runs all of Elias on servers of its own, lets faults happen at exact points, and compares every store.')
    .option('--list', 'names of the cases', false)
    .option('--case <name>', 'this case alone')
    .option('--only <pattern>', 'cases whose name the regular expression matches', pattern)
    .option('--sample <count>', 'so many of them, spread over the matrix', wholeNumber)
    .option('--seed <text>', 'what cases choose by', 'elias')
    .option('--state <dir>', 'folder for data and logs, kept; without it one that is removed unless a case failed')
    .option('--json <file>', 'results for other programs')
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments(false)
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: write, writeErr: () => undefined });
  try {
    return command.parse(args, { from: 'user' }).opts<DrillOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return null;
    throw new DrillOptionError(`${error.message.replace(/^error: /, '')} (npm run drill -- --help)`);
  }
}

function pattern(text: string): string {
  try {
    return new RegExp(text).source;
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It has to be a whole number above 0.');
  return Number(text);
}
