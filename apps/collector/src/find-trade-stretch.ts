import type { Trade } from '@elias/market-data';

/** A trade as far as finding others goes. */
export type Sight = Pick<Trade, 'tradeId' | 'tradedAtMs'>;

/** Ids from the first to the last, both included. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** The newest trade whose id is below another; null when there is none. */
export type Probe = (below: number) => Promise<Sight | null>;

/** An end of a window is found to so many ids: they are one page, which is asked for anyway. */
const NEAR_IDS = 1_000;
/** Ids beyond either end that are asked for too: times rise with ids, but nobody promises that they never stand still or step back. */
export const MARGIN_IDS = 500;
/** An estimate is missed by some ids on purpose, now on this side and now on that, so that the end is soon between two of them. */
const BESIDE_IDS = 400;

/**
 * The ids that hold every trade of a period, from a trade of before it to one of not before its end, with a margin on both sides. The exchange
 * finds trades by id alone: the ends are sought between the oldest and the newest, where an even pace would have them, else in the middle.
 * @param newest the product's newest trade
 */
export async function findTradeStretch(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  newest: Sight,
  probe: Probe,
): Promise<Stretch> {
  const oldest = (await probe(2)) ?? { tradeId: 0, tradedAtMs: Number.NEGATIVE_INFINITY };
  const begin = await narrow(fromMs, oldest, newest, probe);
  const end = newest.tradedAtMs < toMs ? newest.tradeId : (await narrow(toMs, begin.before, newest, probe)).notBefore.tradeId;
  return { first: Math.max(1, begin.before.tradeId - MARGIN_IDS), last: Math.min(newest.tradeId, end + MARGIN_IDS) };
}

/** A trade before an instant and one not before it, few ids apart; where all are before it, or none is, the outermost. */
async function narrow(atMs: number, oldest: Sight, newest: Sight, probe: Probe): Promise<{ before: Sight; notBefore: Sight }> {
  let [before, notBefore] = [oldest, newest];
  if (newest.tradedAtMs < atMs) return { before: newest, notBefore: newest };
  if (oldest.tradedAtMs >= atMs) return { before: oldest, notBefore: oldest };
  for (let step = 0; notBefore.tradeId - before.tradeId > NEAR_IDS; step += 1) {
    const id = estimate(atMs, before, notBefore, step);
    const sight = await probe(id + 1);
    if (sight === null) {
      // no id so low was ever given; a trade that was seen below it would say otherwise
      if (before.tradedAtMs !== Number.NEGATIVE_INFINITY) break;
      before = { tradeId: id, tradedAtMs: Number.NEGATIVE_INFINITY };
    } else if (sight.tradeId <= before.tradeId) {
      // none of the ids in between is told: the page that holds them will say so
      break;
    } else if (sight.tradedAtMs < atMs) before = sight;
    else notBefore = sight;
  }
  return { before, notBefore };
}

/** Where the instant would be: each third time in the middle, which bounds the steps however uneven the pace is. */
function estimate(atMs: number, before: Sight, notBefore: Sight, step: number): number {
  const ids = notBefore.tradeId - before.tradeId;
  const part = (atMs - before.tradedAtMs) / (notBefore.tradedAtMs - before.tradedAtMs);
  const even = step % 3 !== 2 && Number.isFinite(before.tradedAtMs) && Number.isFinite(part);
  const id = even
    ? before.tradeId + Math.round(ids * part) + (step % 3 === 0 ? -BESIDE_IDS : BESIDE_IDS)
    : before.tradeId + Math.floor(ids / 2);
  return Math.max(before.tradeId + 1, Math.min(notBefore.tradeId - 1, id));
}
