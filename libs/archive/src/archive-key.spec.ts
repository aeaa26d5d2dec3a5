import { candleWindowAt, dayWindowAt, tradeWindowAt } from '@elias/market-data';
import type { GranularitySeconds } from '@elias/market-data';
import { archiveKey, checksumListKey, parseArchiveKey, twinKey } from './archive-key.js';

const revision = {
  unknown: 0,
  open: 0,
  collectedAtMs: Date.UTC(2023, 11, 2, 0, 15, 3),
  collectionId: '018c2402-1f58-7abc-8def-01233f9a1c07',
};
const sha256 = '9f2c41d07ab3'.padEnd(64, '0');
const day = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1, 5));

it('names a day of minutes by window, revision and content', () => {
  expect(archiveKey('', day, revision, sha256)).toBe(
    'candles/granularity=60/product=BTC-USD/dt=2023-12-01/BTC-USD_60_2023-12-01_r20231202T001503Z_3f9a1c07_9f2c41d07ab3.zip',
  );
  expect(twinKey('', day)).toBe('tables/candles/granularity=60/product=BTC-USD/dt=2023-12-01/data.csv.gz');
  expect(checksumListKey('', day)).toBe('candles/granularity=60/product=BTC-USD/dt=2023-12-01/SHA256SUMS');
});

it.each([
  { granularity: 300, dt: '2023-12-01' },
  { granularity: 21_600, dt: '2023-12-01' },
  { granularity: 86_400, dt: '2023-01-01' },
] as const)('the date of $granularity s is the first day of its month or year: $dt', ({ granularity, dt }) => {
  const window = candleWindowAt('BTC-USD', granularity, Date.UTC(2023, 11, 17));
  expect(twinKey('', window)).toContain(`/dt=${dt}/`);
  expect(archiveKey('', window, revision, sha256)).toContain(`/dt=${dt}/BTC-USD_${granularity}_${dt}_r`);
});

it.each([
  ['asset_stats_daily', 'BTC-USD'],
  ['discounts_30d', '_all'],
] as const)('a day of %s has no width in its names', (dataset, productId) => {
  const window = dayWindowAt(dataset, productId, Date.UTC(2023, 11, 1));
  const folder = `${dataset}/product=${productId}/dt=2023-12-01`;
  const key = archiveKey('a', window, revision, sha256);
  expect(key).toBe(`a/${folder}/${productId}_${dataset}_2023-12-01_r20231202T001503Z_3f9a1c07_9f2c41d07ab3.zip`);
  expect(twinKey('a', window)).toBe(`a/tables/${folder}/data.csv.gz`);
  expect(parseArchiveKey('a', key)?.window).toEqual(window);
});

it.each([
  { width: 3_600, named: '2023-12-01T13', twin: 'dt=2023-12-01/hour=13' },
  { width: 86_400, named: '2023-12-01', twin: 'dt=2023-12-01' },
] as const)('trades of $width s lie in the folder of their day, the hour is in the names', ({ width, named, twin }) => {
  const window = tradeWindowAt('BTC-USD', width, Date.UTC(2023, 11, 1, 13));
  const key = archiveKey('a', window, revision, sha256);
  expect(key).toBe(`a/trades/product=BTC-USD/dt=2023-12-01/BTC-USD_trades_${named}_r20231202T001503Z_3f9a1c07_9f2c41d07ab3.zip`);
  expect(twinKey('a', window)).toBe(`a/tables/trades/product=BTC-USD/${twin}/data.csv.gz`);
  expect(parseArchiveKey('a', key)?.window).toEqual(window);
});

it.each(['market', 'market/', '/market'])('the prefix "%s" is one folder', (prefix) => {
  expect(archiveKey(prefix, day, revision, sha256)).toMatch(/^market\/candles\//);
  expect(twinKey(prefix, day)).toMatch(/^market\/tables\//);
});

it.each<GranularitySeconds>([60, 3_600, 86_400])('reads its own keys back (%d s)', (granularity) => {
  const window = candleWindowAt('1INCH-USD', granularity, Date.UTC(2024, 1, 29));
  expect(parseArchiveKey('a/b', archiveKey('a/b', window, revision, sha256))).toEqual({
    window,
    collectedAtMs: revision.collectedAtMs,
    collectionTail: '3f9a1c07',
    csvSha256Head: '9f2c41d07ab3',
  });
});

it.each([
  ['a checksum list', checksumListKey('', day)],
  ['a twin', twinKey('', day)],
  ['another prefix', archiveKey('else', day, revision, sha256)],
  ['a folder that is not the name’s', archiveKey('', day, revision, sha256).replace('dt=2023-12-01', 'dt=2023-12-02')],
  ['a day that does not exist', archiveKey('', day, revision, sha256).replaceAll('2023-12-01', '2023-02-30')],
  [
    'a month named by its second day',
    archiveKey('', candleWindowAt('BTC-USD', 300, day.fromMs), revision, sha256).replaceAll('-12-01', '-12-02'),
  ],
  ['another ending', `${archiveKey('', day, revision, sha256)}.part`],
])('%s is no archive', (_, key) => {
  expect(parseArchiveKey('', key)).toBeNull();
});
