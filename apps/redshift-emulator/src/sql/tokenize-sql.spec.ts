import { tokenizeSql } from './tokenize-sql.js';

const kinds = (sql: string): string[] => tokenizeSql(sql).map(({ kind, value }) => (kind === 'end' ? 'end' : `${kind}:${value}`));

it.each([
  ['SELECT "Open", o', ['word:select', 'quoted-identifier:open', 'operator:,', 'word:o', 'end']],
  ["'it''s' '\\t'", ["string:it's", 'string:\t', 'end']],
  ['a::int >= 1.5e-3', ['word:a', 'operator:::', 'word:int', 'operator:>=', 'number:1.5e-3', 'end']],
  [':p::int', ['parameter:p', 'operator:::', 'word:int', 'end']],
  ['-- :a\n/* /* :b */ */ :c', ['parameter:c', 'end']],
  ["':a' = a", ['string::a', 'operator:=', 'word:a', 'end']],
  ['', ['end']],
])('%j', (sql, expected) => {
  expect(kinds(sql)).toEqual(expected);
});

it.each([
  ["SELECT 'a", 'unterminated quoted string at or near "\'a"', 8],
  ['SELECT /* a', 'unterminated /* comment at or near "/* a"', 8],
  ['SELECT "a', 'unterminated quoted identifier at or near ""a"', 8],
  ['SELECT $$a$$', 'syntax error at or near "$"', 8],
  ["SELECT E'a'", "redshift-emulator does not support E'…' strings", 8],
])('%j is refused with its position', (sql, message, position) => {
  expect(() => tokenizeSql(sql)).toThrow(expect.objectContaining({ message, position }));
});

it('gives offsets that cut the token out of the source', () => {
  const sql = "INSERT INTO  t /* x */ VALUES (1, 'é')";
  for (const { text, start, end } of tokenizeSql(sql)) expect(sql.slice(start, end)).toBe(text);
});
