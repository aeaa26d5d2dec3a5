import { isSession, sealSession } from './session.js';

const TOKEN = 'a-token-of-enough-length';
const NOW_MS = 1_700_000_000_000;
const good = sealSession(TOKEN, NOW_MS + 1_000);

it('is good until its end, under its token', () => {
  expect(isSession(TOKEN, good, NOW_MS)).toBe(true);
  expect(isSession(TOKEN, good, NOW_MS + 1_000)).toBe(false);
  expect(isSession('another-token-of-length', good, NOW_MS)).toBe(false);
  expect(good).not.toContain(TOKEN);
});

it.each([
  ['nothing', undefined],
  ['an empty one', ''],
  ['the token itself', TOKEN],
  ['another end', good.replace(/^\d+/, String(NOW_MS + 9_999_000))],
  ['another seal', `${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`],
  ['more than one', `${good};${good}`],
  ['no number', good.replace(/^\d+/, 'Infinity')],
])('%s is none', (_name, value) => {
  expect(isSession(TOKEN, value, NOW_MS)).toBe(false);
});
