import { loadConfig } from '@elias/config';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { OrchestratorApi, orchestratorSettings } from '../terminal/orchestrator-api.js';
import { printLines } from '../terminal/print-lines.js';
import { readStatus } from './read-status.js';
import { isWell, statusLines } from './status-lines.js';

const EXAMPLES = `
Examples:
  elias status            services, products, dead letters and alarms in one screen
  elias status --json     the same for scripts

Exit code 1 when a service is not ready or an alarm is up.
${EXIT_CODES_HELP}`;

/** `elias status`: how the pipeline is, as the orchestrator knows it. */
export function addStatus(program: Command, { settings }: CommandContext): void {
  program
    .command('status')
    .description('how the pipeline is, in one screen')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { json?: true }) => {
      const { ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN } = loadConfig(z.object(orchestratorSettings), settings());
      const status = await readStatus(new OrchestratorApi(ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN));
      const well = isWell(status);
      printLines(options.json === true ? [JSON.stringify({ ...status, well })] : statusLines(status, process.stdout.columns));
      process.exitCode = well ? EXIT.done : EXIT.not;
    });
}
