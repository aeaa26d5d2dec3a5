import { loadConfig } from '@elias/config';
import { decodeEvent } from '@elias/contracts';
import { recordsOfFrames } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { postgresConnection, Postgres } from '@elias/postgres';
import { createLogger, runMain } from '@elias/telemetry';
import { spoolFolder } from '@elias/window-parts';
import { RecordLanes } from './record-lanes.js';
import { ReplayLoader } from './replay-loader.js';
import { replayConfig } from './replay.config.js';

const QUEUED_BYTES_MAX = 16 * 1024 * 1024;

/**
 * The loader for a replay, started by `elias replay` with a channel to it: records come by standard input, framed, into the schema that the
 * one argument names; answers go by the channel. Ends with 0 once all that came is in the tables.
 */
await runMain(async () => {
  const schema = process.argv[2] ?? '';
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) throw new RangeError('the one argument is the schema to load into');
  const config = loadConfig(replayConfig);
  const logger = createLogger({ app: 'rds-loader', level: config.LOG_LEVEL });
  const lanes = config.RDS_LOADER_PARTITIONS_AT_ONCE;
  const postgres = new Postgres({ ...postgresConnection(config), poolSize: lanes, applicationName: 'elias-replay', logger });
  const archives = new ObjectStore({ region: config.AWS_REGION, endpoint: config.S3_ENDPOINT, bucket: config.ARCHIVE_BUCKET });
  const loader = new ReplayLoader({
    ...{ postgres, archives, schema, logger, archivePrefix: config.ARCHIVE_PREFIX },
    transactionBytes: config.RDS_LOADER_TRANSACTION_BYTES,
    fetchesAtOnce: config.RDS_LOADER_FETCHES_AT_ONCE,
    spoolFolder: spoolFolder(config.WINDOW_SPOOL_DIR, 'rds-loader-replay'),
    onAnswers: (told) => {
      const answers = told.flatMap(({ value, headers }) => {
        const decoded = decodeEvent({ value: Buffer.from(value), headers });
        return decoded.kind === 'ok' ? [decoded.value] : [];
      });
      process.send?.({ answers });
    },
  });
  const batchBytesMax = config.RDS_LOADER_TRANSACTION_BYTES;
  const queue = new RecordLanes({ lanes, batchBytesMax, queuedBytesMax: QUEUED_BYTES_MAX, handle: (records) => loader.load(records) });
  try {
    for await (const records of recordsOfFrames(process.stdin)) await queue.add(records);
    await queue.end();
  } finally {
    loader.close();
    archives.close();
    await postgres.close();
  }
  process.disconnect?.();
});
