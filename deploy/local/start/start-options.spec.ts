import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseStartOptions } from './start-options.js';

const parse = (...args: string[]) => parseStartOptions(args, '/clone', () => undefined);
let folder: string;
beforeAll(() => mkdirSync(join((folder = mkdtempSync(join(tmpdir(), 'elias-options-'))), 'candles-60s')));
afterAll(() => rmSync(folder, { recursive: true }));

it('has a default for everything', () => {
  expect(parse()).toMatchObject({
    once: false,
    date: null,
    granularity: 60,
    historyDays: 400,
    exchange: 'auto',
    recordings: null,
    state: '/clone/.elias',
    json: null,
  });
  expect(parse()?.products).toHaveLength(18);
});

it('reads each option', () => {
  const args = ['--once', '--date', '2023-12-01', '--products', 'btc-usd,ETH-USD,BTC-USD', '--granularity', '300', '--history-days', '0'];
  expect(parse(...args, '--exchange', 'simulator', '--state', '/s', '--json', join(folder, 'r.json'))).toEqual({
    once: true,
    date: '2023-12-01',
    products: ['BTC-USD', 'ETH-USD'],
    granularity: 300,
    historyDays: 0,
    exchange: 'simulator',
    recordings: null,
    state: '/s',
    json: join(folder, 'r.json'),
  });
});

it('serves recordings from the simulator, which have no history before them', () => {
  expect(parse('--recordings', folder)).toMatchObject({ exchange: 'simulator', recordings: folder, historyDays: 0 });
  expect(parse('--recordings', folder, '--history-days', '30')).toMatchObject({ historyDays: 30 });
});

it.each([
  [['--date', '2023-02-30'], /--date.*2023-02-30.*no date/],
  [['--date', 'yesterday'], /no date/],
  [['--products', 'bitcoin'], /--products.*"BITCOIN" is no product id/],
  [['--products', ','], /names no product/],
  [['--granularity', '61'], /--granularity.*none of 60, 300/],
  [['--history-days', '-1'], /whole number/],
  [['--history-days', '1.5'], /whole number/],
  [['--exchange', 'kraken'], /--exchange.*Allowed choices are auto, coinbase, simulator/],
  [['--recordings', '/nowhere'], /--recordings.*no folder candles-60s/],
  [['--json', '/no/such/folder/r.json'], /--json.*does not exist/],
  [['--json', tmpdir()], /is a folder/],
  [['--date'], /--date.*argument missing/],
  [['--verbose'], /unknown option '--verbose'/],
  [['--dat', '2023-12-01'], /unknown option '--dat'/],
  [['now'], /too many arguments/],
])('refuses %j in one sentence', (args, sentence) => {
  expect(() => parse(...args)).toThrow(sentence);
  expect(() => parse(...args)).toThrow(/^[^\n]+$/);
});

it('refuses recordings for the real exchange', () => {
  expect(() => parse('--recordings', folder, '--exchange', 'coinbase')).toThrow('do not go with --exchange coinbase');
});

it('gives help', () => {
  let text = '';
  expect(parseStartOptions(['--help'], '/clone', (part) => (text += part))).toBeNull();
  expect(text).toContain('--history-days');
});
