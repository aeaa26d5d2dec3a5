import { loadConfig } from '@elias/config';
import { postgresConnection, Postgres, postgresSettings } from '@elias/postgres';
import { RedshiftData, redshiftSettings, redshiftTarget } from '@elias/redshift';
import type { Logger } from '@elias/telemetry';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import type { QueryResult } from './query-stores.js';
import { postgresQueries, redshiftQueries } from './query-stores.js';
import { RESULT_FORMATS, resultLines } from './result-lines.js';
import type { ResultFormat } from './result-lines.js';
import { queryText } from './sql-query.js';

interface QueryOptions {
  store: 'rds' | 'redshift';
  format: ResultFormat;
  json?: true;
  limit: number;
}

const LIMIT_MAX = 1_000_000;

const EXAMPLES = `
Examples:
  elias query "select product_id, count(*) from market.candles group by 1"
  elias query "select * from market.discounts_7d order by 1 desc, 2" --limit 5
  elias query "select count(*) from market.candles" --store redshift --json

${EXIT_CODES_HELP}`;

/** `elias query`: what the stores hold, for people and scripts. */
export function addQuery(program: Command, { settings, logger }: CommandContext): void {
  program
    .command('query')
    .description('run one query in Postgres (in a transaction that cannot write) or Redshift')
    .argument('<sql>', 'SELECT, WITH, VALUES or TABLE')
    .addOption(new Option('--store <store>', 'rds, or redshift, which wakes the warehouse').choices(['rds', 'redshift']).default('rds'))
    .addOption(new Option('--format <format>', 'how the rows are printed').choices([...RESULT_FORMATS]).default('table'))
    .option('--json', 'the same as --format json')
    .option('--limit <rows>', 'most rows that are printed', rowLimit, 1_000)
    .addHelpText('after', EXAMPLES)
    .action(async (text: string, options: QueryOptions) => {
      const sql = queryText(text);
      const env = settings();
      const result =
        options.store === 'rds' ? await inPostgres(sql, options.limit, env, logger) : await inRedshift(sql, options.limit, env);
      const format = options.json === true ? 'json' : options.format;
      printLines(resultLines(result, format, process.stdout.columns));
    });
}

async function inPostgres(sql: string, limit: number, env: NodeJS.ProcessEnv, logger: Logger): Promise<QueryResult> {
  const config = loadConfig(z.object(postgresSettings), env);
  const postgres = new Postgres({ ...postgresConnection(config), applicationName: 'elias-cli', logger });
  try {
    return await postgresQueries(postgres).run(sql, limit);
  } finally {
    await postgres.close();
  }
}

async function inRedshift(sql: string, limit: number, env: NodeJS.ProcessEnv): Promise<QueryResult> {
  const config = loadConfig(z.object(redshiftSettings), env);
  const redshift = new RedshiftData({ region: config.AWS_REGION, target: redshiftTarget(config) });
  try {
    return await redshiftQueries(redshift).run(sql, limit);
  } finally {
    redshift.close();
  }
}

function rowLimit(text: string): number {
  const rows = Number(text);
  if (!Number.isInteger(rows) || rows < 1 || rows > LIMIT_MAX) throw new InvalidArgumentError(`A whole number from 1 to ${LIMIT_MAX}.`);
  return rows;
}
