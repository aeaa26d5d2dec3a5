import { randomUUID } from 'node:crypto';
import type { DayRow } from '@elias/archive';
import type { EventData } from '@elias/contracts';
import { ALL_PRODUCTS, candleWindowAt, dayWindowAt } from '@elias/market-data';
import type { Candle, PeriodState } from '@elias/market-data';
import { RecordFacts } from '../../apps/orchestrator/src/tasks/record-facts.js';
import { RunStore } from '../../apps/orchestrator/src/runs/run-store.js';
import { LoaderByHand, testBucket } from './loader-sources.js';
import { madeDay } from './made-day.js';
import { madeId } from './made-telling.js';
import { OrchestratorScene } from './orchestrator-scene.js';
import type { RunsClient } from './runs-client.js';
import type { ServiceProcess } from './service-process.js';
import { stageAnswers } from './stage-answers.js';
import { toldCandles } from './told-candles.js';

type Request = EventData<'collection.requested'>;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const TOLD = { definition_version: 1, inputs_hash: 'a'.repeat(64) };
/** Days of stats, the last of them the last day of minutes. */
const STATS_DAYS = 12;

/** Days that have minutes; of the last one minutes are unknown and open. */
export const DAYS = ['2023-12-01', '2023-12-02', '2023-12-03'] as const;
/** What the exchange said of the task that failed. */
export const FAILURE = 'the exchange has no such product any more';

/**
 * A real orchestrator over real Kafka and Postgres, which serves the page; two products whose candles, stats and discounts went through the
 * loader's own code. Stages are played: a request is answered as a test wants it.
 */
export class DashboardScene {
  private orchestrator: ServiceProcess | null = null;
  /** 0 until the first orchestrator chose it */
  private port = 0;
  private readonly answered = new Set<string>();
  private readonly bucket = testBucket();

  private constructor(readonly inner: OrchestratorScene) {}

  /** Starts the orchestrator and loads the products' days. */
  static async open(): Promise<DashboardScene> {
    const scene = new DashboardScene(await OrchestratorScene.open());
    await scene.inner.begin();
    await Promise.all([scene.startOrchestrator(), scene.load()]);
    return scene;
  }

  async close(): Promise<void> {
    this.bucket.close();
    await this.inner.close();
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Two products: the first has gaps of every class on its last day. */
  get products(): readonly [string, string] {
    return this.inner.products as unknown as [string, string];
  }

  get runs(): Promise<RunsClient> {
    return this.inner.client(this.orchestrator!);
  }

  /** On the same address each time. */
  async startOrchestrator(): Promise<void> {
    // nothing listens where the collector should
    this.orchestrator = this.start({ HTTP_PORT: String(this.port), ORCHESTRATOR_SERVICE_URLS: 'collector=http://127.0.0.1:9' });
    this.port = Number(new URL(await this.orchestrator.url()).port);
    await this.inner.leads(this.orchestrator);
  }

  async killOrchestrator(): Promise<void> {
    await this.orchestrator!.end();
  }

  /** Another one, with a token, beside it. */
  async guarded(token: string): Promise<string> {
    const orchestrator = this.start({ ORCHESTRATOR_API_TOKEN: token });
    await orchestrator.ready();
    return orchestrator.url();
  }

  /** Asks for days of minutes of both products. @returns the run's id */
  async startRun(from: string, to: string): Promise<string> {
    return (await this.runs).start({ products: this.products, from, to });
  }

  /**
   * Waits for the requests of a run, and plays the stages for those that no answer came to yet.
   * @param count how many requests are expected
   * @param fails picks those that the exchange refuses
   */
  async answer(runId: string, count: number, fails: (windowId: string) => boolean = () => false): Promise<void> {
    const open = (): Request[] =>
      this.inner.requests.filter(({ run_id, request_id }) => run_id === runId && !this.answered.has(request_id));
    await this.inner.until(
      () => open().length >= count,
      () => `run ${runId} asked for ${open().length} of ${count} windows`,
    );
    const facts = new RecordFacts(new RunStore(this.inner.postgres));
    for (const request of open()) {
      this.answered.add(request.request_id);
      const { id, product_id, from } = request.window;
      // the telling that the loader took, where it took one
      const collectionId = madeId(`collection ${product_id} ${from.slice(0, 10)}`);
      await facts.run(fails(id) ? [refusal(request)] : Object.values(stageAnswers({ ...request, window_id: id }, collectionId)));
    }
  }

  /** Each in a consumer group of its own, which waits for nobody who was killed. */
  private start(settings: Record<string, string>): ServiceProcess {
    return this.inner.start({ ORCHESTRATOR_GROUP: `test-dashboard-${randomUUID()}`, ...settings });
  }

  private async load(): Promise<void> {
    const loader = new LoaderByHand('topic', this.inner.postgres, this.bucket, 'market');
    const [first, second] = this.products;
    for (const productId of this.products) {
      for (const day of DAYS) {
        const gaps = productId === first && day === DAYS[2];
        await loader.deliver({ telling: minutes(productId, day, gaps) });
      }
    }
    for (let back = STATS_DAYS - 1; back >= 0; back -= 1) {
      const atMs = Date.parse(DAYS[2]) - back * DAY_MS;
      const date = new Date(atMs).toISOString().slice(0, 10);
      for (const productId of this.products) {
        const row = stats(productId, date, back);
        await loader.deliver({ telling: madeDay(dayWindowAt('asset_stats_daily', productId, atMs), [row], `${productId} ${date}`) });
      }
      if (back > 0) continue;
      const week = [top(date, 1, first, '0.05473898'), top(date, 2, second, '0.0123')];
      await loader.deliver({ telling: madeDay(dayWindowAt('discounts_7d', ALL_PRODUCTS, atMs), week, 'week') });
      await loader.deliver({ telling: madeDay(dayWindowAt('discounts_30d', ALL_PRODUCTS, atMs), [], 'month') });
    }
  }
}

function refusal({ window, request_id, run_id, origin }: Request): Parameters<RecordFacts['run']>[0][number] {
  const asked = { request_id, run_id, origin, window };
  return { type: 'collection.failed', data: { ...asked, attempt: 1, permanent: true, reason: 'unknown_product', detail: FAILURE } };
}

/** Minutes of a day that wander about a price. @param gaps with minutes without a trade, unknown and open ones */
function minutes(productId: string, day: string, gaps: boolean): ReturnType<typeof toldCandles> {
  const window = candleWindowAt(productId, 60, Date.parse(day));
  const candles: Candle[] = [];
  let [price, state] = [4_100_000, 1 + day.charCodeAt(9)];
  for (let minute = 0; minute < 1_440; minute += 1) {
    // a walk that is the same each time. Source: Park and Miller's generator
    state = (state * 48_271) % 2_147_483_647;
    const open = price;
    price += (state % 4_001) - 2_000;
    if (gaps && (minute % 97 === 5 || (minute >= 600 && minute < 640) || minute >= 1_380)) continue;
    const [high, low] = [Math.max(open, price) + 310, Math.min(open, price) - 290];
    candles.push({
      startedAtMs: window.fromMs + minute * MINUTE_MS,
      open: cents(open),
      high: cents(high),
      low: cents(low),
      close: cents(price),
      volume: '1.25',
    });
  }
  const stateOf = (minute: number): PeriodState => {
    if (minute >= 1_380) return 'open';
    return minute >= 600 && minute < 640 ? 'unknown' : 'no_trade';
  };
  return toldCandles(window, candles, `${productId} ${day}`, { stateOf });
}

/** Canonical: without zeros at the end. */
function cents(amount: number): string {
  return (amount / 100).toFixed(2).replace(/\.?0+$/, '');
}

function stats(productId: string, date: string, back: number): DayRow {
  const change = ((back % 5) - 2) / 100;
  return {
    ...{
      product_id: productId,
      as_of_date: date,
      open: '41000',
      high: '42000.5',
      low: '40500',
      close: `4${back % 10}834.73`,
      close_date: date,
    },
    ...{
      volume: '12345.678',
      vwap: '41500.12345678',
      return_1d: String(change),
      return_7d: String(-change),
      return_30d: String(change * 2),
    },
    ...{
      vol_30d: '0.5',
      partial: false,
      mismatch: false,
      present_minutes: 1_440,
      no_trade_minutes: 0,
      unknown_minutes: 0,
      open_minutes: 0,
    },
    ...TOLD,
  };
}

function top(date: string, rank: number, product_id: string, discount: string): DayRow {
  return {
    ...{
      as_of_date: date,
      rank,
      product_id,
      price: '39544.13',
      reference_price: '41834.735',
      reference_date: '2023-11-26',
      change: `-${discount}`,
    },
    ...{ discount, high_n: '42000', discount_to_high: '0.0584', present_days: 8, no_trade_days: 0, unknown_days: 0, ...TOLD },
  };
}
