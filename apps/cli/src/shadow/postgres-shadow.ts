import {
  columnNames,
  DATASET_MODELS,
  LOAD_LEDGER_MODEL,
  MARKET_SCHEMA,
  placeConditions,
  postgresTableIn,
  REVOCATIONS_MODEL,
} from '@elias/contracts';
import { compareRevisions, parseWindowId } from '@elias/market-data';
import type { Dataset, Revision, Window } from '@elias/market-data';
import type { PoolClient, Postgres } from '@elias/postgres';
import { ReplayRefusedError } from '../replay/replay-item.js';
import type { WindowStore } from '../stored-window.js';
import { postgresStore } from '../window-stores.js';
import type { Promoted, ShadowStore } from './shadow-store.js';
import { SHADOW_MARK } from './shadow-store.js';

const LEDGER = LOAD_LEDGER_MODEL.name;
const MODELS = [...Object.values(DATASET_MODELS), LOAD_LEDGER_MODEL, REVOCATIONS_MODEL];

interface LedgerRow {
  window_id: string;
  unknown_periods: number;
  open_periods: number;
  collected_at: Date;
  collection_id: string;
  state: string;
}

export class PostgresShadow implements ShadowStore {
  readonly name = 'Postgres';

  constructor(private readonly postgres: Postgres) {}

  async prepare(schema: string): Promise<void> {
    const state = await this.stateOf(schema);
    if (state === 'shadow') return;
    if (state === 'foreign') throw new ReplayRefusedError(`Postgres has a schema ${schema} that no replay made`);
    await this.postgres.transaction(async (client) => {
      await client.query(`CREATE SCHEMA ${schema}`);
      for (const model of MODELS) await client.query(postgresTableIn(schema, model));
      await client.query(`CREATE TABLE ${schema}.${SHADOW_MARK} (made_at TIMESTAMPTZ NOT NULL DEFAULT now())`);
    });
  }

  async drop(schema: string): Promise<void> {
    await this.mustBeShadow(schema);
    await this.postgres.query(`DROP SCHEMA ${schema} CASCADE`);
  }

  async windowIds(schema: string): Promise<string[]> {
    await this.mustBeShadow(schema);
    const rows = await this.postgres.query<{ window_id: string }>(`SELECT window_id FROM ${schema}.${LEDGER} ORDER BY window_id`);
    return rows.map(({ window_id }) => window_id);
  }

  read(schema: string): WindowStore {
    return postgresStore(this.postgres, schema);
  }

  /**
   * Takes the ledger rows of all its windows first, in the order that the loaders take theirs, so that none of them is loaded meanwhile.
   * What stood before lies in the shadow afterwards.
   */
  async promote(schema: string): Promise<Promoted> {
    await this.mustBeShadow(schema);
    return this.postgres.transaction(async (client) => {
      const shadow = await lockedLedger(client, schema, null);
      const ids = shadow.filter(({ state }) => state === 'loaded').map(({ window_id }) => window_id);
      const columns = columnNames(LOAD_LEDGER_MODEL);
      await client.query(
        `INSERT INTO ${MARKET_SCHEMA}.${LEDGER} (${columns.join(', ')})
         SELECT ${columns.map((name) => (name === 'state' ? `'new'` : name)).join(', ')} FROM ${schema}.${LEDGER}
         WHERE window_id = ANY ($1::text[]) ORDER BY window_id ON CONFLICT (window_id) DO NOTHING`,
        [ids],
      );
      const real = new Map((await lockedLedger(client, MARKET_SCHEMA, ids)).map((row) => [row.window_id, row]));
      const withdrawn = await withdrawnOf(client, ids);
      const isKept = (row: LedgerRow): boolean => withdrawn.has(placeOf(row)) || isBetter(real.get(row.window_id), row, withdrawn);
      const kept = shadow.filter((row) => row.state === 'loaded' && isKept(row)).map(({ window_id }) => window_id);
      const promoted = ids.filter((id) => !kept.includes(id));
      await exchangeRows(client, schema, promoted.map(parseWindowId));
      await exchangeLedger(client, schema, promoted);
      await client.query(`DELETE FROM ${MARKET_SCHEMA}.${LEDGER} WHERE window_id = ANY ($1::text[]) AND state = 'new'`, [kept]);
      return { promoted, kept };
    });
  }

  private async mustBeShadow(schema: string): Promise<void> {
    if ((await this.stateOf(schema)) !== 'shadow') throw new ReplayRefusedError(`Postgres has no schema ${schema} that a replay made`);
  }

  private async stateOf(schema: string): Promise<'shadow' | 'foreign' | 'none'> {
    const [found] = await this.postgres.query<{ made: boolean; there: boolean }>(
      `SELECT to_regclass($1) IS NOT NULL AS made, to_regnamespace($2) IS NOT NULL AS there`,
      [`${schema}.${SHADOW_MARK}`, schema],
    );
    if (found?.made === true) return 'shadow';
    return found?.there === true ? 'foreign' : 'none';
  }
}

async function lockedLedger(client: PoolClient, schema: string, ids: readonly string[] | null): Promise<LedgerRow[]> {
  const where = ids === null ? '' : 'WHERE window_id = ANY ($1::text[])';
  const sql = `SELECT window_id, unknown_periods, open_periods, collected_at, collection_id, state FROM ${schema}.${LEDGER} ${where}
    ORDER BY window_id FOR UPDATE`;
  return (await client.query<LedgerRow>(sql, ids === null ? [] : [ids])).rows;
}

async function withdrawnOf(client: PoolClient, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<Pick<LedgerRow, 'window_id' | 'collection_id'>>(
    `SELECT window_id, collection_id FROM ${MARKET_SCHEMA}.${REVOCATIONS_MODEL.name} WHERE window_id = ANY ($1::text[])`,
    [ids],
  );
  return new Set(rows.map(placeOf));
}

const placeOf = ({ window_id, collection_id }: Pick<LedgerRow, 'window_id' | 'collection_id'>): string => `${window_id} ${collection_id}`;

function isBetter(real: LedgerRow | undefined, shadow: LedgerRow, withdrawn: ReadonlySet<string>): boolean {
  if (real?.state !== 'loaded' || withdrawn.has(placeOf(real))) return false;
  return compareRevisions(revisionOf(real), revisionOf(shadow)) > 0;
}

function revisionOf({ unknown_periods, open_periods, collected_at, collection_id }: LedgerRow): Revision {
  return { unknown: unknown_periods, open: open_periods, collectedAtMs: collected_at.getTime(), collectionId: collection_id };
}

/** Rows of the windows change places, dataset by dataset; each window is found by its key's range. */
async function exchangeRows(client: PoolClient, schema: string, windows: readonly Window[]): Promise<void> {
  for (const dataset of new Set(windows.map((window) => window.dataset))) {
    const own = windows.filter((window) => window.dataset === dataset);
    const { name } = DATASET_MODELS[dataset];
    await client.query(`CREATE TEMP TABLE leaving_${name} ON COMMIT DROP AS SELECT * FROM ${MARKET_SCHEMA}.${name} WHERE FALSE`);
    await moveRows(client, dataset, own, `${MARKET_SCHEMA}.${name}`, `leaving_${name}`);
    await moveRows(client, dataset, own, `${schema}.${name}`, `${MARKET_SCHEMA}.${name}`);
    const columns = columnNames(DATASET_MODELS[dataset]).join(', ');
    await client.query(`INSERT INTO ${schema}.${name} (${columns}) SELECT ${columns} FROM leaving_${name}`);
  }
}

async function moveRows(client: PoolClient, dataset: Dataset, windows: readonly Window[], from: string, to: string): Promise<void> {
  const columns = columnNames(DATASET_MODELS[dataset]).join(', ');
  for (const window of windows) {
    const place = placeConditions(window);
    const where = place.map(({ column, operator }, i) => `${column} ${operator} $${i + 1}`).join(' AND ');
    await client.query(
      `WITH gone AS (DELETE FROM ${from} WHERE ${where} RETURNING ${columns}) INSERT INTO ${to} (${columns}) SELECT ${columns} FROM gone`,
      place.map(({ value }) => value),
    );
  }
}

/** A window that was not there before leaves no ledger row in the shadow. */
async function exchangeLedger(client: PoolClient, schema: string, ids: readonly string[]): Promise<void> {
  const columns = columnNames(LOAD_LEDGER_MODEL);
  const promoted = columns.map((name) => (name === 'loaded_at' ? 'now()' : name)).join(', ');
  const move = (from: string, to: string, values: string): Promise<unknown> =>
    client.query(
      `WITH gone AS (DELETE FROM ${from} WHERE window_id = ANY ($1::text[]) RETURNING *)
       INSERT INTO ${to} (${columns.join(', ')}) SELECT ${values} FROM gone`,
      [ids],
    );
  await client.query(`CREATE TEMP TABLE leaving_ledger ON COMMIT DROP AS SELECT * FROM ${MARKET_SCHEMA}.${LEDGER} WHERE FALSE`);
  await move(`${MARKET_SCHEMA}.${LEDGER}`, 'leaving_ledger', columns.join(', '));
  await move(`${schema}.${LEDGER}`, `${MARKET_SCHEMA}.${LEDGER}`, promoted);
  await client.query(
    `INSERT INTO ${schema}.${LEDGER} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM leaving_ledger WHERE state <> 'new'`,
  );
}
