import { ObjectStore } from '@elias/object-store';
import { until } from '../support/service-process.js';
import { StackReaders } from '../support/stack-readers.js';
import type { DrillStack } from './drill-stack.js';
import { waitUntilQuiet } from './wait-until-quiet.js';

const QUIET_WITHIN_MS = 60_000;
const SWEPT_WITHIN_MS = 30_000;
const LEDGER = "SELECT window_id, collection_id, csv_sha256, row_count FROM market.load_ledger WHERE state = 'loaded' ORDER BY window_id";

/** What a whole drill left behind. */
export interface WholeAudit {
  archives: number;
  windows: number;
  rows: number;
  complaints: string[];
}

/** After the last case, all cases together: no row twice, ledgers that agree, no object that is nobody's, nothing staged. */
export async function auditEverything(stack: DrillStack): Promise<WholeAudit> {
  await waitUntilQuiet(stack, QUIET_WITHIN_MS);
  const readers = await StackReaders.open(stack.addresses);
  const store = bucketOf(stack);
  try {
    const complaints: string[] = [];
    const twice = await readers.query(`SELECT product_id, granularity, started_at, count(*) AS times FROM market.candles
      GROUP BY product_id, granularity, started_at HAVING count(*) > 1`);
    if (twice.length > 0) complaints.push(`${twice.length} rows stand more than once in Redshift, first ${JSON.stringify(twice[0])}`);

    const redshift = await readers.query(LEDGER);
    const { rows: postgres } = await readers.postgres.query<Record<string, unknown>>(LEDGER);
    const line = (row: Record<string, unknown>): string => Object.values(row).join(' ');
    const [inRedshift, inPostgres] = [redshift, postgres].map((rows) => new Set(rows.map(line)));
    const differing = [...inRedshift!]
      .filter((row) => !inPostgres!.has(row))
      .concat([...inPostgres!].filter((row) => !inRedshift!.has(row)));
    if (differing.length > 0) complaints.push(`the ledgers differ in ${differing.length} rows, first ${differing[0]}`);

    const [{ rows = '0' } = {}] = await readers.query('SELECT count(*) AS rows FROM market.candles');
    const counted = redshift
      .filter(({ window_id }) => window_id!.startsWith('candles/'))
      .reduce((sum, { row_count }) => sum + Number(row_count), 0);
    if (Number(rows) !== counted) complaints.push(`Redshift has ${rows} rows, its ledger counts ${counted}`);

    const archives = (await keysOf(store, '')).filter((key) => key.endsWith('.zip'));
    const told = await readers.postgres.query<{ key: string }>(
      `SELECT fact -> 'archive' ->> 'key' AS key FROM pipeline.facts WHERE stage = 'sealed'`,
    );
    const known = new Set(told.rows.map(({ key }) => key));
    const orphans = archives.filter((key) => !known.has(key));
    if (orphans.length > 0) complaints.push(`${orphans.length} archives are nobody's, first ${orphans[0]}`);
    const missing = [...known].filter((key) => !archives.includes(key));
    if (missing.length > 0) complaints.push(`${missing.length} archives that were announced are not there, first ${missing[0]}`);

    const leftovers = await sweptLeftovers(stack, store);
    if (leftovers.length > 0) complaints.push(`${leftovers.length} staged files are left, first ${leftovers[0]}`);
    return { archives: archives.length, windows: redshift.length, rows: Number(rows), complaints };
  } finally {
    store.close();
    await readers.close();
  }
}

/** What killed loaders staged the next start of one removes, once it is old enough. @returns what is left then */
async function sweptLeftovers(stack: DrillStack, store: ObjectStore): Promise<string[]> {
  const name = 'warehouse-loader-2';
  await stack.startService('warehouse-loader', name, undefined, { WAREHOUSE_STAGING_KEEP_MS: '1' });
  let left: string[] = [];
  try {
    await until(
      async () => (left = await keysOf(store, '_loads/')).length === 0,
      SWEPT_WITHIN_MS,
      () => '',
    ).catch(() => undefined);
  } finally {
    await stack.stopService(name);
  }
  return left;
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

function bucketOf({ addresses: { s3 } }: DrillStack): ObjectStore {
  const credentials = { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key };
  return new ObjectStore({ region: s3.region, endpoint: s3.endpoint, bucket: s3.bucket, credentials });
}
