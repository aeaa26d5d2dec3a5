import { wrapText } from './wrap-text.js';

it('breaks at blanks, later lines two deeper', () => {
  expect(wrapText('one two three four', 11, '  ')).toEqual(['  one two', '    three', '    four']);
});

it('leaves a word that is too long whole', () => {
  expect(wrapText('a longerthanall b', 8)).toEqual(['a', '  longerthanall', '  b']);
});
