import { archiveKey, TRADES_CSV_HEADER } from '@elias/archive';
import { DATASET_MODELS, ledgerRanges, MARKET_SCHEMA } from '@elias/contracts';
import type { Window } from '@elias/market-data';
import { windowId } from '@elias/market-data';
import { PostgresStatementError } from '@elias/postgres';
import type { PoolClient, Postgres } from '@elias/postgres';
import { durableStep } from '@elias/telemetry';
import type { LedgerEntry } from '../decide-load.js';
import { decideLoad, standingRevision } from '../decide-load.js';
import type { LoadOutcome } from '../load-outcome.js';
import { outcomeOf } from '../load-outcome.js';
import type { OfferedFacts, OfferedWindow, Revocation } from '../offered-window.js';
import type { WindowStore } from '../window-store.js';
import type { QualityMetrics } from '../quality/quality-metrics.js';
import { settleLiveTrades } from '../quality/settle-live-trades.js';
import type { FoundQuality } from '../quality/settle-live-trades.js';
import * as sql from './load-sql.js';

interface LedgerRow {
  window_id: string;
  unknown_periods: number;
  open_periods: number;
  collected_at: Date;
  collection_id: string;
  csv_sha256: string;
  row_count: number;
  state: 'loaded' | 'revoked';
}

/** Windows whose ledger rows this transaction holds. */
interface LockedWindows {
  /** null: the window had no ledger row before */
  ledger: ReadonlyMap<string, LedgerEntry | null>;
  revoked: ReadonlyMap<string, ReadonlySet<string>>;
}

const LF = 0x0a;
const NOTHING: ReadonlySet<string> = new Set();

/** What a loader that fills the live tables knows of them. */
export interface LivePlane {
  /** how long live trades are kept, milliseconds */
  readonly keepMs: number;
  readonly metrics: QualityMetrics;
  /** milliseconds since the epoch */
  readonly nowMs: () => number;
}

export class PostgresWindowStore implements WindowStore {
  /**
   * @param archivePrefix folder of the archives; a ledger row names its window's archive, whether the bytes came from it or not
   * @param schema of the tables; beside another one than `market` there are no live rows
   * @param live what is found of the live plane when a window of trades settles; null where nobody fills live tables
   */
  constructor(
    private readonly postgres: Postgres,
    private readonly archivePrefix: string,
    private readonly schema = MARKET_SCHEMA,
    private readonly live: LivePlane | null = null,
  ) {}

  async load(windows: readonly OfferedWindow[], how = { clear: false }): Promise<LoadOutcome[]> {
    const offers = groupOffers(windows);
    const ids = [...offers.keys()].sort();
    let found: FoundQuality[] = [];
    const answers = await this.postgres.transaction(async (client) => {
      found = [];
      const { ledger, revoked } = await lockWindows(client, this.schema, ids);
      const outcomes = new Map<OfferedWindow, LoadOutcome>();
      const replaced: OfferedWindow[] = [];
      const written: OfferedFacts[] = [];
      const unclaimed: string[] = [];
      for (const id of ids) {
        const entry = ledger.get(id) ?? null;
        const withdrawn = revoked.get(id) ?? NOTHING;
        const decision = decideLoad(entry, withdrawn, offers.get(id)!);
        if (decision.kind === 'keep' && entry === null) unclaimed.push(id);
        if (decision.kind !== 'keep') written.push(decision.offer.offered.facts);
        if (decision.kind === 'replace') {
          replaced.push(decision.offer.offered);
          // Rows are only ever written together with a ledger row, and ledger rows stay: where there was none, there are no rows.
          if (entry !== null || how.clear) await deleteRows(client, this.schema, decision.offer.offered.facts.window);
        }
        for (const offer of offers.get(id)!) outcomes.set(offer.offered, outcomeOf(offer, decision, entry, withdrawn));
      }
      for (const ofDataset of byDataset(replaced)) await durableStep('rds-loader.write-rows', () => this.copy(client, ofDataset));
      if (written.length > 0) await client.query(sql.writeLedgerStatement(this.schema), this.ledgerColumns(written));
      if (this.schema === MARKET_SCHEMA) found = await this.settleLive(client, written.filter(isWhole));
      if (unclaimed.length > 0) await client.query(sql.unclaimLedgerStatement(this.schema), [unclaimed]);
      return windows.map((window) => outcomes.get(window)!);
    });
    this.live?.metrics.found(found);
    return answers;
  }

  async revoke(revocations: readonly Revocation[]): Promise<{ emptied: string[] }> {
    const ids = [...new Set(revocations.map(({ window }) => windowId(window)))].sort();
    const windows = new Map(revocations.map(({ window }) => [windowId(window), window]));
    return this.postgres.transaction(async (client) => {
      const { ledger, revoked } = await lockWindows(client, this.schema, ids, revocations);
      const left = ids.filter((id) => standingRevision(ledger.get(id) ?? null, revoked.get(id) ?? NOTHING) === null);
      const emptied = left.filter((id) => ledger.get(id)?.state === 'loaded');
      for (const id of emptied) await deleteRows(client, this.schema, windows.get(id)!);
      const changed = left.filter((id) => ledger.get(id)?.state !== 'revoked');
      if (changed.length > 0) await client.query(sql.revokeLedgerStatement(this.schema), [changed]);
      return { emptied };
    });
  }

  /** Live rows of what is whole now end. @returns what they tell of the live plane */
  private async settleLive(client: PoolClient, settled: readonly OfferedFacts[]): Promise<FoundQuality[]> {
    const found: FoundQuality[] = [];
    for (const facts of settled.filter(({ window }) => window.dataset === 'trades')) {
      const { productId, fromMs, toMs } = facts.window;
      if (this.live === null) await client.query(sql.deleteLiveTradesStatement(), [productId, new Date(fromMs), new Date(toMs)]);
      else found.push(await settleLiveTrades(client, facts, new Date(this.live.nowMs() - this.live.keepMs)));
    }
    const windows = settled.map(({ window }) => window).filter(({ dataset }) => dataset === 'candles');
    if (windows.length > 0) {
      await client.query(sql.deleteLiveCandlesStatement(), [
        windows.map(({ productId }) => productId),
        windows.map(({ granularity }) => granularity),
        windows.map(({ fromMs }) => new Date(fromMs)),
        windows.map(({ toMs }) => new Date(toMs)),
      ]);
    }
    return found;
  }

  /** One `COPY` for all windows of a dataset: their CSVs have the same header, which the first brings. */
  private async copy(client: PoolClient, windows: readonly OfferedWindow[]): Promise<void> {
    const [first] = windows;
    if (first === undefined) return;
    const header = headerOf(first.csv);
    const statement = sql.copyStatement(DATASET_MODELS[first.facts.window.dataset], header, this.schema);
    const rows = await this.postgres.copyIn(client, statement, csvChunks(windows, header));
    const expected = windows.reduce((sum, { facts }) => sum + facts.rowCount, 0);
    if (rows !== expected) throw new PostgresStatementError('', new Error(`COPY took ${rows} rows of ${expected}`));
  }

  private ledgerColumns(written: readonly OfferedFacts[]): unknown[][] {
    const ranges = ({ window, coverage }: OfferedFacts): ReturnType<typeof ledgerRanges> => ledgerRanges(window, coverage);
    const rows = written
      .map((facts) => ({ ...facts, ...ranges(facts) }))
      .map(({ window, revision, coverage, csvSha256, rowCount, unknown, open }) => ({
        window_id: windowId(window),
        unknown_periods: revision.unknown,
        open_periods: revision.open,
        collected_at: new Date(revision.collectedAtMs),
        collection_id: revision.collectionId,
        no_trade_periods: coverage.noTrade,
        csv_sha256: csvSha256,
        row_count: rowCount,
        unknown_ranges: unknown,
        open_ranges: open,
        archive_key: archiveKey(this.archivePrefix, window, revision, csvSha256),
      }));
    return sql.LOADED_COLUMNS.map(([name]) => rows.map((row) => row[name]));
  }
}

function byDataset(windows: readonly OfferedWindow[]): OfferedWindow[][] {
  const groups = new Map<string, OfferedWindow[]>();
  for (const window of windows) {
    const { dataset } = window.facts.window;
    groups.set(dataset, [...(groups.get(dataset) ?? []), window]);
  }
  return [...groups.values()];
}

interface GroupedOffer {
  revision: OfferedFacts['revision'];
  csvSha256: string;
  rowCount: number;
  offered: OfferedWindow;
}

function groupOffers(windows: readonly OfferedWindow[]): Map<string, GroupedOffer[]> {
  const groups = new Map<string, GroupedOffer[]>();
  for (const offered of windows) {
    const { window, revision, csvSha256, rowCount } = offered.facts;
    const id = windowId(window);
    const group = groups.get(id) ?? [];
    group.push({ revision, csvSha256, rowCount, offered });
    groups.set(id, group);
  }
  return groups;
}

/**
 * Takes the windows' ledger rows, in the order of their ids, then notes what is withdrawn, then reads it all: each statement of a
 * READ COMMITTED transaction sees what was committed before it began, so that reading comes last.
 */
async function lockWindows(
  client: PoolClient,
  schema: string,
  ids: readonly string[],
  withdraw: readonly Revocation[] = [],
): Promise<LockedWindows> {
  const claimed = await client.query<{ window_id: string }>(sql.claimLedgerStatement(schema), [ids]);
  const ledger = new Map<string, LedgerEntry | null>(claimed.rows.map(({ window_id }) => [window_id, null]));
  const standing = ids.filter((id) => !ledger.has(id));
  if (standing.length > 0) {
    const { rows } = await client.query<LedgerRow>(sql.lockLedgerStatement(schema), [standing]);
    for (const row of rows) ledger.set(row.window_id, ledgerEntry(row));
  }
  if (withdraw.length > 0) {
    await client.query(sql.insertRevocationsStatement(schema), [
      withdraw.map(({ window }) => windowId(window)),
      withdraw.map(({ revision }) => revision.collectionId),
      withdraw.map(({ revokedAtMs }) => new Date(revokedAtMs)),
      withdraw.map(({ reason }) => reason),
    ]);
  }
  const revoked = new Map<string, Set<string>>();
  const noted = await client.query<{ window_id: string; collection_id: string }>(sql.revocationsStatement(schema), [ids]);
  for (const { window_id, collection_id } of noted.rows) {
    revoked.set(window_id, (revoked.get(window_id) ?? new Set()).add(collection_id));
  }
  return { ledger, revoked };
}

function ledgerEntry(row: LedgerRow): LedgerEntry {
  return {
    revision: {
      unknown: row.unknown_periods,
      open: row.open_periods,
      collectedAtMs: row.collected_at.getTime(),
      collectionId: row.collection_id,
    },
    csvSha256: row.csv_sha256,
    rowCount: row.row_count,
    state: row.state,
  };
}

async function deleteRows(client: PoolClient, schema: string, window: Window): Promise<void> {
  await client.query(sql.deleteRowsStatement(window, schema));
}

/** Nothing of the window is unknown or open, so that the live plane has nothing to add. */
const isWhole = ({ revision: { unknown, open } }: OfferedFacts): boolean => unknown === 0 && open === 0;

/** What is not in memory is of trades, and was checked to have their header. */
function headerOf(csv: OfferedWindow['csv']): string {
  return Buffer.isBuffer(csv) ? csv.toString('utf8', 0, csv.indexOf(LF)) : TRADES_CSV_HEADER;
}

/** The header once, then all rows. */
async function* csvChunks(windows: readonly OfferedWindow[], header: string): AsyncGenerator<Uint8Array, void, undefined> {
  for (const [i, { csv }] of windows.entries()) {
    let skipped = i === 0 ? 0 : header.length + 1;
    if (Buffer.isBuffer(csv)) {
      yield csv.subarray(skipped);
      continue;
    }
    for await (const chunk of csv.chunks()) {
      const from = Math.min(skipped, chunk.length);
      skipped -= from;
      yield chunk.subarray(from);
    }
  }
}
