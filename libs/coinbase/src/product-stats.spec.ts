import { readStats } from './product-stats.js';

const said = { open: '37710.540', high: '38967.25', low: '37612.5', last: '38688.76', volume: '1.5e3', volume_30day: '430145.20' };
const read = (json: unknown): unknown => readStats(json, '/products/BTC-USD/stats', 'BTC-USD');

it('reads the figures as canonical decimals; what is not told is null', () => {
  expect(read(said)).toEqual({ ...said, open: '37710.54', volume: '1500', volume_30day: '430145.2' });
  expect(read({ last: '1', high: null, low: '' })).toEqual({
    open: null,
    high: null,
    low: null,
    last: '1',
    volume: null,
    volume_30day: null,
  });
});

it.each<[string, unknown]>([
  ['the answer is no object', []],
  ['the answer is no object', 'x'],
  ['open of BTC-USD is no text: 1', { ...said, open: 1 }],
  ['volume of BTC-USD is no decimal number: "many"', { ...said, volume: 'many' }],
  ['low of BTC-USD is below 0: "-0.1"', { ...said, low: '-0.1' }],
])('%s', (problem, json) => {
  expect(() => read(json)).toThrow(expect.objectContaining({ name: 'BadAnswerError', problem }) as Error);
});

it('refuses a number that no store can hold', () => {
  const error = { name: 'ValueDoesNotFitError', column: 'last', at: 'BTC-USD' };
  expect(() => read({ ...said, last: '123456789012345' })).toThrow(expect.objectContaining(error) as Error);
});
