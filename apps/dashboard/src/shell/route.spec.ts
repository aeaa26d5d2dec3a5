import { hashOf, parseRoute, productHash, runHash } from './route.js';
import type { Route } from './route.js';

it.each([
  ['', { page: 'overview' }],
  ['#/', { page: 'overview' }],
  ['#/runs', { page: 'runs', to: null }],
  ['#/runs/', { page: 'runs', to: null }],
  ['#/runs?to=2023-12-28', { page: 'runs', to: '2023-12-28' }],
  ['#/runs?to=2023-02-30', { page: 'runs', to: null }],
  ['#/runs/018c', { page: 'run', runId: '018c', task: null }],
  ['#/products', { page: 'products' }],
  ['#/products/BTC-USD', { page: 'product', productId: 'BTC-USD', day: null, width: 'minutes' }],
  ['#/products/BTC-USD?width=days&day=nonsense', { page: 'product', productId: 'BTC-USD', day: null, width: 'days' }],
  ['#/products/%', { page: 'product', productId: '%', day: null, width: 'minutes' }],
  ['#/nothing', { page: 'unknown' }],
  ['#/runs/a/b', { page: 'unknown' }],
] as const)('%s asks for %j', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});

it.each<Exclude<Route, { page: 'unknown' }>>([
  { page: 'overview' },
  { page: 'runs', to: null },
  { page: 'runs', to: '2023-12-28' },
  { page: 'run', runId: '018c', task: 'candles/60/BTC-USD/2023-12-28' },
  { page: 'products' },
  { page: 'product', productId: 'BTC-USD', day: '2023-12-28', width: 'days' },
  { page: 'product', productId: 'a/b?c', day: null, width: 'minutes' },
])('%j is read back from its hash', (route) => {
  expect(parseRoute(hashOf(route))).toEqual(route);
});

it('links to runs and products', () => {
  expect(runHash('018c', 'candles/60/BTC-USD/2023-12-28')).toBe('#/runs/018c?task=candles%2F60%2FBTC-USD%2F2023-12-28');
  expect(productHash('BTC-USD', '2023-12-28')).toBe('#/products/BTC-USD?day=2023-12-28');
});
