import { candleQuery, secondsOf } from './candle-query.js';

const ask = (query: string): unknown => candleQuery(new URLSearchParams(query));

it('takes both bounds, ISO or unix seconds', () => {
  expect(ask('granularity=60&start=2023-12-01T00:00:00Z&end=1701392340')).toEqual({
    kind: 'range',
    granularity: 60,
    fromS: 1_701_388_800,
    toS: 1_701_392_340,
  });
});

it.each(['granularity=300', 'granularity=300&start=0', 'granularity=300&end=2023-12-01', 'granularity=300&start=&end=600'])(
  'without both bounds it is the newest candles: %s',
  (query) => {
    expect(ask(query)).toEqual({ kind: 'newest', granularity: 300 });
  },
);

it.each(['', 'granularity=61', 'granularity=7200', 'granularity=abc', 'granularity='])('unsupported granularity: "%s"', (query) => {
  expect(ask(query)).toEqual({ kind: 'refused', message: 'Unsupported granularity' });
});

it('300 intervals pass, one second more does not', () => {
  expect(ask('granularity=60&start=0&end=18000')).toMatchObject({ kind: 'range', toS: 18_000 });
  expect(ask('granularity=60&start=0&end=18001')).toEqual({
    kind: 'refused',
    message: 'granularity too small for the requested time range. Count of aggregations requested exceeds 300',
  });
});

it('refuses bounds that are no times, and the wrong way round', () => {
  expect(ask('granularity=60&start=None&end=60')).toEqual({ kind: 'refused', message: 'Invalid start' });
  expect(ask('granularity=60&start=0&end=1642959420000')).toEqual({ kind: 'refused', message: 'Invalid end' });
  expect(ask('granularity=60&start=120&end=60')).toEqual({ kind: 'refused', message: 'start must be before end' });
  expect(ask('granularity=60&start=60&end=60')).toMatchObject({ kind: 'range' });
});

it.each([
  ['1701388800', 1_701_388_800],
  ['2023-12-01', 1_701_388_800],
  ['2023-12-01T00:00:00.500Z', 1_701_388_800.5],
  ['2023-12-01T01:00:00+01:00', 1_701_388_800],
  ['2023-12-01 00:00:00', 1_701_388_800],
  ['2023-12-01T00:00', 1_701_388_800],
  ['2023-13-01T00:00:00Z', null],
  ['yesterday', null],
  ['-60', null],
])('%s is %s seconds', (text, seconds) => {
  expect(secondsOf(text)).toBe(seconds);
});
