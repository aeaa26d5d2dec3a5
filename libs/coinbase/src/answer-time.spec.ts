import { answerTimeOf, retryAfterMs } from './answer-time.js';

const date = 'Wed, 27 Aug 2025 17:11:28 GMT';
const dateMs = Date.UTC(2025, 7, 27, 17, 11, 28);

it.each([
  ['an answer of the exchange itself', { date }, { answeredAtMs: dateMs, cached: false }],
  ['one that a cache asked for', { date, 'cf-cache-status': 'MISS' }, { answeredAtMs: dateMs, cached: false }],
  ['one that a cache asked about', { date, 'cf-cache-status': 'REVALIDATED' }, { answeredAtMs: dateMs, cached: false }],
  ['an aged one without a word of a cache', { date, age: '90' }, { answeredAtMs: dateMs - 90_000, cached: false }],
  ['one from a cache', { date, age: '299', 'cf-cache-status': 'HIT' }, { answeredAtMs: dateMs - 299_000, cached: true }],
  ['one from a cache of unknown age', { date, 'cf-cache-status': 'HIT' }, { answeredAtMs: null, cached: true }],
  ['one past its time', { date, 'cf-cache-status': 'stale' }, { answeredAtMs: null, cached: true }],
  ['an age that means nothing', { date, age: '-1' }, { answeredAtMs: null, cached: false }],
  ['two ages', { date, age: ['1', '2'] }, { answeredAtMs: null, cached: false }],
])('knows when it was so: %s', (_name, headers, expected) => {
  expect(answerTimeOf(headers)).toEqual({ dateMs, ...expected });
});

it.each([[{}], [{ date: 'soon' }], [{ date: [date, date] }]])('has no time without a Date: %j', (headers) => {
  expect(answerTimeOf(headers)).toBeNull();
});

it.each([
  [{ 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '0' }, 0],
  [{ date, 'retry-after': 'Wed, 27 Aug 2025 17:11:58 GMT' }, 30_000],
  [{ date, 'retry-after': 'Wed, 27 Aug 2025 17:11:00 GMT' }, 0],
  [{ 'retry-after': 'Wed, 27 Aug 2025 17:11:58 GMT' }, null],
  [{ 'retry-after': 'later' }, null],
  [{ date }, null],
])('reads how long to leave the exchange alone: %j', (headers, expected) => {
  expect(retryAfterMs(headers)).toBe(expected);
});
