import fc from 'fast-check';
import { CANDLE_COLUMNS, copyOptions } from './copy-fixtures.js';
import { outputDelimiter } from './encode-row.js';
import type { LoadColumn } from './load-column.js';
import { TextRows } from './text-rows.js';

interface Loaded {
  text: string;
  rowCount: number;
  rejected: string[];
}

function load(file: Buffer | string, options: string, columns: readonly LoadColumn[], chunkBytes = 1 << 16, delimiter?: string): Loaded {
  const read = copyOptions(options);
  const own = read.format.kind === 'json' ? null : read.format.delimiter;
  const rejected: string[] = [];
  const rows = new TextRows(columns, read, delimiter ?? outputDelimiter(own), (fault, line, column) =>
    rejected.push(`${line} ${column?.name ?? '-'} ${fault.code} ${fault.message}`),
  );
  const data = Buffer.from(file);
  const output: Buffer[] = [];
  for (let at = 0; at < data.length; at += chunkBytes) output.push(...rows.push(data.subarray(at, at + chunkBytes)));
  output.push(...rows.finish());
  return { text: Buffer.concat(output).toString(), rowCount: rows.rowCount, rejected };
}

const two: readonly LoadColumn[] = [
  { name: 'a', kind: 'varchar', length: 16, nullable: true },
  { name: 'b', kind: 'integer', nullable: true },
];
const AUTO = "CSV TIMEFORMAT 'auto'";

it('passes plain candle rows through unchanged', () => {
  const csv = 'BTC-USD,60,2023-12-01T00:00:00Z,37718.01,37718.01,37700,37705.5,3.1\nBTC-USD,60,2023-12-01T00:01:00Z,1,1,1,1,0.0000000001\n';
  expect(load(`header\n${csv}`, `${AUTO} IGNOREHEADER 1`, CANDLE_COLUMNS)).toEqual({ text: csv, rowCount: 2, rejected: [] });
});

it('cuts DECIMAL to its scale and quotes nothing away', () => {
  const csv = '"BTC-USD",60,2023-12-01T00:00:00Z,1.00000000019,1,1,1,1\n';
  expect(load(csv, AUTO, CANDLE_COLUMNS).text).toBe(
    'BTC-USD,60,2023-12-01 00:00:00,1.0000000001,1.0000000000,1.0000000000,1.0000000000,1.0000000000\n',
  );
});

it.each([
  ['CSV', 'a,1\n"b ""x"", y",2\n"c\nd",\n,\n', 'a,1\nb "x"\\, y,2\nc\\nd,\\N\n,\\N\n'],
  ['CSV', 'a,1\r\n"b",2\r\nc,3', 'a,1\nb,2\nc,3\n'],
  ["DELIMITER '|'", 'a|1\nb "x"|2\n\\N|3\n', 'a|1\nb "x"|2\n\\N|3\n'],
  ["DELIMITER '|' ESCAPE", 'a\\|b|1\n\\N|2\nc\\\nd|3\n', 'a\\|b|1\n\\N|2\nc\\nd|3\n'],
  ["CSV DELIMITER 'x'", 'ax1\n', 'a\t1\n'],
  ['CSV IGNOREBLANKLINES', 'a,1\n\nb,2\n', 'a,1\nb,2\n'],
  ['CSV FILLRECORD', 'a\n', 'a,\\N\n'],
])('%s reads %j', (options, file, text) => {
  expect(load(file, options, two)).toMatchObject({ text, rejected: [] });
});

it('rejects rows with file line, column, code and reason, and loads the rest', () => {
  const file = 'x,y\na,1\nb,zwei\n"c\nc",3,4\nd\ne"e,5\nf,6\n"g" g,7\n' + 'h'.repeat(17) + ',8\n';
  expect(load(file, 'CSV IGNOREHEADER 1', two)).toEqual({
    text: 'a,1\nf,6\n',
    rowCount: 2,
    rejected: [
      "3 b 1207 Invalid digit, Value 'z', Pos 0, Type: Integer",
      '4 - 1202 Extra column(s) found',
      '6 a 1214 Delimiter not found',
      '7 - 1216 Invalid quote formatting for CSV',
      '9 - 1216 Invalid quote formatting for CSV',
      '10 a 1204 String length exceeds DDL length',
    ],
  });
});

it('rejects bytes that are no UTF-8, and NUL', () => {
  const file = Buffer.concat([Buffer.from('a,1\n'), Buffer.from([0xa4]), Buffer.from(',2\nb\0,3\n')]);
  expect(load(file, 'CSV', two).rejected).toEqual([
    '2 - 1220 String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: a4 (error 3)',
    '3 - 1220 String contains invalid or unsupported UTF-8 codepoints. Bad UTF-8 hex sequence: 00',
  ]);
});

it('an open quote at the end of the file is a bad row', () => {
  expect(load('a,1\n"b,2\nc,3\n', 'CSV', two)).toMatchObject({ text: 'a,1\n', rejected: ['2 - 1216 Invalid quote formatting for CSV'] });
});

it('does not depend on where chunks are cut', () => {
  const file = 'x,y\nBTC,1\n"b\nü",2\nc,\\N\nzwölf,12\r\n,5\nlast,6';
  const whole = load(file, 'CSV IGNOREHEADER 1', two);
  for (let chunkBytes = 1; chunkBytes < 40; chunkBytes += 1) expect(load(file, 'CSV IGNOREHEADER 1', two, chunkBytes)).toEqual(whole);
});

it('refuses a row without end', () => {
  expect(() => load('x'.repeat(5 * 1_024 * 1_024), 'CSV', two)).toThrow(/longer than/);
});

/** Plain rows take a shortcut; a delimiter that is not the file's own switches it off. */
it('the shortcut takes no row that the long way would refuse or change', () => {
  const digits = fc.stringMatching(/^[0-9]{0,16}$/);
  const number = fc
    .tuple(fc.constantFrom('', '-', '+', ' '), digits, fc.constantFrom('', '.', ',', 'e'), digits)
    .map((parts) => parts.join(''));
  const instant = fc.oneof(
    fc
      .tuple(
        fc.integer({ min: 0, max: 2_100 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        fc.integer({ min: 0, max: 25 }),
        fc.integer({ min: 0, max: 61 }),
        fc.constantFrom('Z', '.5Z', '.1234567Z', '', '+00'),
      )
      .map(([year, month, day, hour, minute, end]) => {
        const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
        return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${pad(hour)}:${pad(minute)}:00${end}`;
      }),
    fc.constantFrom('2023-12-01', 'x', ''),
  );
  const text = fc.oneof(fc.stringMatching(/^[A-Z-]{0,70}$/), fc.constantFrom('é', ' a', '\\N', '\\', '\u007f'));
  const row = fc.tuple(text, number, instant, number, number, number, number, number).map((fields) => fields.join(','));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), (rows, chunkBytes) => {
      const file = rows.map((line) => `${line}\n`).join('');
      const short = load(file, AUTO, CANDLE_COLUMNS, chunkBytes);
      const long = load(file, AUTO, CANDLE_COLUMNS, chunkBytes, '\t');
      expect(short.rejected).toEqual(long.rejected);
      expect(short.rowCount).toBe(long.rowCount);
      // what the shortcut let pass means the same once it is read the long way; that way's output has escapes
      const again = load(short.text, `DELIMITER ',' ESCAPE TIMEFORMAT 'auto'`, CANDLE_COLUMNS, chunkBytes, '\t');
      expect(again.text).toBe(long.text);
    }),
    { numRuns: 400 },
  );
});
