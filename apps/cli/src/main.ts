import { join } from 'node:path';
import { loadConfig } from '@elias/config';
import { ObjectStore, objectStoreSettings } from '@elias/object-store';
import { postgresConnection, migratePostgres, Postgres, postgresSettings } from '@elias/postgres';
import { migrateRedshift, RedshiftData, redshiftSettings, redshiftTarget } from '@elias/redshift';
import { createLogger } from '@elias/telemetry';
import { Command } from 'commander';
import { z } from 'zod';
import { addAudit } from './audit/add-audit.js';
import { addBackfill } from './backfill/add-backfill.js';
import { compareWindows } from './compare-windows.js';
import { comparisonLines } from './comparison-lines.js';
import { addDataset } from './dataset/add-dataset.js';
import { addDeadLetters } from './dead-letters/add-dlq.js';
import { addDoctor } from './doctor/add-doctor.js';
import { addProducts } from './products/add-products.js';
import { addQuery } from './query/add-query.js';
import { addReplay } from './replay/add-replay.js';
import { stackSettings } from './stack-settings.js';
import { addRevisions } from './revisions/add-revisions.js';
import { addStatus } from './status/add-status.js';
import { addMendTopics } from './topics/add-mend-topics.js';
import { runCommand } from './terminal/run-command.js';
import { postgresStore, redshiftStore } from './window-stores.js';

const logger = createLogger({ app: 'cli', level: process.env['LOG_LEVEL'] ?? 'warn' });

const program = new Command('elias')
  .description('Elias: crypto market data, nothing lost, nothing doubled, no gap unexplained.')
  .option('--state <dir>', 'state directory of a local stack, used for settings that the environment lacks', '.elias')
  .showHelpAfterError();

program
  .command('migrate')
  .description('bring the tables of Postgres and Redshift to this version')
  .action(async () => {
    const config = loadConfig(z.object({ ...postgresSettings, ...redshiftSettings }), environment());
    const applied = await migratePostgres(postgresConnection(config), logger);
    const redshift = new RedshiftData({ region: config.AWS_REGION, target: redshiftTarget(config) });
    const inRedshift = await migrateRedshift(redshift, logger);
    redshift.close();
    process.stdout.write(`Postgres: ${applied.join(', ') || 'up to date'}\nRedshift: ${inRedshift.join(', ') || 'up to date'}\n`);
  });

program
  .command('compare')
  .description('compare windows value by value in the archive, Redshift and Postgres; exit 1 unless all are equal')
  .argument('<window...>', 'names of windows, e.g. candles/60/BTC-USD/2023-12-01; - reads them from standard input, one a line')
  .option('--json', 'print the comparison as JSON')
  .action(async (names: string[], options: { json?: true }) => {
    const config = loadConfig(z.object({ ...objectStoreSettings, ...postgresSettings, ...redshiftSettings }), environment());
    const bucket = new ObjectStore({ region: config.AWS_REGION, endpoint: config.S3_ENDPOINT, bucket: config.ARCHIVE_BUCKET });
    const postgres = new Postgres({ ...postgresConnection(config), applicationName: 'elias-cli', logger });
    const redshift = new RedshiftData({ region: config.AWS_REGION, target: redshiftTarget(config) });
    const windowIds = names.length === 1 && names[0] === '-' ? await linesOfStandardInput() : names;
    const stores = { bucket, prefix: config.ARCHIVE_PREFIX, redshift: redshiftStore(redshift), rds: postgresStore(postgres) };
    const windows = await compareWindows(windowIds, stores);
    bucket.close();
    redshift.close();
    await postgres.close();
    const equal = windows.length > 0 && windows.every((window) => window.equal);
    process.stdout.write(options.json === true ? `${JSON.stringify({ windows, equal })}\n` : `${comparisonLines(windows).join('\n')}\n`);
    process.exitCode = equal ? 0 : 1;
  });

const context = { settings: environment, logger };
addAudit(program, context);
addBackfill(program, context);
addProducts(program, context);
addQuery(program, context);
addDeadLetters(program, context);
addRevisions(program, context);
addReplay(program, context);
addDataset(program, context);
addMendTopics(program, context);
addStatus(program, context);
addDoctor(program, context);

/** The environment, and a local stack's settings where it names no Postgres of its own. */
function environment(): NodeJS.ProcessEnv {
  if (process.env['POSTGRES_URL'] !== undefined) return process.env;
  const env = stackSettings(join(program.opts<{ state: string }>().state, 'stack.json'), process.env);
  Object.assign(process.env, env);
  return env;
}

async function linesOfStandardInput(): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}

await runCommand(program);
