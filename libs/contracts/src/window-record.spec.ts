import { parseWindowId } from '@elias/market-data';
import { askedInHeader, decodeWindowFacts, encodeWindowRecord, WINDOW_HEADER } from './window-record.js';
import { formatRanges } from './wire.js';

const window = parseWindowId('candles/21600/BTC-USD/2023-02');
const facts = {
  window,
  revision: {
    unknown: 2,
    open: 0,
    collectedAtMs: Date.parse('2023-03-01T00:15:03Z'),
    collectionId: '018c2a00-0000-7000-8000-00000000000a',
  },
  rowCount: 109,
  coverage: {
    present: 109,
    noTrade: 1,
    unknown: 2,
    open: 0,
    unknownRanges: [{ fromMs: window.fromMs, toMs: window.fromMs + 2 * 21_600_000 }],
    openRanges: [],
  },
  csvSha256: 'ab'.repeat(32),
  requestId: '018c2a00-0000-7000-8000-000000000001',
  runId: '018c2a00-0000-7000-8000-000000000002',
  origin: 'scheduled' as const,
};
const record = encodeWindowRecord(facts, Buffer.from('csv'), 'collector');
const changed = (change: (header: Record<string, unknown>) => object): Record<string, string> => ({
  ...record.headers,
  [WINDOW_HEADER]: JSON.stringify(change(JSON.parse(record.headers[WINDOW_HEADER]!) as Record<string, unknown>)),
});

it('carries the facts of a window in its header, its bytes as they are', () => {
  expect(record).toMatchObject({ key: 'candles/21600/BTC-USD/2023-02', partitionBy: 'BTC-USD', value: Buffer.from('csv') });
  expect(decodeWindowFacts(record)).toEqual({ kind: 'ok', value: { ...facts, schemaVersion: 1 } });
});

it.each([
  ['no header', {}, 'not-json'],
  ['a broken header', { [WINDOW_HEADER]: '{' }, 'not-json'],
  ['a count that is not the coverage', changed((header) => ({ ...header, row_count: 110 })), 'wrong-shape'],
  [
    'a revision that is not the coverage',
    changed((header) => ({ ...header, revision: { ...(header['revision'] as object), unknown: 0 } })),
    'wrong-shape',
  ],
  [
    'a coverage that is not the window',
    changed((header) => ({ ...header, coverage: { ...(header['coverage'] as object), no_trade: 2 } })),
    'wrong-shape',
  ],
  ['a hash in capitals', changed((header) => ({ ...header, csv_sha256: 'AB'.repeat(32) })), 'wrong-shape'],
])('refuses %s', (_what, headers, reason) => {
  expect(decodeWindowFacts({ key: record.key, headers })).toMatchObject({ kind: 'dead-letter', reason });
});

it('refuses a header under another window`s key', () => {
  expect(decodeWindowFacts({ key: 'candles/21600/ETH-USD/2023-02', headers: record.headers })).toMatchObject({ kind: 'dead-letter' });
});

it('writes ranges short enough for a ledger column', () => {
  expect(formatRanges(window, facts.coverage.unknownRanges)).toBe('0+2');
  const month = parseWindowId('candles/300/BTC-USD/2023-12');
  const everySecond = Array.from({ length: 4_464 }, (_, i) => ({
    fromMs: month.fromMs + i * 600_000,
    toMs: month.fromMs + i * 600_000 + 300_000,
  }));
  expect(formatRanges(month, everySecond).length).toBeLessThan(65_535);
});

it('tells who asked, however wrong the rest of the header is', () => {
  const asked = { requestId: facts.requestId, runId: facts.runId };
  expect(askedInHeader({ headers: record.headers })).toEqual(asked);
  expect(askedInHeader({ headers: changed((header) => ({ ...header, window: null })) })).toEqual(asked);
  expect(askedInHeader({ headers: changed((header) => ({ ...header, request_id: 7 })) })).toEqual({ ...asked, requestId: null });
  const broken: Record<string, string>[] = [{}, { [WINDOW_HEADER]: '{' }, { [WINDOW_HEADER]: '"text"' }];
  for (const headers of broken) {
    expect(askedInHeader({ headers })).toEqual({ requestId: null, runId: null });
  }
});
