import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { newProduct } from '../products/listed-product.js';
import { marketOf } from '../load-market.js';
import { loadRecordings } from './load-recordings.js';
import { RecordingError } from './recording-error.js';

const CSV = 'time,low,high,open,close,volume\n60,1,1,1,1,1\n';
let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'elias-recordings-'));
  mkdirSync(join(directory, 'candles-60s'));
  mkdirSync(join(directory, 'rest'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const write = (path: string, content: string | Buffer): void => writeFileSync(join(directory, path), content);

it('reads candles and the newest list of products, in the order and with the fields that it has', () => {
  write('candles-60s/ONE-USD.csv.gz', gzipSync(CSV));
  write('candles-60s/TWO-EUR.csv', CSV);
  write('candles-60s/notes.txt', 'x');
  write('rest/products_2024-01-01.json', '[]');
  const listed = { ...newProduct('ONE-USD', { quote: '0.01', base: '0.1' }), status: 'delisted', trading_disabled: true, new_field: [1] };
  write('rest/products_2025-01-01.json', JSON.stringify([listed]));
  const recordings = loadRecordings(directory);
  expect([...recordings.candles.keys()].sort()).toEqual(['ONE-USD', 'TWO-EUR']);
  expect(JSON.stringify(recordings.products)).toBe(JSON.stringify([listed]));

  const market = marketOf({ seed: 'x', recordings, archives: new Map(), furtherProductIds: ['FOO-USD'] });
  expect(market.kinds()).toMatchObject({ 'ONE-USD': 'recording', 'TWO-EUR': 'recording', 'BTC-USD': 'made', 'FOO-USD': 'made' });
  expect(market.find('ONE-USD')).toMatchObject({ stoppedAtMs: null, listed: { status: 'online', trading_disabled: false } });
  expect(market.find('NOPE-USD')).toBeNull();
});

it('without a list the made one stands, with the recorded products in it', () => {
  write('candles-60s/ONE-USD.csv', CSV);
  const market = marketOf({ seed: 'x', recordings: loadRecordings(directory), archives: new Map(), furtherProductIds: [] });
  expect(market.kinds()).toMatchObject({ 'ONE-USD': 'recording', 'SHIB-USD': 'made' });
});

it('says what is missing or broken', () => {
  expect(() => loadRecordings(join(directory, 'nowhere'))).toThrow(/nowhere.*cannot be opened/);
  expect(() => loadRecordings(directory)).toThrow(/holds no <PRODUCT>\.csv\.gz/);
  write('candles-60s/ONE-USD.csv.gz', gzipSync(CSV).subarray(0, 20));
  expect(() => loadRecordings(directory)).toThrow(RecordingError);
  expect(() => loadRecordings(directory)).toThrow(/ONE-USD\.csv\.gz.*cannot be read/);
  write('candles-60s/ONE-USD.csv.gz', gzipSync(CSV));
  write('rest/products_2024-01-01.json', '[{"id":1}]');
  expect(() => loadRecordings(directory)).toThrow(/products_2024-01-01\.json.*is no list of products/);
});
