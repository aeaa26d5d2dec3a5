import { describeError, EliasError } from '@elias/errors';
import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.js';

/** Runs the command that the arguments name. An expected error is one line on standard error; only a bug shows its stack. */
export async function runCommand(program: Command): Promise<void> {
  for (const command of withChildren(program)) command.exitOverride();
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.failed;
      return;
    }
    const text =
      error instanceof EliasError
        ? describeError(error).replaceAll(/\s+/g, ' ').trim()
        : error instanceof Error
          ? error.stack
          : String(error);
    process.stderr.write(`${text}\n`, () => process.exit(EXIT.failed));
  }
}

function withChildren(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withChildren)];
}
