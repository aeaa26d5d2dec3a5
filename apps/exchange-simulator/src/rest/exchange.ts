import type { FaultPlan, PlannedFault } from '../control/fault-plan.js';
import type { RateLimit } from '../control/rate-limit.js';
import type { RequestCounts } from '../control/request-counts.js';
import { NotHeldError } from '../candles/candle-source.js';
import type { Market } from '../market.js';
import type { SimulatorClock } from '../simulator-clock.js';
import { jsonBody, refusal, uncacheable } from './answer.js';
import type { Answer } from './answer.js';
import { answerCandles } from './answer-candles.js';
import { answerStats, answerTicker } from './answer-stats.js';
import { answerTrades } from './answer-trades.js';
import { freshnessOf } from './moment.js';
import type { Moment } from './moment.js';

export interface ExchangeRequest {
  method: string;
  /** path and query as they came */
  url: string;
  /** address of the client */
  client: string;
  userAgent: string | undefined;
}

type Endpoint = 'products' | 'product' | 'candles' | 'trades' | 'ticker' | 'stats' | 'time' | 'other';

interface Route {
  endpoint: Endpoint;
  productId: string;
}

const STALLED_MS = 300_000;
const SLOW_MS = 2_000;
/** What some proxy in between answers with 200. */
const PROXY_PAGE = Buffer.from('<!DOCTYPE html><title>Just a moment...</title>');

/** The exchange's REST side: limit first, then faults on demand, then the question itself. */
export class Exchange {
  constructor(
    private readonly market: Market,
    private readonly clock: SimulatorClock,
    private readonly limit: RateLimit,
    private readonly faults: FaultPlan,
    readonly counts: RequestCounts,
  ) {}

  async answer(request: ExchangeRequest): Promise<Answer> {
    const [path = '', query = ''] = request.url.split('?', 2);
    const route = routeOf(path);
    this.counts.arrived(route.endpoint);
    const nowMs = this.clock.nowMs();
    const answer = await this.answerUndated(request, route, new URLSearchParams(query), nowMs);
    const { disturbance } = answer;
    this.counts.ended(disturbance?.kind === 'cut' ? 'cut' : disturbance?.kind === 'stall' ? 'stalled' : answer.status);
    return { ...answer, headers: { Date: new Date(nowMs).toUTCString(), ...answer.headers } };
  }

  private async answerUndated(request: ExchangeRequest, route: Route, parameters: URLSearchParams, nowMs: number): Promise<Answer> {
    if (!this.limit.allows(request.client)) return refusal(429, 'Public rate limit exceeded');
    if (!request.userAgent) return refusal(400, 'User-Agent header is required.');
    const fault = this.faults.take(request.url);
    const refused = fault === null ? null : refusedBy(fault);
    if (refused !== null) return refused;
    if (request.method !== 'GET') return refusal(404, 'NotFound');
    return disturbed(await this.answerQuestion(route, parameters, momentOf(nowMs, fault)), fault);
  }

  private async answerQuestion({ endpoint, productId }: Route, parameters: URLSearchParams, moment: Moment): Promise<Answer> {
    if (endpoint === 'time') return uncacheable(jsonBody({ iso: new Date(moment.nowMs).toISOString(), epoch: moment.nowMs / 1_000 }));
    if (endpoint === 'products') return uncacheable(jsonBody(this.market.catalogue.list()), freshnessOf(moment));
    const product = endpoint === 'other' ? null : this.market.find(productId);
    if (product === null || endpoint === 'other') return refusal(404, 'NotFound');
    try {
      switch (endpoint) {
        case 'product':
          return uncacheable(jsonBody(product.listed));
        case 'candles':
          return await answerCandles(this.market, product, parameters, moment);
        case 'trades':
          return answerTrades(product, parameters, moment);
        case 'ticker':
          return await answerTicker(this.market, product, moment);
        case 'stats':
          return await answerStats(this.market, product, moment);
      }
    } catch (error) {
      if (error instanceof NotHeldError) return refusal(503, error.message);
      throw error;
    }
  }
}

function routeOf(path: string): Route {
  if (path === '/time') return { endpoint: 'time', productId: '' };
  if (path === '/products') return { endpoint: 'products', productId: '' };
  const match = /^\/products\/([^/]+)(?:\/(candles|trades|ticker|stats))?$/.exec(path);
  if (match === null) return { endpoint: 'other', productId: '' };
  return { endpoint: (match[2] ?? 'product') as Endpoint, productId: match[1] ?? '' };
}

function refusedBy(fault: PlannedFault): Answer | null {
  const retryAfter: Record<string, string> = fault.retry_after_s === undefined ? {} : { 'Retry-After': String(fault.retry_after_s) };
  if (fault.kind === '429') return refusal(429, 'Public rate limit exceeded', retryAfter);
  if (fault.kind === '500') return refusal(500, 'Internal server error');
  if (fault.kind === '503') return refusal(503, 'Service unavailable', retryAfter);
  return null;
}

function momentOf(nowMs: number, fault: PlannedFault | null): Moment {
  const stale = fault?.kind === 'stale_cache' || fault?.kind === 'hit_without_age';
  return {
    nowMs,
    staleS: stale ? fault.age_s : 0,
    saysAge: fault?.kind !== 'hit_without_age',
    droppedRows: fault?.kind === 'drop_rows' ? fault.rows : 0,
  };
}

function disturbed(answer: Answer, fault: PlannedFault | null): Answer {
  if (fault?.kind === 'cut') return { ...answer, disturbance: { kind: 'cut' } };
  if (fault?.kind === 'stall') return { ...answer, disturbance: { kind: 'stall', ms: fault.ms ?? STALLED_MS } };
  if (fault?.kind === 'slow') return { ...answer, disturbance: { kind: 'slow', ms: fault.ms ?? SLOW_MS } };
  if (fault?.kind === 'html')
    return { ...answer, headers: { ...answer.headers, 'Content-Type': 'text/html; charset=utf-8' }, body: PROXY_PAGE };
  if (fault?.kind === 'garbage') return { ...answer, body: answer.body.subarray(0, Math.ceil(answer.body.length / 2)) };
  return answer;
}
