import { z } from 'zod';

export const CHANNELS = ['heartbeat', 'ticker', 'matches'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Channels that the exchange has with a key only, and those that the simulator does not have. */
const WITH_KEY = ['level2', 'level3', 'full', 'user'];
const NOT_SIMULATED = ['ticker_batch', 'level2_batch', 'status', 'rfq_matches'];

export interface Wanted {
  channel: Channel;
  /** null in an `unsubscribe`: all products of the channel */
  productIds: string[] | null;
}

export interface ClientOrder {
  type: 'subscribe' | 'unsubscribe';
  wanted: Wanted[];
}

/** An error as the feed tells it. */
export interface FeedError {
  type: 'error';
  message: string;
  reason?: string;
}

const productIds = z.array(z.string()).max(10_000).optional();
const order = z.looseObject({
  type: z.enum(['subscribe', 'unsubscribe']),
  product_ids: productIds,
  channels: z.array(z.union([z.string(), z.looseObject({ name: z.string(), product_ids: productIds })])).optional(),
});

/**
 * What a client's message asks for. One bad product or channel spoils the whole of it.
 * @param isProduct whether the exchange knows a product
 */
export function readClientMessage(text: string, isProduct: (productId: string) => boolean): ClientOrder | FeedError {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { type: 'error', message: 'Malformed JSON' };
  }
  const parsed = order.safeParse(json);
  if (!parsed.success) return { type: 'error', message: 'Malformed message', reason: z.prettifyError(parsed.error) };
  const { type, product_ids: common, channels = [] } = parsed.data;
  const failed = (reason: string): FeedError => ({ type: 'error', message: `Failed to ${type}`, reason });
  if (channels.length === 0) return failed('No channels provided');

  const wanted: Wanted[] = [];
  for (const entry of channels) {
    const { name, product_ids: own } = typeof entry === 'string' ? { name: entry, product_ids: undefined } : entry;
    if (WITH_KEY.includes(name)) return failed(`${name} requires authentication`);
    if (NOT_SIMULATED.includes(name)) return failed(`${name} is not simulated`);
    const channel = CHANNELS.find((known) => known === name);
    if (channel === undefined) return failed(`${name} is not a valid channel`);
    const ids = own ?? common ?? null;
    const unknown = ids?.find((id) => !isProduct(id));
    if (unknown !== undefined) return failed(`${unknown} is not a valid product`);
    if (type === 'subscribe' && (ids === null || ids.length === 0)) return failed('No product_ids provided');
    wanted.push({ channel, productIds: ids });
  }
  return { type, wanted };
}
