import { candleQuery } from '../candles/candle-query.js';
import type { CandleQuery } from '../candles/candle-query.js';
import { pageOf } from '../candles/candle-block.js';
import { rowsOf, rowText } from '../candles/candle-row.js';
import type { Market, MarketProduct } from '../market.js';
import { cacheable, refusal } from './answer.js';
import type { Answer } from './answer.js';
import { CACHED_S, knowledgeOf } from './moment.js';
import type { Moment } from './moment.js';

/** Rows of an answer without a range. */
const NEWEST_ROWS = 350;

/** `GET /products/{id}/candles` */
export async function answerCandles(market: Market, product: MarketProduct, parameters: URLSearchParams, moment: Moment): Promise<Answer> {
  const query = candleQuery(parameters);
  if (query.kind === 'refused') return refusal(400, query.message);
  const asked = query.kind === 'newest' ? cachedMoment(product, moment) : moment;
  const { asOfMs, freshness } = knowledgeOf(product, asked, query.granularity);
  const slices = withoutDropped(await slicesOf(market, product, query, asOfMs), moment.droppedRows);
  return cacheable(pageOf(slices), freshness);
}

async function slicesOf(
  market: Market,
  { listed, source }: MarketProduct,
  query: Exclude<CandleQuery, { kind: 'refused' }>,
  asOfMs: number,
): Promise<Buffer[]> {
  const { granularity } = query;
  if (query.kind === 'range') return market.edits.range(listed.id, source, { ...query, asOfMs });
  const removals = market.edits.removalsMax(listed.id);
  const newest = await source.newest({ granularity, count: NEWEST_ROWS + removals, asOfMs });
  if (removals === 0) return newest;
  const fromS = rowsOf(newest).at(-1)?.time ?? 0;
  const edited = await market.edits.range(listed.id, source, { granularity, fromS, toS: asOfMs / 1_000, asOfMs });
  return edited.slice(0, NEWEST_ROWS);
}

/** A call without a range was seen one to seven minutes behind: it is answered as of the last whole five minutes. */
function cachedMoment({ source }: MarketProduct, moment: Moment): Moment {
  const behindS = Math.floor(moment.nowMs / 1_000) % CACHED_S;
  return source.kind === 'made' && moment.staleS === 0 ? { ...moment, staleS: behindS } : moment;
}

function withoutDropped(slices: readonly Buffer[], dropped: number): readonly Buffer[] {
  if (dropped === 0) return slices;
  const rows = rowsOf(slices).map(rowText);
  rows.splice(Math.max(0, Math.floor((rows.length - dropped) / 2)), dropped);
  return rows.map((row) => Buffer.from(row));
}
