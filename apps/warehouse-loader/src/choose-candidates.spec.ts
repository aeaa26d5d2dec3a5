import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling, withdrawnTelling } from '../../../test/support/sealed-telling.js';
import { candidatesByWindow, revocationsOf } from './choose-candidates.js';
import { revokedEvent, sealedEvent } from './owed-event.js';
import type { SealedEvent } from './owed-event.js';

const owed = { isOwed: () => true, done: () => undefined, putAside: () => Promise.resolve() };
const eventOf = async (telling: MadeTelling): Promise<SealedEvent> => sealedEvent((await sealedTelling(telling, 'b', 'p')).event, owed);

it('a window’s archives are tried from the best on, each once; every event is kept', async () => {
  const tellings = [
    madeTelling({ telling: 'partial, late', unknown: [5], collectedAt: '2023-12-09T00:00:00Z' }),
    madeTelling({ telling: 'whole, early' }),
    madeTelling({ telling: 'whole, late', collectedAt: '2023-12-03T00:00:00Z' }),
  ];
  const events = await Promise.all([...tellings, tellings[1]!].map(eventOf));
  const other = await eventOf(madeTelling({ productId: 'ETH-USD', telling: 'other' }));
  const windows = candidatesByWindow([...events, other]);
  expect([...windows.keys()]).toEqual(['candles/60/BTC-USD/2023-12-01', 'candles/60/ETH-USD/2023-12-01']);
  const { events: kept, candidates } = windows.get('candles/60/BTC-USD/2023-12-01')!;
  expect(kept).toEqual(events);
  expect(candidates.map(({ revision }) => revision.collectionId)).toEqual([2, 1, 0].map((at) => tellings[at]!.facts.revision.collectionId));
});

describe('withdrawals', () => {
  const telling = madeTelling({ telling: 'wrong' });
  it('count once, however often they are told', () => {
    const events = [1, 2].map(() => revokedEvent(withdrawnTelling(telling, 'wrong'), owed));
    expect(revocationsOf(events)).toEqual([
      {
        window: telling.facts.window,
        collectionId: telling.facts.revision.collectionId,
        revokedAtMs: Date.UTC(2023, 11, 5),
        reason: 'wrong',
      },
    ]);
  });

  it.each([
    { what: 'long', reason: 'x'.repeat(4_000), bytes: 4_000 },
    { what: 'long in bytes', reason: 'é'.repeat(4_000), bytes: 4_000 },
    { what: 'of pairs that must not be cut through', reason: `x${'\u{1F600}'.repeat(1_999)}`, bytes: 3_997 },
    { what: 'with NUL, which no table holds', reason: 'a\0b', bytes: 2 },
  ])('have a reason that the table holds when it is $what', ({ reason, bytes }) => {
    const [revocation] = revocationsOf([revokedEvent(withdrawnTelling(telling, reason), owed)]);
    expect(Buffer.byteLength(revocation!.reason)).toBe(bytes);
    expect(revocation!.reason).not.toMatch(/[\uD800-\uDBFF]$|\0/);
  });
});
