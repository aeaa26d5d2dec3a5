import { gunzipSync } from 'node:zlib';
import { twinKey } from '@elias/archive';
import { candleWindowAt, windowId } from '@elias/market-data';
import { InMemoryObjects } from './in-memory-objects.js';
import { emptyTwin, KeepTwins } from './keep-twins.js';
import type { WantedTwin } from './keep-twins.js';
import type { LedgerRow } from './warehouse.js';

const window = candleWindowAt('BTC-USD', 60, Date.UTC(2023, 11, 1));
const id = windowId(window);
const key = twinKey('p', window);
const { signal } = new AbortController();

const rowOf = (collectionId: string, revoked = false): LedgerRow => ({
  windowId: id,
  revision: { unknown: 0, open: 0, collectedAtMs: 0, collectionId },
  csvSha256: `hash of ${collectionId}`,
  archiveKey: '',
  revoked,
});
const wantedOf = (collectionId: string): WantedTwin => ({
  window,
  collectionId,
  csvSha256: `hash of ${collectionId}`,
  gzip: Buffer.from(`bytes of ${collectionId}`),
});

let objects: InMemoryObjects;
let row: LedgerRow;
let twins: KeepTwins;
beforeEach(() => {
  objects = new InMemoryObjects();
  row = rowOf('a');
  twins = new KeepTwins(objects, 'p', { ledger: async () => new Map([[id, row]]) }, { firstMs: 1, longestMs: 1 });
});

/** One loader's way: the twin is looked at, then the ledger is read, then the twin is put. */
async function keep(collectionId: string): Promise<number> {
  const seen = await twins.look([window]);
  return twins.update([wantedOf(collectionId)], seen, new Map([[id, row]]), signal);
}
const put = (collectionId: string): Promise<unknown> => {
  const { gzip, csvSha256 } = wantedOf(collectionId);
  return objects.put(key, gzip, { metadata: { csv_sha256: csvSha256 } });
};
const text = (): string | undefined => objects.stored.get(key)?.body.toString();

describe('a twin', () => {
  it('is written where there is none, and over an older one', async () => {
    expect(await keep('a')).toBe(1);
    expect(text()).toBe('bytes of a');
    row = rowOf('b');
    expect(await keep('b')).toBe(1);
    expect(text()).toBe('bytes of b');
    expect(objects.stored.get(key)?.metadata).toEqual({ csv_sha256: 'hash of b' });
  });

  it('that holds the content already is left alone', async () => {
    await put('a');
    objects.puts = [];
    expect(await keep('a')).toBe(0);
    expect(objects.puts).toEqual([]);
  });

  it('is left to the loader of the revision that the ledger names', async () => {
    row = rowOf('b');
    expect(await keep('a')).toBe(0);
    expect(objects.stored.has(key)).toBe(false);
  });

  it.each([{ before: null }, { before: 'old' }])(
    'is not overwritten by who was overtaken between look and put (before: $before)',
    async ({ before }) => {
      if (before !== null) await put(before);
      let overtaken = false;
      objects.beforePut = async () => {
        if (overtaken) return;
        overtaken = true;
        row = rowOf('b');
        await put('b');
      };
      const seen = await twins.look([window]);
      expect(await twins.update([wantedOf('a')], seen, new Map([[id, rowOf('a')]]), signal)).toBe(0);
      expect(text()).toBe('bytes of b');
    },
  );

  it('that vanished meanwhile is written all the same', async () => {
    await put('old');
    let vanished = false;
    objects.beforePut = () => {
      if (!vanished) objects.stored.delete(key);
      vanished = true;
    };
    expect(await keep('a')).toBe(1);
    expect(text()).toBe('bytes of a');
  });

  it('is written again over a late put of older bytes', async () => {
    let late = false;
    objects.beforePut = async () => {
      if (late) return;
      late = true;
      await put('old');
    };
    expect(await keep('a')).toBe(1);
    expect(text()).toBe('bytes of a');
  });
});

describe('a window without a revision', () => {
  it('has a twin with the header alone, where it had one', async () => {
    await put('a');
    row = rowOf('', true);
    const seen = await twins.look([window]);
    expect(await twins.update([emptyTwin(window)], seen, new Map([[id, row]]), signal)).toBe(1);
    expect(gunzipSync(objects.stored.get(key)!.body).toString()).toBe('product_id,granularity,started_at,open,high,low,close,volume\n');
  });

  it('gets none where it had none, and none while a revision stands', async () => {
    const none = await twins.look([window]);
    expect(await twins.update([emptyTwin(window)], none, new Map([[id, rowOf('', true)]]), signal)).toBe(0);
    await put('a');
    const seen = await twins.look([window]);
    expect(await twins.update([emptyTwin(window)], seen, new Map([[id, rowOf('a')]]), signal)).toBe(0);
    expect(text()).toBe('bytes of a');
  });
});

it('loaders in any interleaving leave the bytes that the ledger names in the end', async () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    objects.stored.clear();
    let state = seed;
    const chance = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const turn = async (): Promise<void> => {
      for (let steps = Math.floor(chance() * 8); steps > 0; steps -= 1) await Promise.resolve();
    };
    objects.beforePut = turn;
    row = rowOf('none');
    let best = 0;
    const load = async (rank: number): Promise<void> => {
      await turn();
      const seen = await twins.look([window]);
      await turn();
      if (rank > best) {
        best = rank;
        row = rowOf(String(rank));
      }
      const ledger = new Map([[id, row]]);
      await turn();
      await twins.update([wantedOf(String(rank))], seen, ledger, signal);
    };
    await Promise.all([1, 2, 3, 4].map(load));
    expect({ seed, text: text() }).toEqual({ seed, text: 'bytes of 4' });
  }
});
