import { rowsOf } from '../candles/candle-row.js';
import type { CandleRow, Granularity } from '../candles/candle-row.js';
import { NotHeldError } from '../candles/candle-source.js';
import { lastTradeId, tradesBetween } from '../trades/trade-pages.js';
import { readRecording } from './read-recording.js';
import { RecordedCandles } from './recorded-candles.js';
import { lastWholeDay, recordedRange } from './recorded-ranges.js';

/** 2023-12-01T00:03 to 2023-12-03T12:00, each minute but those that end in 7. */
const FIRST_S = Date.UTC(2023, 11, 1, 0, 3) / 1_000;
const LAST_S = Date.UTC(2023, 11, 3, 12, 0) / 1_000;
const lines: string[] = [];
for (let timeS = FIRST_S; timeS <= LAST_S; timeS += 60) {
  const minute = timeS / 60;
  if (minute % 10 !== 7) lines.push(`${timeS},${8 + (minute % 3)}.0,${20 + (minute % 5)}.25,15,1${minute % 7}.5,${(minute % 9) + 1}.5`);
}
const recording = new RecordedCandles('ONE-USD', readRecording(Buffer.from(['time,low,high,open,close,volume', ...lines].join('\n')), 'x'));
const NOW_MS = (LAST_S + 120) * 1_000;
const rows = (granularity: Granularity, fromS: number, toS: number, asOfMs = NOW_MS): CandleRow[] =>
  rowsOf(recording.range({ granularity, fromS, toS, asOfMs }));

it('knows the market until 60 s after the end of its last minute, however late it is asked', () => {
  expect(recording.knownUntilMs).toBe((LAST_S + 60 + 60) * 1_000);
  expect(recording.asOfMs(NOW_MS + 5_000_000)).toBe(recording.knownUntilMs);
  expect(recording.asOfMs(1)).toBe(1);
});

it('serves minutes, both ends included, and none that is not recorded', () => {
  const served = rows(60, FIRST_S, FIRST_S + 9 * 60);
  expect(served.map(({ time }) => time)).toEqual(
    [9, 8, 7, 6, 5, 3, 2, 1, 0].map((minute) => FIRST_S + minute * 60).filter((time) => (time / 60) % 10 !== 7),
  );
  expect(rows(60, LAST_S, LAST_S + 86_400)).toHaveLength(1);
  expect(rows(60, LAST_S + 60, LAST_S + 86_400)).toEqual([]);
});

it('aggregates coarser candles from minutes; the last one is what there was of it', () => {
  const [day, before] = rows(86_400, FIRST_S + 86_400 - 180, LAST_S);
  expect([day?.time, before?.time]).toEqual([Date.UTC(2023, 11, 3) / 1_000, Date.UTC(2023, 11, 2) / 1_000]);
  expect(before).toMatchObject({ low: '8.0', high: '24.25', open: '15' });
  const minutes = rows(60, Date.UTC(2023, 11, 2) / 1_000, Date.UTC(2023, 11, 2, 23, 59) / 1_000);
  expect(Number(before?.volume)).toBeCloseTo(
    minutes.reduce((sum, { volume }) => sum + Number(volume), 0),
    6,
  );
});

it('refuses a page that begins before its first minute, coarse ones too', () => {
  expect(() => rows(60, FIRST_S - 60, FIRST_S)).toThrow(NotHeldError);
  expect(() => rows(86_400, Date.UTC(2023, 11, 1) / 1_000, LAST_S)).toThrow('the recording of ONE-USD begins at 2023-12-01T00:03:00.000Z');
  expect(() => rows(300, FIRST_S, LAST_S)).not.toThrow();
  expect(rows(300, FIRST_S, FIRST_S + 600).at(-1)?.time).toBe(FIRST_S + 120);
});

it('the newest candles, as long as it has as many', () => {
  const newest = rowsOf(recording.newest({ granularity: 60, count: 350, asOfMs: NOW_MS }));
  expect(newest).toHaveLength(350);
  expect(newest[0]?.time).toBe(LAST_S);
  expect(() => recording.newest({ granularity: 3_600, count: 350, asOfMs: NOW_MS })).toThrow(NotHeldError);
});

it('has trades that make its minutes', () => {
  const tape = recording.trades;
  const last = lastTradeId(tape, NOW_MS);
  const trades = tradesBetween(tape, 1, last);
  expect(trades).toHaveLength(last);
  expect(trades.map(({ tradeId }) => tradeId)).toEqual(Array.from({ length: last }, (_, index) => last - index));
  for (const candle of rows(60, LAST_S - 6_000, LAST_S)) {
    const own = trades
      .filter(({ timeMs }) => Math.floor(timeMs / 60_000) * 60 === candle.time)
      .map((trade) => ({ ...trade, price: trade.price / 100, size: trade.size / 10 }));
    const prices = own.map(({ price }) => price);
    expect([prices.at(-1), Math.max(...prices), Math.min(...prices), prices[0]]).toEqual(
      [candle.open, candle.high, candle.low, candle.close].map(Number),
    );
    expect(own.reduce((sum, { size }) => sum + size, 0)).toBeCloseTo(Number(candle.volume), 9);
  }
  expect(tape.minuteOfTrade(0)).toBeNull();
  expect(tape.minuteOfTrade(last + 1)).toBeNull();
  expect(tape.minuteAtOrBefore(FIRST_S - 1)).toBeNull();
});

it('a minute of less volume than its shape needs trades still has one', () => {
  const dust = new RecordedCandles(
    'DUST-USD',
    readRecording(Buffer.from('time,low,high,open,close,volume\n0,1,4,2,3,1\n60,1,4,2,3,2'), 'x'),
  );
  expect(tradesBetween(dust.trades, 1, 99)).toEqual([]);
  expect(lastTradeId(dust.trades, 200_000)).toBe(3);
  expect(tradesBetween(dust.trades, 1, 3).map(({ size }) => size)).toEqual([1, 1, 1]);
});

it('tells its range, and the last day that all recordings hold', () => {
  expect(recordedRange(recording)).toEqual({
    from: '2023-12-01T00:03:00Z',
    to: '2023-12-03T12:01:00Z',
    minutes: lines.length,
    known_until: '2023-12-03T12:02:00Z',
  });
  const day = 86_400;
  expect(lastWholeDay([recording])).toBe('2023-12-02');
  expect(
    lastWholeDay([
      { firstS: 0, lastS: 3 * day - 60 },
      { firstS: 60, lastS: 9 * day },
    ]),
  ).toBe('1970-01-03');
  expect(
    lastWholeDay([
      { firstS: 0, lastS: 3 * day - 120 },
      { firstS: day, lastS: 9 * day },
    ]),
  ).toBe('1970-01-02');
  expect(lastWholeDay([{ firstS: 60, lastS: 2 * day - 120 }])).toBeNull();
  expect(lastWholeDay([])).toBeNull();
});
