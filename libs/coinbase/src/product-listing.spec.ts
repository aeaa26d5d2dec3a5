import { readListing } from './product-listing.js';

const listed = {
  id: 'SHIB-USD',
  base_currency: 'SHIB',
  quote_currency: 'USD',
  quote_increment: '0.00000001',
  base_increment: '1.00000000',
  display_name: 'SHIB-USD',
  min_market_funds: '1',
  margin_enabled: false,
  post_only: false,
  limit_only: true,
  cancel_only: false,
  status: 'online',
  status_message: '',
  trading_disabled: false,
  fx_stablecoin: false,
  max_slippage_percentage: '0.03000000',
  auction_mode: false,
  high_bid_limit_percentage: '',
};
const read = (...entries: unknown[]): unknown => readListing(entries, '/products');

it('reads what the exchange says of a product, in canonical form', () => {
  expect(read(listed, { ...listed, id: 'A-USD', status_message: ' halted,\nsee below ', min_market_funds: '1e-5' })).toMatchObject([
    {
      ...{ product_id: 'SHIB-USD', base_currency: 'SHIB', quote_currency: 'USD', status: 'online', status_message: null },
      ...{ base_increment: '1', quote_increment: '0.00000001', min_market_funds: '1', trading_disabled: false, post_only: false },
      ...{ limit_only: true, cancel_only: false, auction_mode: false, fx_stablecoin: false, margin_enabled: false },
    },
    { product_id: 'A-USD', status_message: 'halted, see below', min_market_funds: '0.00001' },
  ]);
});

it('what it leaves out, or leaves empty, is null', () => {
  const [product] = readListing([{ id: 'A-USD', status: null, base_increment: '', fx_stablecoin: null }], '/products');
  const { product_id, ...rest } = product!;
  expect(product_id).toBe('A-USD');
  expect(Object.values(rest)).toEqual(Array.from({ length: 14 }, () => null));
});

it.each<[string, unknown]>([
  ['it is no list of products', []],
  ['it is no list of products', { message: 'no list' }],
  ['it is no list of products', null],
  ['entry 1 is no product: {"status":"online"}', [listed, { status: 'online' }]],
  ['entry 0 is no product: {"id":7}', [{ id: 7 }]],
  ['entry 0 is no product: {"id":"btc_usd"}', [{ id: 'btc_usd' }]],
  ['entry 0 is no product: null', [null]],
  ['SHIB-USD is in the list twice', [listed, listed]],
  ['status of SHIB-USD is no text: 1', [{ ...listed, status: 1 }]],
  ['base_increment of SHIB-USD is no text: 0.01', [{ ...listed, base_increment: 0.01 }]],
  ['base_increment of SHIB-USD is no decimal number: "a little"', [{ ...listed, base_increment: 'a little' }]],
  ['min_market_funds of SHIB-USD is below 0: "-1"', [{ ...listed, min_market_funds: '-1' }]],
  ['fx_stablecoin of SHIB-USD is neither true nor false: "true"', [{ ...listed, fx_stablecoin: 'true' }]],
])('%s', (problem, json) => {
  expect(() => readListing(json, '/products')).toThrow(expect.objectContaining({ name: 'BadAnswerError', problem }) as Error);
});

it('refuses a number that no store can hold', () => {
  const error = { name: 'ValueDoesNotFitError', column: 'quote_increment', at: 'SHIB-USD' };
  expect(() => read({ ...listed, quote_increment: '0.00000000001' })).toThrow(expect.objectContaining(error) as Error);
});
