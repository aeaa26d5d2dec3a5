import { archiveKey, sealArchive } from '@elias/archive';
import { EliasError } from '@elias/errors';
import { madeTelling } from '../../../test/support/made-telling.js';
import { compareWindows } from './compare-windows.js';
import type { ComparedStores } from './compare-windows.js';
import { linesOf } from './compare-window.js';
import type { WindowStore } from './stored-window.js';

class StoreAway extends EliasError {
  readonly code = 'ELIAS_STORE_AWAY';
  readonly disposition = 'retry';
}

const telling = madeTelling({ telling: 'first' });
const { window, revision, csvSha256, coverage, rowCount } = telling.facts;
const id = 'candles/60/BTC-USD/2023-12-01';

/** A store that holds the telling; the first readings fail. */
function store(name: string, failures = 0): WindowStore & { readings: number } {
  const ledger = { revision, csvSha256, rowCount, noTrade: coverage.noTrade, unknownRanges: '', openRanges: '', state: 'loaded' };
  const self = {
    name,
    readings: 0,
    read: () => {
      self.readings += 1;
      if (self.readings <= failures) return Promise.reject(new StoreAway(`${name} does not answer`));
      return Promise.resolve({ rows: linesOf(telling.csv), ledger });
    },
  };
  return self;
}

async function stores(rds: WindowStore): Promise<ComparedStores> {
  const { zip } = await sealArchive(telling.facts, telling.csv);
  const key = archiveKey('', window, revision, csvSha256);
  const list = async function* (): AsyncGenerator<{ key: string; bytes: number; etag: string; modifiedAtMs: number }> {
    yield { key, bytes: zip.length, etag: '"1"', modifiedAtMs: 0 };
  };
  const bucket = { bucket: 'b', list, get: () => Promise.resolve(zip), head: () => Promise.resolve(null) };
  return { bucket, prefix: '', redshift: store('Redshift'), rds, askAgainAfterMs: 1 };
}

it('a store that does not answer for a moment is asked again', async () => {
  const rds = store('Postgres', 3);
  expect(await compareWindows([id], await stores(rds))).toMatchObject([{ equal: true, error: null, rds_rows: rowCount }]);
  expect(rds.readings).toBe(4);
});

it('a store that stays away makes its window unequal, with the reason', async () => {
  const rds = store('Postgres', 4);
  expect(await compareWindows([id], await stores(rds))).toMatchObject([
    { equal: false, error: 'Postgres does not answer', rds_rows: null },
  ]);
});
