import { unusedParameters } from './bind-parameters.js';

it('names the parameters that no statement uses', () => {
  const parameters = ['a', 'b', 'c', 'd'].map((name) => ({ name, value: '1' }));
  expect(unusedParameters(["SELECT :a, ':b' -- :c", 'SELECT :d::int'], parameters)).toEqual(['b', 'c']);
  expect(unusedParameters(["SELECT 'unterminated"], [{ name: 'a', value: '1' }])).toEqual(['a']);
});
