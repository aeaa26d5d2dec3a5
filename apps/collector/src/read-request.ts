import type { EventData, WireWindow } from '@elias/contracts';
import { decodeEvent, originSchema, revisionFromWire, windowFromWire } from '@elias/contracts';
import { describeError } from '@elias/errors';
import type { CandleWindow, SnapshotWindow, TradeWindow } from '@elias/market-data';
import { DEFAULT_PRODUCT_IDS, isProductId, isSnapshotWindow } from '@elias/market-data';
import { z } from 'zod';
import type { CollectionRequest } from './collection-request.js';

export type CollectionFailed = EventData<'collection.failed'>;

/** A record that is no request which can be served; `failed` answers whoever asked, where the record tells who that is. */
export interface RefusedRequest {
  readonly kind: 'refused';
  readonly reason: string;
  readonly cause: unknown;
  readonly failed: CollectionFailed | null;
}

export type ReadRequest = { readonly kind: 'request'; readonly request: CollectionRequest } | RefusedRequest;

/** Longest text of an event's `detail`. */
const DETAIL_LENGTH_MAX = 4_000;

/** One record of the requests topic to a checked request. Never throws: a bad record must not stop its partition. */
export function readRequest(record: { value: Uint8Array | null; headers: Record<string, string> }): ReadRequest {
  const decoded = decodeEvent(record);
  if (decoded.kind !== 'ok') return refused(decoded.reason, decoded.cause, record.value);
  if (decoded.value.type !== 'collection.requested') {
    return refused('unknown-type', new RangeError(`${decoded.value.type} is no request`), record.value);
  }
  const { data } = decoded.value;
  try {
    const window = collectedWindowOf(data.window);
    const request = {
      requestId: data.request_id,
      runId: data.run_id,
      origin: data.origin,
      attempt: data.attempt,
      window,
      productIds: window.dataset === 'exchange_stats' ? productIdsOf(data.products) : [],
      bestKnown: data.best_known === null ? null : revisionFromWire(data.best_known),
    };
    return { kind: 'request', request };
  } catch (cause) {
    return refused('bad-request', cause, record.value);
  }
}

/** @throws RangeError when the window does not exist, or is computed */
function collectedWindowOf(wire: WireWindow): CandleWindow | SnapshotWindow | TradeWindow {
  const window = windowFromWire(wire);
  if (window.dataset === 'candles' || window.dataset === 'trades' || isSnapshotWindow(window)) return window;
  throw new RangeError(`${window.dataset} is not collected from the exchange`);
}

/** @throws RangeError when one of them cannot be a product */
function productIdsOf(products: readonly string[] = DEFAULT_PRODUCT_IDS): string[] {
  const wrong = products.find((id) => !isProductId(id));
  if (wrong !== undefined) throw new RangeError(`"${wrong}" is not a product id like BTC-USD`);
  return [...new Set(products)];
}

/** What is told of a request that came to nothing. */
export function collectionFailed(
  asked: Pick<CollectionFailed, 'request_id' | 'run_id' | 'origin' | 'window' | 'attempt'>,
  failure: { permanent: boolean; reason: CollectionFailed['reason']; cause: unknown },
): CollectionFailed {
  const { permanent, reason, cause } = failure;
  return { ...asked, permanent, reason, detail: describeError(cause).slice(0, DETAIL_LENGTH_MAX) };
}

function refused(reason: string, cause: unknown, value: Uint8Array | null): RefusedRequest {
  const asked = salvaged(value);
  return {
    kind: 'refused',
    reason,
    cause,
    failed: asked === null ? null : collectionFailed(asked, { permanent: true, reason: 'bad_request', cause }),
  };
}

const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const shortText = (length: number): z.ZodCatch<z.ZodPipe<z.ZodString, z.ZodTransform<string, string>>> =>
  z
    .string()
    .transform((text) => text.slice(0, length))
    .catch('');

/** The least that an answer needs: who asked, and for which window. All else may be wrong. */
const salvageSchema = z.object({
  request_id: uuid,
  run_id: uuid,
  origin: originSchema.catch('backfill'),
  attempt: z.int().min(1).catch(1),
  window: z.object({
    id: z.string().min(1).max(200),
    dataset: shortText(64),
    product_id: shortText(64),
    granularity: z.int().catch(0),
    from: shortText(40),
    to: shortText(40),
  }),
});

function salvaged(value: Uint8Array | null): z.output<typeof salvageSchema> | null {
  try {
    return salvageSchema.parse(JSON.parse(new TextDecoder().decode(value ?? new Uint8Array())));
  } catch {
    return null;
  }
}
