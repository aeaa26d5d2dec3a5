import { csvSha256, encodeDayCsv } from '@elias/archive';
import type { DayRow } from '@elias/archive';
import type { EncodedRecord } from '@elias/contracts';
import { encodeWindowRecord } from '@elias/contracts';
import type { DayWindow, Exclusions, LeftOut } from '@elias/market-data';
import { parseWindowId, windowId } from '@elias/market-data';
import type { Outbox, PoolClient, Postgres } from '@elias/postgres';
import { durableStep } from '@elias/telemetry';
import type { Logger } from '@elias/telemetry';
import type { DayTables } from './day-tables.js';
import type { CandleStore } from './postgres/candle-store.js';
import type { ProductStore } from './postgres/product-store.js';
import type { Transform, TransformOutcome, TransformStore } from './postgres/transform-store.js';
import { readDay } from './read-day.js';
import { tablesOfDay } from './tables-of-day.js';
import type { TransformerMetrics } from './transformer-metrics.js';

/** One transformer at a time computes; the others wait for it to go away. */
const LOCK = 'elias.transformer';
/** No run asked for what is computed. */
const NO_RUN = '00000000-0000-0000-0000-000000000000';
/** What every part of a day's window is known: one period, present. */
const COVERAGE = { present: 1, noTrade: 0, unknown: 0, open: 0, unknownRanges: [], openRanges: [] };

export interface ComputeDayParts {
  readonly postgres: Pick<Postgres, 'exclusiveSnapshot'>;
  readonly candles: CandleStore;
  readonly products: ProductStore;
  readonly transforms: TransformStore;
  readonly outbox: Outbox<EncodedRecord>;
  readonly metrics: TransformerMetrics;
  readonly logger: Logger;
  readonly spans: readonly number[];
  /** products that are no candidates for the discount tables, whatever the exchange says of them */
  readonly excluded: readonly string[];
  readonly settleMs: number;
  readonly newCollectionId: () => string;
}

/** One window of a day, computed. */
interface ComputedWindow {
  readonly window: DayWindow;
  readonly csv: Buffer;
  readonly sha256: string;
  readonly rows: number;
  readonly leftOut: readonly LeftOut[];
}

interface UncomputedWindow {
  readonly window: DayWindow;
  readonly outcome: 'not_due' | 'failed';
  readonly detail: string;
}

export class ComputeDay {
  constructor(private readonly parts: ComputeDayParts) {}

  /**
   * Computes what is marked of the earliest day that rests, from one snapshot, and publishes what is new by the outbox of the same
   * transaction. A crash leaves the marks.
   * @returns how many marks were worked off; 0 also while another transformer is at it
   */
  async run(): Promise<number> {
    const done = await this.parts.postgres.exclusiveSnapshot(LOCK, (client) => this.compute(client));
    return done ?? 0;
  }

  private async compute(client: PoolClient): Promise<number> {
    const { transforms, candles, spans, logger, metrics } = this.parts;
    const day = await transforms.ripeDay(client, this.parts.settleMs);
    if (day === null) return 0;
    const marks = await transforms.marks(client, day);
    const wanted = marks.map((mark) => parseWindowId(mark.window_id)).filter((window): window is DayWindow => window.dataset !== 'candles');
    const startedMs = performance.now();
    const inputs = await readDay(client, candles, day, wanted, Math.max(...spans));
    const tables = tablesOfDay(inputs, { spans, excluded: await this.exclusions(client, day) });
    const results = wanted.map((window) => this.window(window, tables));
    const computed = results.filter((result) => 'csv' in result);
    const known = await transforms.transforms(
      client,
      computed.map(({ window }) => windowId(window)),
    );
    const news = computed.filter((one) => isNew(one, known.get(windowId(one.window))));
    const now = await clock(client);
    for (const one of news) await this.publish(client, one, known.get(windowId(one.window)), now);
    await transforms.putLeftOut(client, computed);
    const outcomes = results.map((result): TransformOutcome => {
      const { window } = result;
      if (!('csv' in result)) return { window, outcome: result.outcome, detail: result.detail };
      return { window, outcome: news.includes(result) ? 'published' : 'unchanged', detail: null };
    });
    await durableStep('transformer.compute-day', async () => {
      await transforms.putOutcomes(client, outcomes);
      await transforms.unmark(client, marks);
    });
    metrics.computed(outcomes);
    const elapsedMs = Math.round(performance.now() - startedMs);
    logger.info({ day, windows: wanted.length, computed: computed.length, published: news.length, elapsedMs }, 'day computed');
    return marks.length;
  }

  private async exclusions(client: PoolClient, day: string): Promise<Exclusions> {
    const { products, excluded } = this.parts;
    const stablecoins = await products.stablecoins(client, day);
    return new Map([...excluded.map((id) => [id, 'excluded'] as const), ...stablecoins.map((id) => [id, 'fx_stablecoin'] as const)]);
  }

  /** A window whose figures the stores cannot hold is told of and passed over; its neighbours are computed, and other candles bring it again. */
  private window(window: DayWindow, tables: DayTables): ComputedWindow | UncomputedWindow {
    try {
      const table = tables.of(window);
      if (table === null) return { window, outcome: 'not_due', detail: "the day's minutes or its daily candle are not loaded" };
      const rows = table.rows as readonly object[] as readonly DayRow[];
      const csv = encodeDayCsv(window, rows);
      return { window, csv, sha256: csvSha256(csv), rows: rows.length, leftOut: table.leftOut };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.parts.logger.error({ window: windowId(window), error }, 'window cannot be computed');
      return { window, outcome: 'failed', detail: error.message };
    }
  }

  private async publish(client: PoolClient, one: ComputedWindow, before: Transform | undefined, nowMs: number): Promise<void> {
    const collectionId = this.parts.newCollectionId();
    // later than the last one by the order of revisions, whatever the clock does
    const collectedAtMs = Math.max(nowMs, before === undefined ? 0 : before.collected_at.getTime() + 1_000);
    const revision = { unknown: 0, open: 0, collectedAtMs, collectionId };
    const { window, csv, sha256, rows: rowCount, leftOut } = one;
    const asked = { requestId: collectionId, runId: NO_RUN, origin: 'scheduled' as const };
    const facts = { window, revision, rowCount, coverage: COVERAGE, csvSha256: sha256, ...asked };
    // as text: the outbox is JSON
    const record = { ...encodeWindowRecord(facts, csv, 'transformer'), value: csv.toString('utf8') };
    await this.parts.outbox.insert(client, [record]);
    await this.parts.transforms.put(client, { window, revision, csvSha256: sha256, rowCount, leftOut });
  }
}

/** Equal rows rest on equal inputs: each has its hash. What was refused is told again, so that whoever refused it gets another revision. */
function isNew({ sha256 }: ComputedWindow, before: Transform | undefined): boolean {
  return before === undefined || before.refused || before.csv_sha256 !== sha256;
}

/** Postgres's clock, whole seconds in milliseconds. */
async function clock(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ seconds: string }>('SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS seconds');
  return Number(rows[0]!.seconds) * 1_000;
}
