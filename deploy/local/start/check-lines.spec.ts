import { checkLines, checksOf } from './check-lines.js';

const check = (outcome: string, name = 'volume', product_id: string | null = 'BTC-USD') => ({
  name,
  product_id,
  outcome,
  text: 'what was found',
});

it('counts outcomes, and tells what was found', () => {
  expect(checkLines([check('failed'), check('warned', 'halt', null), check('passed'), check('passed')])).toEqual([
    '',
    'Checks of the day: 2 passed, 1 warned, 1 failed.',
    '  failed volume BTC-USD: what was found',
    '  warned halt: what was found',
  ]);
});

it('tells of so many and no more, and nothing without checks', () => {
  expect(checkLines(Array.from({ length: 8 }, () => check('warned'))).slice(-2)).toEqual([
    '  warned volume BTC-USD: what was found',
    '  and 3 more',
  ]);
  expect(checkLines([])).toEqual([]);
});

it('reads the API', async () => {
  const asked: string[] = [];
  const get = (path: string): Promise<unknown> => Promise.resolve((asked.push(path), { date: '2023-12-01', checks: [check('passed')] }));
  expect(await checksOf(get, '2023-12-01')).toEqual([check('passed')]);
  expect(asked).toEqual(['/checks?date=2023-12-01']);
});
