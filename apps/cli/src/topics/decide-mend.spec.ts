import type { Revision } from '@elias/market-data';
import { decideMend } from './decide-mend.js';

const telling = (collectedAtMs: number, unknown = 0): Revision => ({
  unknown,
  open: 0,
  collectedAtMs,
  collectionId: `id-${collectedAtMs}-${unknown}`,
});
const [A, B] = [telling(1), telling(2)];
const none = new Set<string>();
const revoked = (...of: Revision[]): Set<string> => new Set(of.map(({ collectionId }) => collectionId));

it.each([
  ['it is current', { revision: B }, { best: B, revoked: none }, 'keep'],
  ['a worse one came last', { revision: A }, { best: B, revoked: none }, 'publish'],
  ['one with holes came last', { revision: telling(3, 5) }, { best: B, revoked: none }, 'publish'],
  ['the last one is withdrawn', { revision: B }, { best: A, revoked: revoked(B) }, 'publish'],
  ['the last one is withdrawn and none is left', { revision: B }, { best: null, revoked: revoked(A, B) }, 'forget'],
  ['it was forgotten', { revision: null }, { best: null, revoked: revoked(A) }, 'keep'],
  ['it was forgotten too early', { revision: null }, { best: A, revoked: none }, 'publish'],
  ['the topic never had it', undefined, { best: A, revoked: none }, 'publish'],
  ['the topic never had it, and none is left', undefined, { best: null, revoked: revoked(A) }, 'keep'],
  ['a better one is not sealed yet', { revision: B }, { best: A, revoked: none }, 'keep'],
  ['the only one is not sealed yet', { revision: B }, { best: null, revoked: revoked(A) }, 'keep'],
])('%s', (_case, last, archived, mend) => {
  expect(decideMend(last, archived)).toBe(mend);
});
