import { csvField, splitCsvLine } from './csv-fields.js';

it.each([
  [['a', 'b'], 'a,b'],
  [[''], ''],
  [['', '', ''], ',,'],
  [['a,b', '', 'c'], '"a,b",,c'],
  [['say "no"', 'x'], '"say ""no""",x'],
  [['x', '"', ','], 'x,"""",","'],
])('%j is one line', (fields, line) => {
  expect(fields.map(csvField).join(',')).toBe(line);
  expect(splitCsvLine(line)).toEqual(fields);
});

it.each(['"a"', '"",b', '"a,b', 'a"b', '"a"b,c', '"a,b"c', '"a""'])('%s is not written so', (line) => {
  expect(splitCsvLine(line)).toBeNull();
});
