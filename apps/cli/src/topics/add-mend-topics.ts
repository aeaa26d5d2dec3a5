import { loadConfig } from '@elias/config';
import { ensureTopics, KafkaClient, kafkaConnection, kafkaSettings } from '@elias/kafka';
import type { Command } from 'commander';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { productsOption } from '../replay/add-replay.js';
import { withArchives } from '../replay/with-archives.js';
import type { CommandContext } from '../terminal/command-context.js';
import { EXIT, EXIT_CODES_HELP } from '../terminal/exit-codes.js';
import { printLines } from '../terminal/print-lines.js';
import { COMPACTED, mendTopics } from './mend-topics.js';
import type { Mended } from './mend-topics.js';

const EXAMPLES = `
Examples:
  elias mend-topics --dry-run
  elias mend-topics --products BTC-USD

A compacted topic keeps the last record of each window for ever. Where that
is not the current revision, it is published again from its archive, with
origin replay, or a null value where none is left. Loaders that have it
change nothing.
${EXIT_CODES_HELP}
With --dry-run, 1 where something is to be mended.`;

/** `elias mend-topics`: the topics hold what is current. */
export function addMendTopics(program: Command, context: CommandContext): void {
  program
    .command('mend-topics')
    .description('publish again what the compacted topics do not hold as their last record')
    .option('--products <ids>', 'of these products alone, comma separated', productsOption)
    .option('--dry-run', 'print what would be published')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action((options: { products?: string[]; dryRun?: true; json?: true }) =>
      withArchives(context, async (bucket, prefix) => {
        const connection = kafkaConnection(loadConfig(z.object(kafkaSettings), context.settings()));
        const kafka = new KafkaClient({ ...connection, clientId: 'elias-mend', logger: context.logger });
        try {
          await ensureTopics(kafka, COMPACTED);
          const filter = { dataset: null, products: options.products ?? null, granularity: null, fromMs: null, toMs: null };
          const ids = { requestId: uuidv7(), runId: uuidv7() };
          const dryRun = options.dryRun === true;
          const mended = await mendTopics({ kafka, producer: kafka.producer(), bucket, prefix, filter, ids, dryRun });
          printLines(options.json === true ? [JSON.stringify(mended)] : mendedLines(mended, dryRun));
          const open = dryRun && mended.published.length + mended.forgotten.length > 0;
          process.exitCode = open || mended.corrupt.length > 0 ? EXIT.not : EXIT.done;
        } finally {
          await kafka.close();
        }
      }),
    );
}

function mendedLines({ looked, published, forgotten, corrupt }: Mended, dryRun: boolean): string[] {
  return [
    ...published.map((id) => `${id}  published`),
    ...forgotten.map((id) => `${id}  forgotten`),
    ...corrupt.map((key) => `${key}  is corrupt`),
    `${published.length + forgotten.length} of ${looked} windows ${dryRun ? 'are to be mended' : 'were mended'}.`,
  ];
}
