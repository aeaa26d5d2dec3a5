import { loadConfig } from '@elias/config';
import { EliasError } from '@elias/errors';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { OrchestratorApi, orchestratorSettings } from '../terminal/orchestrator-api.js';
import { printLines } from '../terminal/print-lines.js';
import { timeOption } from '../terminal/time-option.js';
import { wholeNumber } from '../terminal/whole-number.js';
import { withKafkaAndPostgres } from '../terminal/with-kafka-and-postgres.js';
import { DeadLetterStore } from './dead-letter-store.js';
import type { Letter, LetterFilter } from './letter.js';
import { countLines, LetterCounts, letterDetail, letterLines, settledLines } from './letter-lines.js';
import { drop, redrive } from './settle-letters.js';
import type { Settled, SettlingParts } from './settle-letters.js';

interface FilterOptions {
  group?: string;
  reason?: string;
  since?: number;
  until?: number;
  json?: true;
}

/** No letter has this id, or nothing says which letters are meant. */
class LettersNotNamedError extends EliasError {
  override readonly name = 'LettersNotNamedError';
  readonly code = 'ELIAS_LETTERS_NOT_NAMED';
  readonly disposition = 'stop';
}

/** Most letters that are dealt with by one call. */
const SETTLED_MAX = 10_000;

const EXAMPLES = `
Examples:
  elias dlq list                              how many, by group and reason
  elias dlq list --each --group elias-archiver --since 2d
  elias dlq show elias-archiver/0/12
  elias dlq redrive elias-collector/0/3       back to the group that refused it
  elias dlq redrive --group elias-rds-loader --reason wrong-hash
  elias dlq drop elias-collector/0/4 --because "asked for by a test"

A record of a topic of windows is not sent again: the window is asked for.
${EXIT_CODES_HELP}`;

/** `elias dlq`: what services could not process, and what becomes of it. */
export function addDeadLetters(program: Command, context: CommandContext): void {
  const dlq = program.command('dlq').description('records that a service could not process').addHelpText('after', EXAMPLES);

  filtered(dlq.command('list').description('count them by group and reason, or list each'))
    .option('--each', 'one line for each letter')
    .option('--all', 'also those that are settled')
    .option('--limit <letters>', 'most letters that are listed', wholeNumber, 50)
    .action((options: FilterOptions & { each?: true; all?: true; limit: number }) =>
      withStores(context, ({ store }) => list(store, options)),
    );

  dlq
    .command('show')
    .description('all that is known of one letter')
    .argument('<letter>', 'its id as `list --each` prints it')
    .option('--json', 'print it as JSON')
    .action((id: string, options: { json?: true }) =>
      withStores(context, async ({ store }) => {
        const letter = await named(store, id);
        printLines(options.json === true ? [JSON.stringify(asJson(letter))] : letterDetail(letter));
      }),
    );

  filtered(dlq.command('redrive').description('send letters back to the group that refused them'))
    .argument('[letter...]', 'ids; without them --group says which')
    .option('--insist', 'also letters that came back often')
    .action((ids: string[], options: FilterOptions & { insist?: true }) =>
      withStores(context, async ({ store, parts }) => {
        const settling = parts();
        await settleEach(await meant(store, ids, options), options, (letter) => redrive(letter, settling, options.insist === true));
      }),
    );

  filtered(dlq.command('drop').description('note that nobody has to look at letters any more'))
    .argument('[letter...]', 'ids; without them --group says which')
    .requiredOption('--because <text>', 'why, for whoever asks later')
    .action((ids: string[], options: FilterOptions & { because: string }) =>
      withStores(context, async ({ store }) => {
        const settling = { settle: store.settle.bind(store) };
        await settleEach(await meant(store, ids, options), options, (letter) => drop(letter, settling, options.because));
      }),
    );
}

function filtered(command: Command): Command {
  return command
    .option('--group <group>', 'of one consumer group')
    .option('--reason <reason>', 'put aside for one reason, e.g. wrong-hash')
    .option('--since <time>', 'put aside since: an instant, a day, or 90m, 2h, 3d', (text) => timeOption(text))
    .option('--until <time>', 'put aside before', (text) => timeOption(text))
    .option('--json', 'print JSON');
}

async function list(store: DeadLetterStore, options: FilterOptions & { each?: true; all?: true; limit: number }): Promise<void> {
  const counts = new LetterCounts();
  const letters: Letter[] = [];
  let more = 0;
  const foreign = await store.read(filterOf(options), (letter) => {
    if (letter.settledAs !== null && options.all !== true && options.each === true) return;
    counts.add(letter);
    if (options.each !== true) return;
    if (letters.length < options.limit) letters.push(letter);
    else more += 1;
  });
  if (options.json === true) {
    const by_reason = counts.all().map(({ group, reason, open, settled, firstAtMs, lastAtMs }) => {
      return { group, reason, open, settled, first_at: new Date(firstAtMs).toISOString(), last_at: new Date(lastAtMs).toISOString() };
    });
    return printLines([JSON.stringify({ by_reason, ...(options.each === true ? { letters: letters.map(asJson), more } : {}), foreign })]);
  }
  const width = process.stdout.columns;
  printLines(options.each === true ? letterLines(letters, more, width) : countLines(counts.all(), width));
  if (foreign > 0) printLines([`${foreign} records there are no dead letters of Elias.`]);
}

async function meant(store: DeadLetterStore, ids: readonly string[], options: FilterOptions): Promise<Letter[]> {
  if (ids.length > 0) return Promise.all(ids.map((id) => named(store, id)));
  if (options.group === undefined) throw new LettersNotNamedError('name letters by their ids, or say which by --group');
  const letters: Letter[] = [];
  await store.read(filterOf(options), (letter) => {
    if (letter.settledAs === null && letters.length < SETTLED_MAX) letters.push(letter);
  });
  return letters;
}

async function named(store: DeadLetterStore, id: string): Promise<Letter> {
  try {
    const letter = await store.find(id);
    if (letter !== null) return letter;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LettersNotNamedError(error.message);
  }
  throw new LettersNotNamedError(`there is no dead letter ${id}; \`elias dlq list --each\` lists them`);
}

/** One by one, so that each stands before the next is touched. */
async function settleEach(letters: readonly Letter[], options: FilterOptions, settle: (letter: Letter) => Promise<Settled>): Promise<void> {
  const settled: Settled[] = [];
  for (const letter of letters) settled.push(await settle(letter));
  const json = settled.map(({ letter, settledAs, problem }) => ({ letter: letter.id, settled_as: settledAs, problem }));
  printLines(options.json === true ? [JSON.stringify({ letters: json })] : settledLines(settled));
  if (settled.some(({ problem }) => problem !== null)) process.exitCode = EXIT.not;
}

interface Stores {
  store: DeadLetterStore;
  /** @throws ConfigError when the orchestrator is not set */
  parts: () => SettlingParts;
}

function withStores(context: CommandContext, use: (stores: Stores) => Promise<void>): Promise<void> {
  return withKafkaAndPostgres(context, (kafka, postgres) => {
    const store = new DeadLetterStore(kafka, postgres);
    const parts = (): SettlingParts => {
      const producer = kafka.producer();
      return {
        send: (record) => producer.send([record]),
        recordAt: store.recordAt.bind(store),
        settle: store.settle.bind(store),
        askAgain: (window) => {
          const { ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN } = loadConfig(z.object(orchestratorSettings), context.settings());
          return new OrchestratorApi(ORCHESTRATOR_URL, ORCHESTRATOR_API_TOKEN).startRun(window);
        },
      };
    };
    return use({ store, parts });
  });
}

function filterOf({ group, reason, since, until }: FilterOptions): LetterFilter {
  return { group, reason, sinceMs: since, untilMs: until };
}

function asJson({ id, told, putAsideAtMs, settledAs, record }: Letter): object {
  const { group, topic, partition, offset, key, reason, cause, attempts } = told;
  const origin = { topic, partition, offset, key, type: record.headers['ce_type'] ?? null };
  return { id, group, reason, cause, attempts, origin, put_aside_at: new Date(putAsideAtMs).toISOString(), settled_as: settledAs };
}
