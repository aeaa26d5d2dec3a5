import { parseWindowId, tradeCoverage } from '@elias/market-data';
import { PART_BYTES_MAX, TOPICS } from './topics.js';
import { decodeWindowFacts, decodeWindowPart, encodeWindowPart, WINDOW_HEADER } from './window-record.js';
import { ledgerRanges } from './wire.js';

const window = parseWindowId('trades/BTC-USD/2023-12-01T13');
const facts = {
  window,
  revision: { unknown: 6, open: 0, collectedAtMs: window.toMs + 90_000, collectionId: '018c2a00-0000-7000-8000-00000000000a' },
  rowCount: 109,
  coverage: tradeCoverage(109, [
    { first: 1_000, last: 1_004 },
    { first: 2_000, last: 2_000 },
  ]),
  csvSha256: 'ab'.repeat(32),
  requestId: '018c2a00-0000-7000-8000-000000000001',
  runId: '018c2a00-0000-7000-8000-000000000002',
  origin: 'scheduled' as const,
};
const part = encodeWindowPart(facts, { part: 2, parts: 3 }, Buffer.from('csv'), 'collector');
const withHeader = (change: object): { key: string; headers: Record<string, string> } => {
  const header = JSON.parse(part.headers[WINDOW_HEADER]!) as object;
  return { key: part.key, headers: { ...part.headers, [WINDOW_HEADER]: JSON.stringify({ ...header, ...change }) } };
};

it('carries the facts of the whole, and which part it is', () => {
  expect(part).toMatchObject({ key: 'trades/BTC-USD/2023-12-01T13#2', partitionBy: 'BTC-USD', topic: TOPICS.windowsTrades });
  expect(part.headers['ce_id']).toBe(`window.collected:trades/BTC-USD/2023-12-01T13#2:${facts.revision.collectionId}`);
  expect(part.headers['ce_subject']).toBe('trades/BTC-USD/2023-12-01T13');
  expect(decodeWindowPart(part)).toEqual({ kind: 'ok', value: { ...facts, schemaVersion: 1, part: 2, parts: 3 } });
});

it.each([
  ['no part', { part: undefined }],
  ['a part behind the last', { part: 3 }],
  ['another part than its key', { part: 1 }],
  ['no number of parts', { parts: undefined }],
  ['too many parts', { parts: 5_000 }],
  ['rows that are not the coverage’s', { row_count: 108 }],
  ['ids that are not as many as are unknown', { coverage: { present: 109, no_trade: 0, unknown: 5, open: 0, unknown_ranges: [], open_ranges: [], missing_ids: [] } }], // prettier-ignore
])('%s is refused', (_, change) => {
  expect(decodeWindowPart(withHeader(change))).toMatchObject({ kind: 'dead-letter', reason: 'wrong-shape' });
});

it('is no whole window', () => {
  expect(decodeWindowFacts(part)).toMatchObject({ kind: 'dead-letter', reason: 'wrong-shape' });
});

it('a full part with the longest header fits its topic', () => {
  const missing = Array.from({ length: 2_000 }, (_, i) => ({ first: 9e14 + 3 * i, last: 9e14 + 3 * i + 1 }));
  const coverage = tradeCoverage(109, missing);
  const revision = { ...facts.revision, unknown: 4_000 };
  const { value, headers } = encodeWindowPart({ ...facts, coverage, revision }, { part: 0, parts: 1 }, Buffer.alloc(PART_BYTES_MAX), 'x');
  const bytes = Object.values(headers).reduce((sum, text) => sum + text.length, value.length);
  expect(bytes).toBeLessThan(TOPICS.windowsTrades.maxMessageBytes! - 1_024);
  expect(ledgerRanges(window, coverage).unknown.length).toBeLessThan(65_535);
});

it('the ledgers keep ids in place of periods', () => {
  expect(ledgerRanges(window, facts.coverage)).toEqual({ unknown: '1000+5 2000+1', open: '' });
  const candles = parseWindowId('candles/21600/BTC-USD/2023-02');
  const unknownRanges = [{ fromMs: candles.fromMs, toMs: candles.fromMs + 2 * 21_600_000 }];
  const coverage = { present: 110, noTrade: 0, unknown: 2, open: 0, unknownRanges, openRanges: [] };
  expect(ledgerRanges(candles, coverage)).toEqual({ unknown: '0+2', open: '' });
});
