import { canonicalText } from './canonical-text.js';

it.each([
  ['', ''],
  [' \t\r\n ', ''],
  ['online', 'online'],
  ['  halted,\r\n\r\nsee "status" ', 'halted, see "status"'],
  ['a\u0000b\u00a0c\u2028d', 'a b c d'],
])('%j becomes %j', (text, canonical) => {
  expect(canonicalText(text)).toBe(canonical);
  expect(canonicalText(canonical)).toBe(canonical);
});
