import { randomBytes } from 'node:crypto';
import { loadConfig } from '@elias/config';
import { recordsOfFrames } from '@elias/kafka';
import type { ConsumedRecord } from '@elias/kafka';
import { ObjectStore } from '@elias/object-store';
import { RedshiftData, redshiftTarget } from '@elias/redshift';
import { createLogger, runMain } from '@elias/telemetry';
import { ReplayLoader } from './replay-loader.js';
import { replayConfig } from './replay.config.js';

/**
 * The loader for a replay, started by `elias replay` with a channel to it: events of archives come by standard input, framed, into the schema
 * that the one argument names; answers go by the channel. Ends with 0 once all that came is in the tables.
 */
await runMain(async () => {
  const schema = process.argv[2] ?? '';
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(schema)) throw new RangeError('the one argument is the schema to load into');
  const config = loadConfig(replayConfig);
  const logger = createLogger({ app: 'warehouse-loader', level: config.LOG_LEVEL });
  const { AWS_REGION: region, S3_ENDPOINT: endpoint, ARCHIVE_BUCKET: bucket, ARCHIVE_KMS_KEY_ID: kmsKeyId } = config;
  const objects = new ObjectStore({ region, endpoint, bucket, kmsKeyId });
  const data = new RedshiftData({ region, target: redshiftTarget(config) });
  const loader = new ReplayLoader({
    ...{ data, objects, schema, logger, prefix: config.ARCHIVE_PREFIX, replayId: randomBytes(8).toString('hex') },
    copyRoleArn: config.REDSHIFT_COPY_ROLE_ARN ?? null,
    onAnswers: (answers) => process.send?.({ answers }),
  });
  let waiting: ConsumedRecord[] = [];
  let bytes = 0;
  const load = async (): Promise<void> => {
    const records = waiting;
    waiting = [];
    bytes = 0;
    await loader.load(records);
  };
  try {
    for await (const records of recordsOfFrames(process.stdin)) {
      for (const record of records) {
        waiting.push(record);
        bytes += archiveBytes(record);
        if (waiting.length >= config.WAREHOUSE_LOAD_WINDOWS_MAX || bytes >= config.WAREHOUSE_LOAD_BYTES_MAX) await load();
      }
    }
    await load();
  } finally {
    objects.close();
    data.close();
  }
  process.disconnect?.();
});

/** Size of the archive that an event tells of, which a load holds in memory. */
function archiveBytes({ value }: ConsumedRecord): number {
  return Number(/"bytes":(\d+)/.exec(String(value))?.[1] ?? 0);
}
