import { formatChecksumList, parseChecksumList, withChecksum } from './checksum-list.js';

const a = { name: 'BTC-USD_60_a.zip', sha256: 'a'.repeat(64) };
const b = { name: 'BTC-USD_60_b.zip', sha256: 'b'.repeat(64) };

it('is sorted by name, so that the same files give the same bytes', () => {
  expect(formatChecksumList([b, a])).toBe(`${a.sha256}  ${a.name}\n${b.sha256}  ${b.name}\n`);
  expect(parseChecksumList(formatChecksumList([b, a]))).toEqual([a, b]);
});

it('adds a line, corrects a line, and leaves a list alone that has it', () => {
  const list = withChecksum('', a);
  expect(withChecksum(list, b)).toBe(formatChecksumList([a, b]));
  expect(withChecksum(list, { ...a, sha256: b.sha256 })).toBe(formatChecksumList([{ ...a, sha256: b.sha256 }]));
  expect(withChecksum(list, a)).toBe(list);
});

it('leaves out what is no line of a list, and names with a path', () => {
  const torn = `${a.sha256}  ${a.name}\n${b.sha256.slice(0, 20)}\n<html>\n${b.sha256}  ../${b.name}\n${b.sha256} *${b.name}\n`;
  expect(parseChecksumList(torn)).toEqual([a, b]);
});
