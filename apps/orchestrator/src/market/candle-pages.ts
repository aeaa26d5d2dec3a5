import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { candleWindowsOver, formatInstant, windowId } from '@elias/market-data';
import type { GranularitySeconds } from '@elias/market-data';
import { Postgres } from '@elias/postgres';
import { tagOf } from '../api/cache-answers.js';
import { candlesJson, PACKED_CANDLE } from './candles-json.js';
import { KeptPages } from './kept-pages.js';
import type { KeptPage } from './kept-pages.js';
import { ROWS_MAX } from './market-queries.js';

/** Candles of one product and width over `[fromMs, toMs)`, in time order, `limit` of them at most. */
export interface PageWanted {
  readonly product: string;
  readonly granularity: GranularitySeconds;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** A page as JSON, for whoever takes it compressed and for whoever does not. */
export interface CandlePage {
  /** as in `ETag` */
  readonly tag: string;
  json(): Promise<Buffer>;
  gzip(): Promise<Buffer>;
}

/** Memory for pages that were read before; a day of minutes takes about 40 kB of it. */
const KEPT_BYTES_MAX = 33_554_432;

/** A buffer that is just full would have zlib take another. */
const ROOM_BYTES = 64;

/** What tells one state of a window in Postgres from every other. The rows change with this row, in one transaction, and never without. */
const STAMP = `SELECT count(*)::int AS windows, string_agg(concat_ws(' ', window_id, state, collection_id, csv_sha256, EXTRACT(EPOCH FROM loaded_at)),
  E'\\n' ORDER BY window_id) AS stamp FROM market.load_ledger WHERE window_id = ANY ($1)`;
const page = (first: number): string => `SELECT string_agg(${PACKED_CANDLE}, E'\\n' ORDER BY started_at) AS packed FROM (
  SELECT started_at, open, high, low, close, volume FROM market.candles t WHERE product_id = $${first} AND granularity = $${first + 1}
    AND started_at >= $${first + 2} AND started_at < $${first + 3} ORDER BY t.started_at LIMIT $${first + 4}) page`;

interface Stamped {
  windows: number;
  stamp: string | null;
}
interface Packed {
  packed: string | null;
}

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/**
 * Pages of candles. One that was asked for before is kept compressed, and is good for as long as the ledger says the same of its windows:
 * each asking reads the ledger, so that none is ever answered with what was replaced or revoked before it asked. Pages over windows that the
 * ledger does not have, and over longer ranges than a page holds, are read each time.
 */
export class CandlePages {
  private readonly kept = new KeptPages(KEPT_BYTES_MAX);
  /** reads under way, by what is wanted and the stamp that whoever began it had seen */
  private readonly underWay = new Map<string, Promise<StampedPage>>();

  constructor(private readonly postgres: Postgres) {}

  async page(wanted: PageWanted): Promise<CandlePage> {
    const ids = windowsOf(wanted);
    if (ids === null) {
      const [row] = await this.postgres.query<Packed>(page(1), valuesOf(wanted));
      return freshPage(wanted, row!);
    }
    const [ledger] = await this.postgres.query<Stamped>(STAMP, [ids]);
    const key = [wanted.product, wanted.granularity, wanted.fromMs, wanted.toMs, wanted.limit].join(' ');
    const stamp = stampOf(ledger!, ids);
    if (stamp === null) return (await this.read(key, wanted, ids)).page;
    const kept = this.kept.get(key, stamp);
    if (kept !== undefined) return { tag: kept.tag, json: () => inflated(kept), gzip: () => Promise.resolve(kept.gzip) };
    const shared = await this.readOnce(key, stamp, wanted, ids);
    return shared.stamp === stamp ? shared.page : (await this.read(key, wanted, ids)).page;
  }

  /** Whoever wants the same of the same stamp meanwhile shares the read. */
  private readOnce(key: string, stamp: string, wanted: PageWanted, ids: readonly string[]): Promise<StampedPage> {
    const name = `${key} ${stamp}`;
    const before = this.underWay.get(name);
    if (before !== undefined) return before;
    const reading = this.read(key, wanted, ids).finally(() => this.underWay.delete(name));
    this.underWay.set(name, reading);
    return reading;
  }

  /** Ledger and candles of one moment: one statement has one snapshot. */
  private async read(key: string, wanted: PageWanted, ids: readonly string[]): Promise<StampedPage> {
    const sql = `SELECT * FROM (${STAMP}) ledger, (${page(2)}) candles`;
    const [row] = await this.postgres.query<Stamped & Packed>(sql, [ids, ...valuesOf(wanted)]);
    const stamp = stampOf(row!, ids);
    const fresh = freshPage(wanted, row!);
    if (stamp !== null) this.kept.put(key, { stamp, tag: fresh.tag, gzip: await fresh.gzip(), jsonBytes: (await fresh.json()).length });
    return { stamp, page: fresh };
  }
}

/** At once into a buffer that has room for all of it: by default it would come in parts of 16 kB. */
function inflated({ gzip: bytes, jsonBytes }: KeptPage): Promise<Buffer> {
  return decompress(bytes, { chunkSize: jsonBytes + ROOM_BYTES });
}

interface StampedPage {
  /** null while the ledger lacks a window */
  readonly stamp: string | null;
  readonly page: CandlePage;
}

/** Ids of the windows that a page rests on; null when it cannot hold all of its range. */
function windowsOf({ product, granularity, fromMs, toMs }: PageWanted): string[] | null {
  if (toMs - fromMs > ROWS_MAX * granularity * 1_000) return null;
  return candleWindowsOver(product, granularity, fromMs, toMs).map(windowId);
}

const valuesOf = ({ product, granularity, fromMs, toMs, limit }: PageWanted): unknown[] => [
  ...[product, granularity, formatInstant(fromMs), formatInstant(toMs)],
  // where the next page begins
  limit + 1,
];

const stampOf = ({ windows, stamp }: Stamped, ids: readonly string[]): string | null => (windows === ids.length ? stamp : null);

function freshPage({ product, granularity, limit }: PageWanted, { packed }: Packed): CandlePage {
  const json = Buffer.from(candlesJson(product, granularity, packed, limit));
  // the quickest level: 2 ms for a day of minutes, to a seventh
  return { tag: tagOf(json), json: () => Promise.resolve(json), gzip: () => compress(json, { level: constants.Z_BEST_SPEED }) };
}
