import { DEFAULT_PRODUCT_IDS } from '@elias/market-data';
import { readRequest } from './read-request.js';
import { REQUEST_ID, requestFor, requestRecord, RUN_ID } from './test-requests.js';

const ID = 'candles/60/BTC-USD/2023-12-01';
const headers = { ce_type: 'collection.requested' };
const read = (value: unknown, type = 'collection.requested'): ReturnType<typeof readRequest> =>
  readRequest({ value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), headers: { ce_type: type } });
const refusal = (value: unknown, type?: string): object => {
  const result = read(value, type);
  if (result.kind !== 'refused') throw new Error('not refused');
  return { reason: result.reason, failed: result.failed };
};
const withWindow = (change: object): object => ({ ...requestFor(ID), window: { ...requestFor(ID).window, ...change } });

it('reads a request', () => {
  const best = { unknown: 2, open: 0, collected_at: '2023-12-02T00:16:00Z', collection_id: '018c0000-0000-7000-8000-000000000009' };
  expect(readRequest(requestRecord(requestFor(ID, { best_known: best, attempt: 3, origin: 'backfill' })))).toEqual({
    kind: 'request',
    request: {
      requestId: REQUEST_ID,
      runId: RUN_ID,
      origin: 'backfill',
      attempt: 3,
      window: expect.objectContaining({ productId: 'BTC-USD', granularity: 60, fromMs: Date.UTC(2023, 11, 1) }) as object,
      productIds: [],
      bestKnown: {
        unknown: 2,
        open: 0,
        collectedAtMs: Date.UTC(2023, 11, 2, 0, 16),
        collectionId: '018c0000-0000-7000-8000-000000000009',
      },
    },
  });
});

it("reads a request for the exchange's stats: of the products that are named, each once, else of the usual ones", () => {
  const id = 'exchange_stats/_all/2023-12-01';
  const productIds = (products?: string[]): unknown => {
    const result = readRequest(requestRecord(requestFor(id, products === undefined ? {} : { products })));
    return result.kind === 'request' ? result.request.productIds : result.cause;
  };
  expect(productIds(['B-USD', 'A-USD', 'B-USD'])).toEqual(['B-USD', 'A-USD']);
  expect(productIds()).toEqual([...DEFAULT_PRODUCT_IDS]);
  expect(productIds(['B-USD', '../time'])).toEqual(new RangeError('"../time" is not a product id like BTC-USD'));
});

it.each(['asset_stats_daily/BTC-USD/2023-12-01', 'discounts_7d/_all/2023-12-01'])('%s is computed, not collected', (id) => {
  expect(refusal(requestFor(id))).toMatchObject({
    reason: 'bad-request',
    failed: { permanent: true, reason: 'bad_request', detail: expect.stringMatching(/is not collected from the exchange/) as string },
  });
});

it.each([
  ['no JSON', '{"request_id":', 'not-json'],
  ['nothing', '', 'not-json'],
  ['no object', '[]', 'wrong-shape'],
  ['an object that names nobody', { window: requestFor(ID).window }, 'wrong-shape'],
  ['ids that are none', { ...requestFor(ID), request_id: 'me' }, 'wrong-shape'],
])('puts aside %s, and answers nobody', (_name, value, reason) => {
  expect(refusal(value)).toEqual({ reason, failed: null });
});

it('puts aside a record without a value', () => {
  expect(readRequest({ value: null, headers })).toMatchObject({ kind: 'refused', reason: 'not-json', failed: null });
});

it('puts aside what is no request, and answers who sent it', () => {
  expect(refusal(requestFor(ID), 'weather.changed')).toMatchObject({ reason: 'unknown-type', failed: { request_id: REQUEST_ID } });
  const failed = { ...requestFor(ID), permanent: true, reason: 'deadline', detail: '' };
  expect(refusal(failed, 'collection.failed')).toMatchObject({
    reason: 'unknown-type',
    failed: { permanent: true, reason: 'bad_request' },
  });
});

it.each([
  [
    'a granularity that the exchange lacks',
    withWindow({ id: 'candles/120/BTC-USD/2023-12-01', granularity: 120 }),
    'bad-request',
    /not the name/,
  ],
  ['a range the wrong way round', withWindow({ from: '2023-12-02T00:00:00Z', to: '2023-12-01T00:00:00Z' }), 'bad-request', /from/],
  ['a day that does not exist', withWindow({ id: 'candles/60/BTC-USD/2023-02-30' }), 'bad-request', /not the name/],
  ['a product that cannot be one', withWindow({ id: 'candles/60/btc/2023-12-01', product_id: 'btc' }), 'bad-request', /not the name/],
  ['a name that says something else than the rest', withWindow({ product_id: 'ETH-USD' }), 'bad-request', /product_id/],
  ['a best revision of no time', { ...requestFor(ID), best_known: bestAt('2023-02-30T00:00:00Z') }, 'bad-request', /not an instant/],
  ['no attempt', { ...requestFor(ID), attempt: undefined }, 'wrong-shape', /attempt/],
  ['a granularity in words', withWindow({ granularity: 'minute' }), 'wrong-shape', /granularity/],
])('refuses %s, with the reason, to who asked', (_name, value, reason, detail) => {
  const { failed, ...rest } = refusal(value) as { failed: { detail: string } };
  expect(rest).toEqual({ reason });
  expect(failed).toMatchObject({ request_id: REQUEST_ID, run_id: RUN_ID, permanent: true, reason: 'bad_request', attempt: 1 });
  expect(failed.detail).toMatch(detail);
});

it('answers even where much is wrong, in words that fit', () => {
  const window = { ...requestFor(ID).window, from: 7, to: 'x'.repeat(500), granularity: 1.5 };
  expect(refusal({ ...requestFor(ID), window, origin: 'whim', attempt: -1 })).toMatchObject({
    reason: 'wrong-shape',
    failed: { origin: 'backfill', attempt: 1, window: { id: ID, from: '', to: 'x'.repeat(40), granularity: 0 } },
  });
});

function bestAt(instant: string): object {
  return { unknown: 0, open: 0, collected_at: instant, collection_id: '018c0000-0000-7000-8000-000000000009' };
}
