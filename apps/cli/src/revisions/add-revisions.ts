import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '@elias/config';
import { windowTopic } from '@elias/contracts';
import { partitionOf, placeRecord } from '@elias/kafka';
import { parseWindowId, windowId } from '@elias/market-data';
import type { Window } from '@elias/market-data';
import { ObjectStore, objectStoreSettings } from '@elias/object-store';
import type { Postgres } from '@elias/postgres';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import { wholeNumber } from '../terminal/whole-number.js';
import { withKafkaAndPostgres } from '../terminal/with-kafka-and-postgres.js';
import { diffRows } from './diff-rows.js';
import { changeLines, rankedViews, revisionDetail, revisionLines, revisionView } from './revision-lines.js';
import type { RevisionView } from './revision-lines.js';
import { RevokeRefusedError, revokeRevision } from './revoke-revision.js';
import type { Revoked, RevokeParts } from './revoke-revision.js';
import { sealedRevisions } from './sealed-revisions.js';
import type { SealedRevision } from './sealed-revisions.js';

const EXAMPLES = `
Examples:
  elias revisions list candles/60/BTC-USD/2023-12-01
  elias revisions show candles/60/BTC-USD/2023-12-01 3f9a1c07
  elias revisions diff candles/60/BTC-USD/2023-12-01 3f9a1c07 8e02d5b1
  elias revisions revoke candles/60/BTC-USD/2023-12-01 8e02d5b1 \\
    --because "the exchange served a broken page"

A revision is named by its collection, or the last 8 digits of it.
diff ends with 1 when rows differ; revoke with 1 while it is not noted yet.
${EXIT_CODES_HELP}`;

/** Postgres is asked so often whether a withdrawal is noted, and for so long, milliseconds. */
const ASKED_EVERY_MS = 250;
const NOTED_WITHIN_MS = 60_000;

/** `elias revisions`: every telling of a window. */
export function addRevisions(program: Command, context: CommandContext): void {
  const revisions = program.command('revisions').description('every telling of a window').addHelpText('after', EXAMPLES);

  revisions
    .command('list')
    .description('what lies in the bucket of it, the best first')
    .argument('<window>', 'e.g. candles/60/BTC-USD/2023-12-01', windowOf)
    .option('--json', 'print JSON')
    .action((window: Window, options: { json?: true }) =>
      withBucket(context, async (bucket, prefix) => {
        const views = await viewsOf(window, bucket, prefix);
        printLines(
          options.json === true
            ? [JSON.stringify({ window: windowId(window), revisions: views })]
            : revisionLines(views, process.stdout.columns),
        );
      }),
    );

  revisions
    .command('show')
    .description('all that is known of one')
    .argument('<window>', 'its name', windowOf)
    .argument('<revision>', 'its collection', collectionOf)
    .option('--json', 'print JSON')
    .action((window: Window, collection: string, options: { json?: true }) =>
      withBucket(context, async (bucket, prefix) => {
        const view = oneOf(window, collection, await viewsOf(window, bucket, prefix), ({ collection_id }) => collection_id);
        printLines(options.json === true ? [JSON.stringify({ window: windowId(window), revision: view })] : revisionDetail(window, view));
      }),
    );

  revisions
    .command('diff')
    .description('rows that differ between two, old and new')
    .argument('<window>', 'its name', windowOf)
    .argument('<old>', 'a collection', collectionOf)
    .argument('<new>', 'another', collectionOf)
    .option('--limit <rows>', 'most rows that are printed', wholeNumber, 50)
    .option('--json', 'print JSON')
    .action((window: Window, old: string, young: string, options: { limit: number; json?: true }) =>
      withBucket(context, async (bucket, prefix) => {
        const csvs: { id: string; csv: Buffer }[] = [];
        for await (const { opened } of sealedRevisions(window, bucket, prefix)) {
          const id = opened.manifest.revision.collectionId;
          if (id.endsWith(old) || id.endsWith(young)) csvs.push({ id, csv: opened.csv });
        }
        const csvOf = (collection: string): Buffer => oneOf(window, collection, csvs, ({ id }) => id).csv;
        const changes = diffRows(window.dataset, csvOf(old), csvOf(young));
        printLines(options.json === true ? [JSON.stringify({ window: windowId(window), changes })] : changeLines(changes, options.limit));
        process.exitCode = changes.length === 0 ? EXIT.done : EXIT.not;
      }),
    );

  revisions
    .command('revoke')
    .description('withdraw one for ever; the best remaining one becomes current')
    .argument('<window>', 'its name', windowOf)
    .argument('<revision>', 'its collection', collectionOf)
    .requiredOption('--because <text>', 'why, for whoever asks later')
    .option('--json', 'print JSON')
    .action((window: Window, collection: string, options: { because: string; json?: true }) =>
      withRevoking(context, async (parts) => {
        const revoked = await revokeRevision(window, collection, options.because, parts);
        printLines(options.json === true ? [JSON.stringify(revokedJson(window, revoked))] : revokedLines(revoked));
        process.exitCode = revoked.noted ? EXIT.done : EXIT.not;
      }),
    );
}

async function viewsOf(window: Window, bucket: ObjectStore, prefix: string): Promise<RevisionView[]> {
  const views: Omit<RevisionView, 'current'>[] = [];
  for await (const sealed of sealedRevisions(window, bucket, prefix)) views.push(revisionView(sealed, bucket.bucket));
  return rankedViews(views);
}

function oneOf<T>(window: Window, collection: string, all: readonly T[], idOf: (one: T) => string): T {
  const found = all.filter((one) => idOf(one).endsWith(collection));
  if (found.length === 1) return found[0]!;
  const what = found.length === 0 ? 'no sealed revision' : 'more than one revision';
  throw new RevokeRefusedError(`${what} of ${windowId(window)} is of the collection ${collection}`);
}

const idOf = (sealed: SealedRevision | null): string | null => sealed?.opened.manifest.revision.collectionId ?? null;

function revokedJson(window: Window, { sealed, remaining, noted }: Revoked): object {
  return { window: windowId(window), revoked: idOf(sealed), remaining: idOf(remaining), noted };
}

function revokedLines({ sealed, remaining, noted }: Revoked): string[] {
  const left = idOf(remaining);
  const now =
    left === null ? 'No other is left: its rows go from both stores.' : `${left.slice(-8)} is published again and becomes current.`;
  const late = `rds-loader has not noted it in ${NOTED_WITHIN_MS / 1_000} s. The same command again goes on.`;
  return [`${idOf(sealed)!.slice(-8)} is revoked.`, noted ? now : late];
}

async function withBucket({ settings }: CommandContext, use: (bucket: ObjectStore, prefix: string) => Promise<void>): Promise<void> {
  const config = loadConfig(z.object(objectStoreSettings), settings());
  const { AWS_REGION: region, S3_ENDPOINT: endpoint, ARCHIVE_BUCKET, ARCHIVE_PREFIX, ARCHIVE_KMS_KEY_ID: kmsKeyId } = config;
  const bucket = new ObjectStore({ region, endpoint, bucket: ARCHIVE_BUCKET, kmsKeyId });
  try {
    await use(bucket, ARCHIVE_PREFIX);
  } finally {
    bucket.close();
  }
}

function withRevoking(context: CommandContext, use: (parts: RevokeParts) => Promise<void>): Promise<void> {
  return withBucket(context, (bucket, prefix) =>
    withKafkaAndPostgres(context, (kafka, postgres) => {
      const producer = kafka.producer();
      return use({
        ...{ bucket, prefix, nowMs: Date.now, newId: uuidv7 },
        send: (record) => producer.send([placeRecord(record)]),
        forget: async (window) => {
          // parts of trades go by their age
          if (window.dataset === 'trades') return;
          const { name: topic, partitions } = windowTopic(window.dataset);
          await producer.send([{ topic, key: windowId(window), partition: partitionOf(window.productId, partitions), value: null }]);
        },
        noted: (window, collectionId) => isNoted(postgres, windowId(window), collectionId),
      });
    }),
  );
}

async function isNoted(postgres: Postgres, id: string, collectionId: string): Promise<boolean> {
  for (const untilMs = performance.now() + NOTED_WITHIN_MS; performance.now() < untilMs; await sleep(ASKED_EVERY_MS)) {
    const rows = await postgres.query(`SELECT 1 FROM market.revocations WHERE window_id = $1 AND collection_id = $2`, [id, collectionId]);
    if (rows.length > 0) return true;
  }
  return false;
}

function windowOf(text: string): Window {
  try {
    return parseWindowId(text);
  } catch {
    throw new InvalidArgumentError('The name of a window, e.g. candles/60/BTC-USD/2023-12-01.');
  }
}

function collectionOf(text: string): string {
  if (!/^[0-9a-f-]{8,36}$/.test(text)) throw new InvalidArgumentError('A collection id, or its last 8 digits.');
  return text;
}
