import { coinbaseSettings } from '@elias/coinbase';
import { ConfigError, loadConfig } from '@elias/config';
import { kafkaConnection, kafkaSettings } from '@elias/kafka';
import { objectStoreSettings } from '@elias/object-store';
import { postgresConnection, postgresSettings } from '@elias/postgres';
import { redshiftSettings, redshiftTarget } from '@elias/redshift';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { orchestratorSettings } from '../terminal/orchestrator-api.js';
import { printLines } from '../terminal/print-lines.js';
import { printable } from '../terminal/table-lines.js';
import { examineBucket, examineExchange, examineKafka, examineOrchestrator, examinePostgres, examineRedshift } from './examine-servers.js';
import { look, note, ok, wrong } from './finding.js';
import type { Finding } from './finding.js';

const EXAMPLES = `
Examples:
  elias doctor               settings, connections, rights, versions and clocks
  elias doctor --redshift    the warehouse too, which wakes it

Exit code 1 when something is wrong.
${EXIT_CODES_HELP}`;

/** `elias doctor`: whether everything that the services need is there and lets them in. */
export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description('whether what the services need is there and lets them in')
    .option('--redshift', 'look into the warehouse too, which wakes it')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: { redshift?: true; json?: true }) => {
      const findings = await examine(context, options.redshift === true);
      const well = findings.every(({ verdict }) => verdict !== 'wrong');
      printLines(options.json === true ? [JSON.stringify({ findings, well })] : findingLines(findings));
      process.exitCode = well ? EXIT.done : EXIT.not;
    });
}

/** All at once; each by itself, so that one that is away hides nothing of the others. */
async function examine({ settings, logger }: CommandContext, withRedshift: boolean): Promise<Finding[]> {
  const env = settings();
  const examined = await Promise.all([
    set('Kafka', kafkaSettings, env, (config) => examineKafka(kafkaConnection(config), logger)),
    set('Postgres', postgresSettings, env, (config) => examinePostgres(postgresConnection(config), logger)),
    set('S3', objectStoreSettings, env, ({ AWS_REGION, S3_ENDPOINT, ARCHIVE_BUCKET, ARCHIVE_PREFIX, ARCHIVE_KMS_KEY_ID }) =>
      examineBucket({ region: AWS_REGION, endpoint: S3_ENDPOINT, bucket: ARCHIVE_BUCKET, kmsKeyId: ARCHIVE_KMS_KEY_ID }, ARCHIVE_PREFIX),
    ),
    set('Redshift', redshiftSettings, env, (config) =>
      withRedshift
        ? examineRedshift(config.AWS_REGION, redshiftTarget(config))
        : Promise.resolve([note('Redshift', 'not looked at, since that wakes it; --redshift does')]),
    ),
    set('exchange', coinbaseSettings, env, ({ EXCHANGE_URL }) => examineExchange(EXCHANGE_URL)),
    set('orchestrator', orchestratorSettings, env, ({ ORCHESTRATOR_URL }) => examineOrchestrator(ORCHESTRATOR_URL)),
  ]);
  return [ok('Node.js', process.version), ...examined.flat()];
}

async function set<S extends z.ZodRawShape>(
  what: string,
  shape: S,
  env: NodeJS.ProcessEnv,
  examineIt: (config: z.output<z.ZodObject<S>>) => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    const config = loadConfig(z.object(shape), env);
    return await look(what, async () => examineIt(config));
  } catch (error) {
    if (error instanceof ConfigError) return error.settings.map(({ name, problem }) => wrong(what, `setting ${name} ${problem}`));
    throw error;
  }
}

function findingLines(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const bad = findings.filter(({ verdict }) => verdict === 'wrong').length;
  return [
    ...findings.map(({ what, verdict, detail }) => `${verdict.padEnd(5)}  ${what.padEnd(width)}  ${printable(detail)}`),
    bad === 0 ? 'All is well.' : `${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong.`,
  ];
}
