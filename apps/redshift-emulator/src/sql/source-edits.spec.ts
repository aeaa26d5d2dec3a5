import { SourceEdits } from './source-edits.js';

it('changes ranges in order and traces positions back', () => {
  const edits = new SourceEdits('SELECT nvl(a, b) FROM t');
  edits.replace(14, 15, 'bee');
  edits.replace(7, 10, 'COALESCE');
  const { text, sourcePosition } = edits.apply();
  expect(text).toBe('SELECT COALESCE(a, bee) FROM t');
  expect(sourcePosition(text.indexOf('(') + 1)).toBe(11);
  expect(sourcePosition(text.indexOf('COALESCE') + 4)).toBe(8);
  expect(sourcePosition(text.indexOf('t', 25) + 1)).toBe(23);
});

it('drops a change inside a changed range, whichever came first', () => {
  const edits = new SourceEdits('a(b)c');
  edits.replace(2, 3, 'x');
  edits.replace(1, 4, '');
  expect(edits.apply().text).toBe('ac');
});

it('cuts out a range with the changes inside it', () => {
  const edits = new SourceEdits('CREATE TABLE t AS SELECT len(a)');
  edits.replace(25, 28, 'char_length');
  expect(edits.apply(18).text).toBe('SELECT char_length(a)');
});
