import type { Fact } from '../tasks/fact.js';
import { revisionsOfWindow } from './revisions-of-window.js';

const revision = (collectionId: string, collectedAtMs: number, unknown = 0) => ({ unknown, open: 0, collectedAtMs, collectionId });
const told = {
  rowCount: 1_440,
  csvSha256: 'a'.repeat(64),
  coverage: { present: 1_440, no_trade: 0, unknown: 0, open: 0, unknown_ranges: [], open_ranges: [] },
};
const archive = { bucket: 'b', key: 'k.zip', bytes: 1, sha256: 'b'.repeat(64) };
const timed = (...facts: Fact[]) => facts.map((fact, i) => ({ fact, at: `at ${i}` }));

it('a telling on its way: what each stage said and when, whatever order it came in', () => {
  const one = revision('a', 1_000);
  const facts = timed(
    { stage: 'rds_loaded', revision: one, impliesSealed: false },
    { stage: 'collected', requestId: 'r', published: true, revision: one, told },
    { stage: 'sealed', revision: one, told, archive },
    { stage: 'warehouse_loaded', revision: one, impliesSealed: true },
    { stage: 'collected', requestId: 'again', published: true, revision: one, told },
  );
  expect(revisionsOfWindow(facts, 'a')).toEqual([
    {
      ...{ collection_id: 'a', collected_at: '1970-01-01T00:00:01Z', unknown: 0, open: 0, candles: 1_440, csv_sha256: 'a'.repeat(64) },
      ...{
        published_at: 'at 1',
        sealed_at: 'at 2',
        warehouse_at: 'at 3',
        rds_at: 'at 0',
        refused: null,
        current: true,
        archive_key: 'k.zip',
      },
    },
  ]);
});

it('the newest collection is first; what was refused says by whom', () => {
  const problem = { reason: 'bad_hash', detail: 'x' };
  const facts = timed(
    { stage: 'collected', requestId: 'r', published: true, revision: revision('a', 1_000), told },
    { stage: 'collected', requestId: 's', published: true, revision: revision('b', 2_000, 3), told },
    { stage: 'archive_failed', revision: revision('b', 2_000, 3), requestId: 's', problem },
    { stage: 'revoked', revision: revision('a', 1_000) },
  );
  expect(
    revisionsOfWindow(facts, 'a').map(({ collection_id, unknown, refused, current }) => ({ collection_id, unknown, refused, current })),
  ).toEqual([
    { collection_id: 'b', unknown: 3, refused: { stage: 'archive', reason: 'bad_hash' }, current: false },
    { collection_id: 'a', unknown: 0, refused: { stage: 'revoked', reason: 'it was withdrawn' }, current: true },
  ]);
});

it('an answer that published nothing is no telling', () => {
  const facts = timed(
    { stage: 'collected', requestId: 'r', published: false, revision: revision('a', 1_000), told },
    { stage: 'collection_failed', requestId: 's', permanent: true, problem: { reason: 'unknown_product', detail: '' } },
    { stage: 'archive_failed', revision: null, requestId: 't', problem: { reason: 'bad_record', detail: '' } },
  );
  expect(revisionsOfWindow(facts, null)).toEqual([]);
});
