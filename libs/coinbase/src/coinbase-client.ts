import type { Candle, CandlePage, GranularitySeconds } from '@elias/market-data';
import { SETTLE_DELAY_MS } from '@elias/market-data';
import { answerTimeOf } from './answer-time.js';
import type { AnswerTime } from './answer-time.js';
import { AskExchange } from './ask-exchange.js';
import type { Call, ExchangeParts, Question } from './ask-exchange.js';
import { candlePagePath } from './candle-page-path.js';
import { BadAnswerError, ExchangeUnavailableError, ForeignAnswerError } from './coinbase-errors.js';
import { ExchangeClock } from './exchange-clock.js';
import type { HttpAnswer } from './http-transport.js';
import { parseCandlePage } from './parse-candle-page.js';
import type { CandleSource } from './parse-candle-page.js';
import { readListing } from './product-listing.js';
import type { ListedProduct } from './product-listing.js';
import { readProduct } from './product.js';
import type { Product } from './product.js';
import { readStats } from './product-stats.js';
import type { ProductStats } from './product-stats.js';
import { readCandleRows } from './read-candle-rows.js';
import { readTrades } from './trades.js';
import type { TradesCursor, TradesPage } from './trades.js';

/** What the exchange told of one page. */
export interface CandlePageAnswer {
  readonly page: CandlePage;
  /** the exchange's now as it answered */
  readonly dateMs: number;
  /** what the answer says was so at this instant; null when a cache gave it and nobody says how old it is */
  readonly answeredAtMs: number | null;
  /** settled candles of the page, in time order, without doubles, values canonical */
  readonly candles: readonly Candle[];
}

/** What the exchange told of its present. */
export interface Told<T> {
  readonly value: T;
  /** it was so at this instant; null when a cache gave it and nobody says how old it is */
  readonly answeredAtMs: number | null;
}

/** A cache's answer that is too old is asked for again this often. */
const ASKED_AGAIN_MAX = 3;

/** Coinbase Exchange's public REST API. Every method waits its turn, repeats what may pass, and throws the errors of `coinbase-errors`. */
export class CoinbaseClient {
  private readonly exchange: AskExchange;
  private readonly clock = new ExchangeClock(() => performance.now(), Date.now);

  constructor(private readonly parts: ExchangeParts) {
    this.exchange = new AskExchange(parts);
  }

  /** Every product that the exchange lists, delisted ones too; entries that are no product are left out. */
  async products(call?: Call): Promise<Product[]> {
    return this.askJson({ path: '/products' }, call, (json) =>
      Array.isArray(json) ? json.map(readProduct).filter((product) => product !== null) : null,
    );
  }

  async product(productId: string, call?: Call): Promise<Product> {
    return this.askJson({ path: `/products/${encodeURIComponent(productId)}`, productId }, call, readProduct);
  }

  /** Every product that the exchange lists, with all that it says of them; one entry that cannot be read makes it a bad answer. */
  async listing(call?: Call): Promise<Told<ListedProduct[]>> {
    const path = '/products';
    return this.askJson({ path }, call, (json, _http, { answeredAtMs }) => ({ value: readListing(json, path), answeredAtMs }));
  }

  async stats(productId: string, call?: Call): Promise<Told<ProductStats>> {
    const path = `/products/${encodeURIComponent(productId)}/stats`;
    const read = (json: unknown, _http: HttpAnswer, { answeredAtMs }: AnswerTime): Told<ProductStats> => {
      return { value: readStats(json, path, productId), answeredAtMs };
    };
    return this.askJson({ path, productId }, call, read);
  }

  async trades(productId: string, cursor: TradesCursor = {}, call?: Call): Promise<TradesPage> {
    const query = new URLSearchParams(Object.entries(cursor).map(([name, value]): [string, string] => [name, String(value)]));
    const path = `/products/${encodeURIComponent(productId)}/trades${query.size === 0 ? '' : `?${query.toString()}`}`;
    return this.askJson({ path, productId }, call, (json, { headers }, { answeredAtMs }) => {
      const trades = readTrades(json);
      const cursorOf = (name: string): string | null => (typeof headers[name] === 'string' ? headers[name] : null);
      return trades === null ? null : { trades, before: cursorOf('cb-before'), after: cursorOf('cb-after'), answeredAtMs };
    });
  }

  /** The exchange's clock, asked for now, milliseconds since the epoch. */
  async time(call?: Call): Promise<number> {
    return this.askJson({ path: '/time' }, call, (json) => {
      const ms = Date.parse(String((json as { iso?: unknown } | null)?.iso));
      return Number.isNaN(ms) ? null : ms;
    });
  }

  /** The exchange's clock as its latest answer told it, running on by ours; asked for when there was none for a while. */
  async now(call?: Call): Promise<number> {
    return this.clock.nowMs() ?? (await this.time(call));
  }

  /**
   * One page of candles. A cache's answer that leaves out periods which the exchange could tell by now, or does not say how old it is, is
   * asked for again by other bounds, a few times; then the newest of the answers counts.
   */
  async candles(productId: string, granularity: GranularitySeconds, page: CandlePage, call: Call = {}): Promise<CandlePageAnswer> {
    const widthMs = granularity * 1_000;
    let best: CandlePageAnswer | undefined;
    for (let again = 0; again <= ASKED_AGAIN_MAX; again += 1) {
      const laterSeconds = again === 0 ? 0 : 1 + Math.floor(this.parts.random() * (granularity - 1));
      const path = candlePagePath(productId, granularity, page, laterSeconds);
      try {
        const { answer, cached } = await this.askCandles({ path, productId, granularity, page }, call);
        if (best === undefined || (answer.answeredAtMs ?? -1) > (best.answeredAtMs ?? -1)) best = answer;
        if (!cached || !isTooOld(answer, widthMs)) break;
      } catch (error) {
        if (best === undefined || !(error instanceof ExchangeUnavailableError)) throw error;
        break;
      }
    }
    return best!;
  }

  /**
   * The candle of the period that is under way, as far as it is known; null before its first trade. Each time by another address, since
   * caches keep an answer for minutes.
   */
  async openCandle(productId: string, granularity: GranularitySeconds, call: Call = {}): Promise<Told<Candle | null>> {
    const widthMs = granularity * 1_000;
    const startMs = Math.floor((await this.now(call)) / widthMs) * widthMs;
    const page = { startMs, endMs: startMs };
    const path = candlePagePath(productId, granularity, page, 1 + Math.floor(this.parts.random() * (granularity - 1)));
    const read = (http: HttpAnswer): Told<Candle | null> => {
      const { answeredAtMs } = this.heard(path, http);
      const rows = readCandleRows(candleSources(path, http), { path, page, granularity, answeredAtMs: Number.MAX_SAFE_INTEGER });
      return { value: rows[0] ?? null, answeredAtMs };
    };
    return this.exchange.ask({ path, productId, read }, call);
  }

  private askCandles(
    request: { path: string; productId: string; granularity: GranularitySeconds; page: CandlePage },
    call: Call,
  ): Promise<{ answer: CandlePageAnswer; cached: boolean }> {
    const { path, productId, page } = request;
    const read = (http: HttpAnswer): { answer: CandlePageAnswer; cached: boolean } => {
      const { dateMs, answeredAtMs, cached } = this.heard(path, http);
      const candles = readCandleRows(candleSources(path, http), { ...request, answeredAtMs });
      return { answer: { page, dateMs, answeredAtMs, candles }, cached };
    };
    return this.exchange.ask({ path, productId, read }, call);
  }

  private askJson<T>(
    question: Omit<Question<T>, 'read'>,
    call: Call | undefined,
    shape: (json: unknown, answer: HttpAnswer, time: AnswerTime) => T | null,
  ): Promise<T> {
    const { path } = question;
    const read = (answer: HttpAnswer): T => {
      const time = this.heard(path, answer);
      let json: unknown;
      try {
        json = JSON.parse(answer.body);
      } catch {
        throw new ForeignAnswerError(path, 'the answer is not JSON');
      }
      const value = shape(json, answer, time);
      if (value === null) throw new BadAnswerError(path, 'the answer has not the documented shape');
      return value;
    };
    return this.exchange.ask({ ...question, read }, call);
  }

  private heard(path: string, { headers }: HttpAnswer): AnswerTime {
    const time = answerTimeOf(headers);
    if (time === null) throw new ForeignAnswerError(path, 'the answer has no Date');
    this.clock.heard(time);
    return time;
  }
}

/** @throws BadAnswerError, ForeignAnswerError */
function candleSources(path: string, { body }: HttpAnswer): CandleSource[] {
  const parsed = parseCandlePage(body);
  if (parsed.rows === null) throw new (parsed.json ? BadAnswerError : ForeignAnswerError)(path, parsed.problem);
  return parsed.rows;
}

/** Whether an answer of this moment would settle more of the page's periods. */
function isTooOld({ page, dateMs, answeredAtMs }: CandlePageAnswer, widthMs: number): boolean {
  if (answeredAtMs === null) return true;
  const settled = (atMs: number): number => Math.min(page.endMs + widthMs, Math.floor((atMs - SETTLE_DELAY_MS) / widthMs) * widthMs);
  return settled(answeredAtMs) < settled(dateMs);
}
