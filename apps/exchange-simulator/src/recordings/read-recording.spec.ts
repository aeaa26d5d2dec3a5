import { rowsOf } from '../candles/candle-row.js';
import { readRecording } from './read-recording.js';
import { RecordingError } from './recording-error.js';

const HEADER = 'time,low,high,open,close,volume';
const read = (...lines: string[]): unknown[] => {
  const block = readRecording(Buffer.from([HEADER, ...lines].join('\n')), 'ONE-USD.csv');
  const slice = block.between(0, Number.MAX_SAFE_INTEGER);
  return JSON.parse(`[${slice?.toString() ?? ''}]`) as unknown[];
};

it('keeps the text of numbers', () => {
  const csv = `${HEADER}\n2023-12-29 17:55:00,41822.14,41835.0,41833.79,41834.73,4.776e-05\n`;
  const slice = readRecording(Buffer.from(csv), 'BTC-USD.csv').between(0, 2e9);
  expect(slice?.toString()).toBe('[1703872500,41822.14,41835.0,41833.79,41834.73,4.776e-05]');
});

it('of doubles the first row counts, wherever it stands', () => {
  const rows = read(
    '2023-12-29 17:52:00,1,2,1,2,8.2',
    '2023-12-29 13:00:00,1,1,1,1,1',
    '2023-12-29 17:52:00,1,2,1,2,7.4',
    '2023-12-29 17:53:00,1,1,1,1,1',
  );
  expect(rows).toEqual([
    [1_703_872_380, 1, 1, 1, 1, 1],
    [1_703_872_320, 1, 2, 1, 2, 8.2],
    [1_703_854_800, 1, 1, 1, 1, 1],
  ]);
});

it('takes columns in any order, unix seconds, ISO times, CRLF, and no line feed at the end', () => {
  const csv = 'volume,close,open,high,low,time\r\n5,4,3,2,1,60\r\n5,4,3,2,1,1970-01-01T00:02:00Z';
  const slice = readRecording(Buffer.from(csv), 'x').between(0, 1_000);
  expect(slice?.toString()).toBe('[120,1,2,3,4,5],[60,1,2,3,4,5]');
});

it.each([
  { lines: ['2023-12-29 17:55:00,1,1,1,1'], message: 'recording "ONE-USD.csv", line 2: "" is no price or volume' },
  { lines: ['60,1,1,1,1,1', '', '120,1,1,nan,1,1'], message: 'recording "ONE-USD.csv", line 4: "nan" is no price or volume' },
  { lines: ['60,1,1,1,1,-1'], message: 'line 2: "-1" is no price or volume' },
  { lines: ['60,1,1,01,1,1'], message: 'line 2: "01" is no price or volume' },
  { lines: ['60,1,1,1.,1,1'], message: 'line 2: "1." is no price or volume' },
  { lines: ['61,1,1,1,1,1'], message: 'line 2: "61" is no start of a minute' },
  { lines: ['2023-12-29 17:55:30,1,1,1,1,1'], message: 'line 2: "2023-12-29 17:55:30" is no start of a minute' },
  { lines: ['29/12/2023 17:55:00,1,1,1,1,1'], message: 'is no start of a minute' },
  { lines: [], message: 'recording "ONE-USD.csv", line 1: has no rows' },
])('names what it cannot serve: $message', ({ lines, message }) => {
  expect(() => read(...lines)).toThrow(RecordingError);
  expect(() => read(...lines)).toThrow(message);
});

it('names a column that is missing', () => {
  expect(() => readRecording(Buffer.from('time,low,high,open,close\n'), 'x')).toThrow('has no column "volume"');
});

it('holds many rows by falling time', () => {
  const lines = Array.from({ length: 50_000 }, (_, index) => `${((index * 7_919) % 50_000) * 60},1,2,1,2,${index}`);
  const block = readRecording(Buffer.from([HEADER, ...lines].join('\n')), 'x');
  expect(block.rowCount).toBe(50_000);
  const slice = block.between(0, 9e9);
  const rows = rowsOf(slice === null ? [] : [slice]);
  expect(rows.map(({ time }) => time)).toEqual(Array.from({ length: 50_000 }, (_, index) => (49_999 - index) * 60));
});
