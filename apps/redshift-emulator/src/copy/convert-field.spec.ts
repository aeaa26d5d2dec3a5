import { convertDecimal } from './convert-decimal.js';
import { fieldConverter } from './convert-field.js';
import { copyOptions } from './copy-fixtures.js';
import type { FieldOutcome } from './field-outcome.js';
import type { LoadColumn } from './load-column.js';

const field = (text: string, column: Partial<LoadColumn> & Pick<LoadColumn, 'kind'>, options = 'CSV', quoted = false): FieldOutcome =>
  fieldConverter({ name: 'c', nullable: true, ...column }, copyOptions(options))({ text, quoted });
const value = (outcome: FieldOutcome): string | null => {
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.value;
};
const fault = (outcome: FieldOutcome): [number, string] => {
  if (outcome.ok) throw new Error(`was loaded as ${outcome.value}`);
  return [outcome.fault.code, outcome.fault.message];
};

describe('DECIMAL', () => {
  it.each([
    ['41835.0', 24, 10, false, '41835.0000000000'],
    ['-0.123', 5, 2, false, '-0.12'],
    ['0.125', 5, 2, true, '0.13'],
    ['-0.125', 5, 2, true, '-0.13'],
    ['9.999', 3, 2, false, '9.99'],
    ['-0.001', 5, 2, false, '0.00'],
    ['+007', 3, 0, false, '7'],
    ['.5', 3, 1, false, '0.5'],
    ['12345678901234.1234567890', 24, 10, false, '12345678901234.1234567890'],
    ['0.99', 1, 0, false, '0'],
  ])('%s as DECIMAL(%d, %d), ROUNDEC %s, is %s', (text, precision, scale, round, expected) => {
    expect(value(convertDecimal(text, precision, scale, round))).toBe(expected);
  });

  it.each([
    ['4.776e-05', 1207, "Invalid digit, Value 'e', Pos 5, Type: Decimal"],
    ['1,5', 1207, "Invalid digit, Value ',', Pos 1, Type: Decimal"],
    ['-', 1207, "Invalid digit, Value '', Pos 1, Type: Decimal"],
    ['123456789012345', 1207, 'Overflow for NUMERIC(24,10)'],
    ['NaN', 1207, "Invalid digit, Value 'N', Pos 0, Type: Decimal"],
  ])('%s is refused', (text, code, message) => {
    expect(fault(convertDecimal(text, 24, 10, false))).toEqual([code, message]);
  });

  it('rounding can overflow', () => {
    expect(fault(convertDecimal('9.995', 3, 2, true))).toEqual([1207, 'Overflow for NUMERIC(3,2)']);
  });
});

describe('integers', () => {
  it('at the edges', () => {
    expect(value(field('2147483647', { kind: 'integer' }))).toBe('2147483647');
    expect(fault(field('2147483648', { kind: 'integer' }))).toEqual([1207, 'Overflow (Integer valid range -2^31 to 2^31-1)']);
    expect(value(field('-9223372036854775808', { kind: 'bigint' }))).toBe('-9223372036854775808');
    expect(fault(field('9223372036854775808', { kind: 'bigint' }))[0]).toBe(1207);
    expect(fault(field('a', { kind: 'integer' }))).toEqual([1207, "Invalid digit, Value 'a', Pos 0, Type: Integer"]);
    expect(fault(field('6.0', { kind: 'smallint' }))).toEqual([1207, "Invalid digit, Value '.', Pos 1, Type: Short"]);
    expect(value(field(' 7 ', { kind: 'integer' }))).toBe('7');
  });
});

describe('NULL', () => {
  it('is the NULL AS text unquoted, and every empty field that is no text', () => {
    expect(value(field('\\N', { kind: 'varchar', length: 8 }))).toBeNull();
    expect(value(field('\\N', { kind: 'varchar', length: 8 }, 'CSV', true))).toBe('\\N');
    expect(value(field('none', { kind: 'integer' }, "CSV NULL AS 'none'"))).toBeNull();
    expect(value(field('', { kind: 'integer' }))).toBeNull();
    expect(value(field('', { kind: 'varchar', length: 8 }))).toBe('');
    expect(value(field('', { kind: 'varchar', length: 8 }, 'CSV EMPTYASNULL'))).toBeNull();
    expect(value(field('  ', { kind: 'varchar', length: 8 }, 'CSV BLANKSASNULL'))).toBeNull();
  });

  it('is refused by a NOT NULL column', () => {
    expect(fault(field('', { kind: 'integer', nullable: false }))).toEqual([1213, 'Missing data for not-null field']);
  });
});

describe('text counts bytes', () => {
  it.each([
    ['grüße', 'varchar', 7, '', 'grüße'],
    ['grüße', 'varchar', 6, 'TRUNCATECOLUMNS', 'grüß'.slice(0, 4)],
    ['aü', 'varchar', 2, 'TRUNCATECOLUMNS', 'a'],
    ['a  ', 'varchar', 8, 'TRIMBLANKS', 'a'],
  ] as const)('%s in %s(%d) %s', (text, kind, length, options, expected) => {
    expect(value(field(text, { kind, length }, `CSV ${options}`))).toBe(expected);
  });

  it('and refuses what is too long, and any wide character in CHAR', () => {
    expect(fault(field('grüße', { kind: 'varchar', length: 6 }))).toEqual([1204, 'String length exceeds DDL length']);
    expect(fault(field('ü', { kind: 'char', length: 4 }))).toEqual([
      1220,
      'Multibyte character not supported for CHAR (Hint: Try using VARCHAR). Invalid char: c3 bc',
    ]);
  });
});

describe('instants', () => {
  const timestamp = (text: string, options: string): FieldOutcome => field(text, { kind: 'timestamp' }, options);
  it.each([
    ['2023-12-01T00:00:00Z', "CSV TIMEFORMAT 'auto'", '2023-12-01 00:00:00'],
    ['2023-12-01T00:00:00.123Z', "CSV TIMEFORMAT 'auto'", '2023-12-01 00:00:00.123'],
    ['2023-12-01 23:59:59+00', "CSV TIMEFORMAT 'auto'", '2023-12-01 23:59:59'],
    ['2023-12-01', "CSV TIMEFORMAT 'auto'", '2023-12-01 00:00:00'],
    ['2023-12-01 10:11:12', 'CSV', '2023-12-01 10:11:12'],
    ['1701388800', "CSV TIMEFORMAT 'epochsecs'", '2023-12-01 00:00:00.000'],
    ['1701388800123', "CSV TIMEFORMAT 'epochmillisecs'", '2023-12-01 00:00:00.123'],
    ['1.12.2023 7:05', "CSV TIMEFORMAT 'DD.MM.YYYY HH24:MI'", '2023-12-01 07:05:00'],
  ])('%s with %s', (text, options, expected) => {
    expect(value(timestamp(text, options))).toBe(expected);
  });

  it.each([
    ['2023-12-01T00:00:00Z', 'CSV', 'Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS]'],
    ['2023-02-29T00:00:00Z', "CSV TIMEFORMAT 'auto'", 'Invalid timestamp format or value [auto]'],
    ['2023-12-01T24:00:00Z', "CSV TIMEFORMAT 'auto'", 'Invalid timestamp format or value [auto]'],
    ['2023-12-01T00:00:00+02:00', "CSV TIMEFORMAT 'auto'", 'Invalid timestamp format or value [auto]'],
    ['1701388800', "CSV TIMEFORMAT 'auto'", 'Invalid timestamp format or value [auto]'],
  ])('%s with %s is refused', (text, options, message) => {
    expect(fault(timestamp(text, options))).toEqual([1206, message]);
  });

  it('dates and zones', () => {
    expect(value(field('2023-12-01T10:00:00Z', { kind: 'date' }, "CSV DATEFORMAT 'auto'"))).toBe('2023-12-01');
    expect(fault(field('2023-12-1', { kind: 'date' }))).toEqual([1205, 'Invalid date format or value [YYYY-MM-DD]']);
    expect(value(field('2023-12-01T10:00:00+02:00', { kind: 'timestamptz' }, "CSV TIMEFORMAT 'auto'"))).toBe('2023-12-01 10:00:00+02:00');
    expect(value(field('nonsense', { kind: 'timestamp' }, 'CSV ACCEPTANYDATE'))).toBeNull();
    expect(() => field('x', { kind: 'date' }, "CSV DATEFORMAT 'DD MON YYYY'")).toThrow(/does not support the format/);
  });
});

it('booleans, floats and SUPER', () => {
  expect(['t', 'TRUE', 'y', '1', 'f', 'no', '0'].map((text) => value(field(text, { kind: 'boolean' })))).toEqual([
    't',
    't',
    't',
    't',
    'f',
    'f',
    'f',
  ]);
  expect(fault(field('maybe', { kind: 'boolean' }))).toEqual([1210, 'Unknown boolean format']);
  expect(value(field('-1.5e3', { kind: 'double' }))).toBe('-1.5e3');
  expect(fault(field('1x', { kind: 'double' }))).toEqual([1207, "Invalid digit, Value 'x', Pos 1, Type: Double"]);
  expect(value(field('{"a":1}', { kind: 'super' }))).toBe('{"a":1}');
  expect(value(field('plain', { kind: 'super' }))).toBe('"plain"');
});
