import { candleWindowAt, canonicalDecimal, parseWindowId, windowId } from '@elias/market-data';
import type { Candle, CandleWindow, PeriodState } from '@elias/market-data';
import { coverageToWire, decodeWindowFacts, revisionToWire, windowToWire } from '@elias/contracts';
import type { ControlEvent, EncodedRecord, WindowFacts } from '@elias/contracts';
import { Outbox } from '@elias/postgres';
import type { Postgres } from '@elias/postgres';
import { createLogger, Metrics } from '@elias/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { CancelRun } from '../../apps/orchestrator/src/runs/cancel-run.js';
import { CheckStore } from '../../apps/orchestrator/src/checks/check-store.js';
import { CheckReads } from '../../apps/orchestrator/src/checks/check-reads.js';
import type { CheckView } from '../../apps/orchestrator/src/checks/check-reads.js';
import { CloseRuns } from '../../apps/orchestrator/src/closing/close-runs.js';
import { ClosingStore } from '../../apps/orchestrator/src/closing/closing-store.js';
import { NotificationStore } from '../../apps/orchestrator/src/notify/notification-store.js';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { ReleaseRequests } from '../../apps/orchestrator/src/tasks/release-requests.js';
import { RetryRun } from '../../apps/orchestrator/src/runs/retry-run.js';
import { RunControlStore } from '../../apps/orchestrator/src/runs/run-control-store.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import type { CountedRun, TaskRow } from '../../apps/orchestrator/src/runs/run-store.js';
import { LedgerReads } from '../../apps/orchestrator/src/backfill/ledger-reads.js';
import { StartRun } from '../../apps/orchestrator/src/runs/start-run.js';
import { SuperviseRuns } from '../../apps/orchestrator/src/runs/supervise-runs.js';
import { ComputeDay } from '../../apps/transformer/src/compute-day.js';
import { NoteEvents } from '../../apps/transformer/src/note-events.js';
import { CandleStore } from '../../apps/transformer/src/postgres/candle-store.js';
import { ProductStore } from '../../apps/transformer/src/postgres/product-store.js';
import { TransformStore } from '../../apps/transformer/src/postgres/transform-store.js';
import { TransformerMetrics } from '../../apps/transformer/src/transformer-metrics.js';
import { LoaderDatabase } from './loader-database.js';
import { LoaderByHand, testBucket } from './loader-sources.js';
import type { MadeTelling } from './made-telling.js';
import { tasksOf } from './run-tasks.js';
import { toldCandles } from './told-candles.js';

const logger = createLogger({ app: 'test', level: 'silent' });
const [DAY_MS, MINUTE_MS] = [86_400_000, 60_000];

/** What the exchange says of the day: everything flat at one price, and whatever a test wants otherwise. */
export interface Exchange {
  /** minutes of the day without a candle */
  silent?: (productId: string, minute: number) => boolean;
  /** minutes of the day that nobody knows */
  unknown?: (productId: string, minute: number) => boolean;
  price?: (productId: string, dayMs: number) => string;
  /** of a whole day */
  volume?: (productId: string, dayMs: number) => number;
}

/**
 * The inside of the orchestrator, the transformer and the rds-loader over one real database, driven by hand; collector, archiver and
 * warehouse-loader are played by what they tell.
 */
export class ClosingScene {
  readonly metrics = new Metrics();
  readonly store: RunStore;
  readonly checks: CheckReads;
  /** changes what the warehouse-loader says that it holds */
  misreport: (windowId: string) => boolean = () => false;
  private readonly control = new RunControlStore();
  private readonly bucket = testBucket();
  private readonly loader: LoaderByHand;
  private readonly note: NoteEvents;
  private readonly compute: ComputeDay;
  private readonly closeRuns: CloseRuns;
  private readonly notifications: NotificationStore;
  private told = 0;

  private constructor(
    private readonly database: LoaderDatabase,
    readonly postgres: Postgres,
    readonly dayMs: number,
  ) {
    this.store = new RunStore(postgres);
    this.checks = new CheckReads(postgres);
    this.notifications = new NotificationStore(postgres, true);
    this.loader = new LoaderByHand('topic', postgres, this.bucket, 'closing');
    const transformer = { postgres, candles: new CandleStore(), products: new ProductStore(), transforms: new TransformStore() };
    this.note = new NoteEvents({ ...transformer, reachDays: 31 });
    this.compute = new ComputeDay({
      ...{ ...transformer, outbox: new Outbox<EncodedRecord>(postgres), logger, metrics: new TransformerMetrics(new Metrics()) },
      ...{ spans: [7, 30], excluded: [], settleMs: 0, newCollectionId: () => uuidv7() },
    });
    const rules = { unknownShareMax: 0.01, volumeShareMin: 0.02, jumpSigmas: 6 };
    const { store, notifications, metrics } = this;
    this.closeRuns = new CloseRuns({
      store,
      closing: new ClosingStore(postgres),
      checks: new CheckStore(),
      notifications,
      rules,
      logger,
      metrics,
    });
  }

  static async open(dayMs: number): Promise<ClosingScene> {
    const database = await LoaderDatabase.create();
    return new ClosingScene(database, database.pool(6), dayMs);
  }

  async end(): Promise<void> {
    await this.database.drop();
    this.bucket.close();
  }

  private readonly clock = (): number => this.dayMs + DAY_MS + 15 * MINUTE_MS;

  /** Starts the day's run. */
  async start(products: readonly string[]): Promise<string> {
    const date = new Date(this.dayMs).toISOString().slice(0, 10);
    const catalog = { productIds: () => Promise.resolve(null) };
    return (
      await new StartRun(this.store, this.control, catalog, new LedgerReads(this.postgres), this.clock, 3_600_000, 0).run({
        kind: 'daily',
        date,
        products,
      })
    ).runId;
  }

  async cancel(runId: string): Promise<CountedRun> {
    return new CancelRun(this.store, this.control).run(runId);
  }

  async retry(runId: string): Promise<number> {
    return (await new RetryRun(this.store, this.control, 3_600_000).run(runId)).retried;
  }

  /** Collects what is asked for, and has it archived and loaded. @returns windows that were asked for */
  async collect(exchange: Exchange = {}): Promise<string[]> {
    await this.postgres.query('UPDATE pipeline.tasks SET next_request_at = now() WHERE next_request_at IS NOT NULL');
    await new ReleaseRequests(this.store, 1_000, this.clock).run();
    await this.postgres.query('TRUNCATE pipeline.outbox');
    const asked = await this.postgres.query<TaskRow>('SELECT * FROM pipeline.tasks WHERE awaiting_answer ORDER BY window_id');
    for (const { window_id, request_ids } of asked) {
      const window = parseWindowId(window_id);
      if (window.dataset !== 'candles') throw new Error(`nobody plays ${window_id}`);
      await this.arrive(this.tell(window, exchange), request_ids.at(-1)!);
    }
    return asked.map((task) => task.window_id);
  }

  /** The archiver tells of a newer telling of a window, which is not loaded yet. */
  async sealedAgain(id: string): Promise<void> {
    const window = parseWindowId(id);
    if (window.dataset !== 'candles') throw new Error(`nobody plays ${id}`);
    const { facts } = this.tell(window, { price: () => '99' });
    await new RecordFacts(this.store).run(played(facts, null, () => false).filter(({ type }) => type === 'archive.sealed'));
  }

  /** One round of whoever closes runs. */
  close(): Promise<number> {
    return this.closeRuns.run();
  }

  /** The transformer computes what is marked; what it publishes is archived and loaded. @returns windows that it published */
  async transform(): Promise<string[]> {
    while ((await this.compute.run()) > 0);
    const sent: EncodedRecord[] = [];
    await new Outbox<EncodedRecord>(this.postgres).send(1_000, (records) => Promise.resolve(void sent.push(...records)));
    for (const record of sent) {
      const facts = decodeWindowFacts(record);
      if (facts.kind !== 'ok') throw new Error('a record that nobody could take', { cause: facts.cause });
      await this.arrive({ facts: facts.value, csv: Buffer.from(record.value), candles: [], record }, null);
    }
    return sent.map(({ key }) => key).sort();
  }

  /** Computes and closes in turns until nothing moves, then notes which runs ended. */
  async settle(): Promise<void> {
    do await this.transform();
    while ((await this.close()) > 0);
    await new SuperviseRuns(this.store, this.control, this.notifications, logger, this.metrics).run();
  }

  async minutesTask(runId: string, productId: string): Promise<TaskRow> {
    return (await tasksOf(this.postgres, runId)).find(({ window_id }) => window_id === minutesOf(productId, this.dayMs))!;
  }

  /** Results of a check, by product. */
  async results(name: string): Promise<Record<string, Pick<CheckView, 'outcome' | 'text'>>> {
    const { checks } = await this.checks.ofDay(undefined);
    const ofName = checks.filter((check) => check.name === name);
    return Object.fromEntries(ofName.map(({ product_id, outcome, text }) => [product_id ?? 'all', { outcome, text }]));
  }

  async notified(): Promise<{ type: string; data: Record<string, unknown> }[]> {
    return this.postgres.query(`SELECT type, body->'data' AS data FROM pipeline.notifications ORDER BY created_at, notification_id`);
  }

  private tell(window: CandleWindow, exchange: Exchange): MadeTelling {
    const { productId, granularity } = window;
    const collectedAt = new Date(this.clock() + (this.told += 1) * 1_000).toISOString().replace('.000', '');
    const name = `${windowId(window)} ${this.told}`;
    const [price, volume] = [exchange.price ?? (() => '100'), exchange.volume ?? (() => 1_440)];
    const candle = (startedAtMs: number, dayMs: number, ofDay: number): Candle => {
      const flat = price(productId, dayMs);
      return { startedAtMs, open: flat, high: flat, low: flat, close: flat, volume: String(volume(productId, dayMs) * ofDay) };
    };
    if (granularity === 86_400) {
      const days = Array.from({ length: (this.dayMs + DAY_MS - window.fromMs) / DAY_MS }, (_, day) => window.fromMs + day * DAY_MS);
      const stateOf = (): PeriodState => 'open';
      return toldCandles(
        window,
        days.map((dayMs) => candle(dayMs, dayMs, 1)),
        name,
        { collectedAt, stateOf },
      );
    }
    const unknown = (minute: number): boolean => exchange.unknown?.(productId, minute) ?? false;
    const minutes = Array.from({ length: 1_440 }, (_, minute) => minute).filter(
      (minute) => !unknown(minute) && !(exchange.silent?.(productId, minute) ?? false),
    );
    const candles = minutes.map((minute) => candle(window.fromMs + minute * MINUTE_MS, window.fromMs, 1 / minutes.length));
    const stateOf = (minute: number): PeriodState => (unknown(minute) ? 'unknown' : 'no_trade');
    return toldCandles(
      window,
      candles.map((one) => ({ ...one, volume: canonicalDecimal(Number(one.volume).toFixed(10)) })),
      name,
      { collectedAt, stateOf },
    );
  }

  /** A telling goes its way; the stages tell, and everybody hears it. */
  private async arrive(telling: MadeTelling, requestId: string | null): Promise<void> {
    this.loader.told.length = 0;
    await this.loader.deliver({ telling });
    const heard = [...played(telling.facts, requestId, this.misreport), ...this.loader.told];
    await new RecordFacts(this.store).run(heard);
    await this.note.run(heard);
  }
}

/** What collector, archiver and warehouse-loader tell. */
function played(facts: WindowFacts, requestId: string | null, misreport: (windowId: string) => boolean): ControlEvent[] {
  const window = windowToWire(facts.window);
  const csv_sha256 = facts.csvSha256;
  const asked = { request_id: requestId ?? facts.requestId, run_id: facts.runId, origin: facts.origin };
  const told = { ...asked, window, revision: revisionToWire(facts.revision), row_count: facts.rowCount, csv_sha256 };
  const [coverage, archive] = [coverageToWire(facts.coverage), { bucket: 'b', key: window.id }];
  const sealed = { ...told, coverage, schema_version: 1, archive: { ...archive, bytes: 1, sha256: 'cd'.repeat(32) } };
  const held = misreport(window.id) ? { ...told, csv_sha256: 'ee'.repeat(32) } : told;
  return [
    ...(requestId === null ? [] : [{ type: 'collection.completed' as const, data: { ...told, coverage, attempt: 1, published: true } }]),
    {
      type: 'archive.sealed',
      data: {
        ...sealed,
        csv_entry: { offset: 0, deflate_bytes: 1, bytes: 1, crc32: '00000000' },
        source: { topic: 't', partition: 0, offset: '0' },
      },
    },
    { type: 'warehouse.loaded', data: { ...held, archive, batch_id: 'x', outcome: 'replaced' } },
  ];
}

/** Name of a product's minutes of a day. */
export const minutesOf = (productId: string, dayMs: number): string => windowId(candleWindowAt(productId, 60, dayMs));
