import { join } from 'node:path';
import { encodeTradeLines, TRADES_CSV_HEADER } from '@elias/archive';
import type { Call, Priority, TradesPage } from '@elias/coinbase';
import { BadAnswerError, ExchangeUnavailableError } from '@elias/coinbase';
import { formatInstant, MISSING_RANGES_MAX, SETTLE_DELAY_MS, TradeChain, tradeCoverage, windowId } from '@elias/market-data';
import type { Trade, TradeWindow } from '@elias/market-data';
import { askInOrder } from './ask-in-order.js';
import type { CollectedWindow } from './collected-window.js';
import { NotSettledYet, OnlyCachedAnswers, WindowNotServable } from './collection-errors.js';
import { CsvParts } from './csv-parts.js';
import type { CollectParts } from './exchange.js';
import { findTradeStretch } from './find-trade-stretch.js';
import type { Sight, Stretch } from './find-trade-stretch.js';
import { wholeSecond } from './snapshot-moment.js';

/** Most trades of one answer. */
const PAGE_TRADES = 1_000;
/** Pages of one window under way, or waiting for their turn in it. */
const PAGES_AHEAD = 4;
/** Questions that finding the ends of a window takes, and some. */
const PROBES = 40;
/** Longer stretches are a mistake: no window has so many trades. */
const STRETCH_IDS_MAX = 50_000_000;

/** A window of trades from the exchange, which has no time filter: its ends are found by id, then its pages are asked for by id. */
export class CollectTrades {
  constructor(private readonly parts: CollectParts) {}

  /**
   * Trades whose ids are missing, since their page was not answered before the deadline or leaves them out, are unknown; only when no page was
   * answered, the collection failed. A window is collected when it is over, not sooner.
   * @throws ExchangeUnavailableError, NotSettledYet, OnlyCachedAnswers, WindowNotServable, SpoolFailedError, and what the answers throw
   */
  async run(window: TradeWindow, signal: AbortSignal, priority: Priority = 'request'): Promise<CollectedWindow> {
    const { exchange, deadlineMs, windowsAtOnce, newCollectionId, spoolFolder } = this.parts;
    const beganAtMs = performance.now();
    const deadlineFor = (questions: number): number => beganAtMs + deadlineMs + exchange.paceMs(questions * windowsAtOnce);
    const collection = new Collection(this.parts, window, { priority, signal, deadlineAtMs: deadlineFor(PROBES) });
    await collection.checkMoment();
    const stretch = await collection.findStretch();
    const collectionId = newCollectionId();
    const csv = new CsvParts(join(spoolFolder, collectionId));
    await csv.add(Buffer.from(`${TRADES_CSV_HEADER}\n`));
    try {
      const told = await collection.tell(stretch, csv, deadlineFor(PROBES + pagesOf(stretch).length));
      const { coverage } = told;
      const revision = { unknown: coverage.unknown, open: 0, collectedAtMs: told.collectedAtMs, collectionId };
      return { csv, rowCount: coverage.present, coverage, revision, questions: collection.questions };
    } catch (error) {
      await csv.remove();
      throw error;
    }
  }
}

/** One collection of one window under way. */
class Collection {
  questions = 0;
  /** smallest of the answers; null while none says when it was so */
  private answeredAtMs: number | null = null;

  constructor(
    private readonly parts: CollectParts,
    private readonly window: TradeWindow,
    private readonly call: Call,
  ) {}

  /** @throws WindowNotServable before its end, NotSettledYet soon after */
  async checkMoment(): Promise<void> {
    const { exchange } = this.parts;
    const { productId, toMs } = this.window;
    // the product first: one that is not there is not to be asked for later
    await exchange.product(productId, { ...this.call, priority: 'request' });
    const knownMs = await exchange.now(this.call);
    // the clock that is known runs a little late
    const nowMs = knownMs < toMs + SETTLE_DELAY_MS ? await exchange.time(this.call) : knownMs;
    if (nowMs < toMs) {
      const now = formatInstant(wholeSecond(nowMs));
      throw new WindowNotServable('bad_request', `${windowId(this.window)} is not over: the exchange has ${now}`);
    }
    if (nowMs < toMs + SETTLE_DELAY_MS) throw new NotSettledYet(this.window, nowMs);
  }

  /** The ids to be asked for; null when the product has no trade at all. */
  async findStretch(): Promise<Stretch | null> {
    const { toMs } = this.window;
    const { trades, answeredAtMs } = await this.ask({ limit: 1 }, this.call);
    const [newest] = trades;
    // a trade from after the window says that all before it are there; without one, the answer has to be from after it
    if (newest === undefined || newest.tradedAtMs < toMs) {
      if (answeredAtMs === null) throw new OnlyCachedAnswers(this.window);
      if (answeredAtMs < toMs + SETTLE_DELAY_MS) throw new NotSettledYet(this.window, answeredAtMs);
    }
    if (newest === undefined) return null;
    const stretch = await findTradeStretch(this.window, newest, (below) => this.newestBelow(below));
    if (stretch.last - stretch.first > STRETCH_IDS_MAX) {
      throw new BadAnswerError(`trades of ${this.window.productId}`, `ids ${stretch.first} to ${stretch.last} would be of one window`);
    }
    return stretch;
  }

  /** The stretch's pages, oldest first: what is of the window goes into its CSV. */
  async tell(
    stretch: Stretch | null,
    csv: CsvParts,
    deadlineAtMs: number,
  ): Promise<Pick<CollectedWindow, 'coverage'> & { collectedAtMs: number }> {
    const { productId, fromMs, toMs } = this.window;
    const chain = new TradeChain(stretch?.first ?? 0, this.window);
    let present = 0;
    let unanswered: ExchangeUnavailableError | undefined;
    let first = true;
    const pages = pagesOf(stretch);
    for await (const { question, answer } of askInOrder(pages, PAGES_AHEAD, { ...this.call, deadlineAtMs }, (page, call) =>
      this.page(page, call),
    )) {
      if (answer instanceof ExchangeUnavailableError) {
        unanswered ??= answer;
        continue;
      }
      if (first && answer[0] !== undefined) await this.begin(chain, question.first, answer[0]);
      first &&= answer.length === 0;
      for (const trade of answer) chain.told(trade);
      const own = answer.filter(({ tradedAtMs }) => tradedAtMs >= fromMs && tradedAtMs < toMs);
      await csv.add(encodeTradeLines(productId, own));
      present += own.length;
    }
    if (first && unanswered !== undefined) throw unanswered;
    const missing = stretch === null ? [] : chain.end(stretch.last);
    if (missing.length > MISSING_RANGES_MAX) {
      throw new BadAnswerError(`trades of ${productId}`, `${missing.length} holes are in the ids of ${windowId(this.window)}`);
    }
    if (this.answeredAtMs === null) throw new OnlyCachedAnswers(this.window);
    return { coverage: tradeCoverage(present, missing), collectedAtMs: wholeSecond(this.answeredAtMs) };
  }

  /** The first trade that is told: where no other one is below it, the product began with it. */
  private async begin(chain: TradeChain, asked: number, told: Sight): Promise<void> {
    if (told.tradeId === asked || told.tradedAtMs < this.window.fromMs) return;
    if ((await this.newestBelow(told.tradeId)) === null) chain.beginsAt(told.tradeId);
  }

  /** The trades of a range of ids, by rising id. */
  private async page({ first, last }: Stretch, call: Call): Promise<Trade[]> {
    const { trades } = await this.ask({ after: last + 1, limit: last - first + 1 }, call);
    const byId = new Map(trades.map((trade) => [trade.tradeId, trade]));
    return [...byId.values()].filter(({ tradeId }) => tradeId >= first && tradeId <= last).sort((a, b) => a.tradeId - b.tradeId);
  }

  private async newestBelow(id: number): Promise<Sight | null> {
    const { trades } = await this.ask({ after: id, limit: 1 }, this.call);
    return trades[0] ?? null;
  }

  private async ask(cursor: { after?: number; limit: number }, call: Call): Promise<TradesPage> {
    this.questions += 1;
    const page = await this.parts.exchange.trades(this.window.productId, cursor, call);
    const { answeredAtMs } = page;
    if (answeredAtMs !== null) this.answeredAtMs = Math.min(this.answeredAtMs ?? answeredAtMs, answeredAtMs);
    return page;
  }
}

function pagesOf(stretch: Stretch | null): Stretch[] {
  const pages: Stretch[] = [];
  for (let first = stretch?.first ?? 1; first <= (stretch?.last ?? 0); first += PAGE_TRADES) {
    pages.push({ first, last: Math.min(first + PAGE_TRADES - 1, stretch!.last) });
  }
  return pages;
}
