import { candleWindowAt } from '@elias/market-data';
import { clientToken, loadId } from './load-token.js';
import type { LoadParts } from './load-token.js';

const part = (productId: string, collectionId = 'c'): LoadParts['windows'][number] => ({
  window: candleWindowAt(productId, 60, Date.UTC(2023, 11, 1)),
  revision: { unknown: 0, open: 0, collectedAtMs: 1_000, collectionId },
  archiveKey: `${productId}.zip`,
});
const parts: LoadParts = { windows: [part('A-USD'), part('B-USD')], revocations: [{ window: part('C-USD').window, collectionId: 'r' }] };

describe('the name of a load', () => {
  it('is 64 hex as a token, the most that the Data API takes, and 32 as a folder', () => {
    expect(clientToken(parts, 1)).toMatch(/^[0-9a-f]{64}$/);
    expect(loadId(parts)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('does not depend on the order in which events came', () => {
    const turned = { ...parts, windows: [...parts.windows].reverse() };
    expect(clientToken(turned, 1)).toBe(clientToken(parts, 1));
    expect(loadId(turned)).toBe(loadId(parts));
  });

  it.each<[string, LoadParts]>([
    ['another revision', { ...parts, windows: [part('A-USD', 'd'), part('B-USD')] }],
    ['one window less', { ...parts, windows: [part('A-USD')] }],
    ['no withdrawal', { ...parts, revocations: [] }],
    ['another withdrawal', { ...parts, revocations: [{ window: part('C-USD').window, collectionId: 's' }] }],
  ])('differs with %s', (_, other) => {
    expect(clientToken(other, 1)).not.toBe(clientToken(parts, 1));
    expect(loadId(other)).not.toBe(loadId(parts));
  });

  it('differs by attempt as a token, not as a folder', () => {
    expect(new Set([1, 2, 3].map((attempt) => clientToken(parts, attempt))).size).toBe(3);
  });
});
