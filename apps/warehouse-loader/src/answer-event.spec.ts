import { decodeEvent } from '@elias/contracts';
import type { ControlEvent } from '@elias/contracts';
import { madeTelling } from '../../../test/support/made-telling.js';
import type { MadeTelling } from '../../../test/support/made-telling.js';
import { sealedTelling } from '../../../test/support/sealed-telling.js';
import { answerEvent, archiveOf, REVOKED } from './answer-event.js';
import type { WindowState } from './answer-event.js';
import { sealedEvent } from './owed-event.js';
import type { SealedEvent } from './owed-event.js';
import type { LedgerRow } from './warehouse.js';

const owed = { isOwed: () => true, done: () => undefined, putAside: () => Promise.resolve() };
const worse = madeTelling({ telling: 'worse', unknown: [9] });
const better = madeTelling({ telling: 'better' });
const eventOf = async (telling: MadeTelling): Promise<SealedEvent> => sealedEvent((await sealedTelling(telling, 'b', 'p')).event, owed);
const rowOf = ({ facts }: MadeTelling, revoked = false): LedgerRow => ({
  windowId: 'candles/60/BTC-USD/2023-12-01',
  revision: facts.revision,
  csvSha256: facts.csvSha256,
  archiveKey: 'k',
  revoked,
});
const state = (parts: Partial<WindowState> = {}): WindowState => ({
  ledger: null,
  change: 'replaced',
  batchId: 'f00',
  refusals: new Map(),
  ...parts,
});

async function answer(telling: MadeTelling, parts: Partial<WindowState>): Promise<ControlEvent> {
  const { record } = answerEvent(await eventOf(telling), state(parts));
  const decoded = decodeEvent({ value: Buffer.from(record.value), headers: record.headers });
  if (decoded.kind !== 'ok') throw new Error(decoded.reason);
  return decoded.value;
}

describe('the answer to an archive', () => {
  it('is loaded where the ledger names it', async () => {
    expect(await answer(better, { ledger: rowOf(better), change: 'ledger_moved' })).toMatchObject({
      type: 'warehouse.loaded',
      data: { outcome: 'ledger_moved', batch_id: 'f00', request_id: better.facts.requestId, row_count: 3 },
    });
  });

  it('is superseded where the ledger names a better one', async () => {
    const { type, data } = await answer(worse, { ledger: rowOf(better) });
    expect(type).toBe('warehouse.superseded');
    expect(data).toMatchObject({ by: { collection_id: better.facts.revision.collectionId } });
  });

  it.each([
    { what: 'nothing', ledger: null },
    { what: 'a worse one', ledger: rowOf(worse) },
    { what: 'a withdrawn one', ledger: rowOf(better, true) },
  ])('is never loaded where the ledger names $what', async ({ ledger }) => {
    expect(await answer(better, { ledger })).toMatchObject({ type: 'warehouse.failed', data: { reason: 'rows-missing' } });
  });

  it('tells the row that COPY refused, with its archive', async () => {
    const event = await eventOf(better);
    const loadError = { key: '_loads/1/x.csv.gz', line: 3, column: 'open', reason: 'Invalid digit' };
    const refusals = new Map([[archiveOf(event), { reason: 'refused-by-store', detail: 'd'.repeat(9_000), loadError }]]);
    const { data } = await answer(better, { ledger: rowOf(better), refusals });
    expect(data).toMatchObject({
      reason: 'refused-by-store',
      detail: 'd'.repeat(4_000),
      archive: { bucket: 'b', key: event.data.archive.key },
      load_error: { file: 's3://b/_loads/1/x.csv.gz', line: 3, column: 'open', reason: 'Invalid digit' },
    });
  });

  it('for a withdrawn revision names what stands, or says that nothing does', async () => {
    const refusals = new Map([[archiveOf(await eventOf(better)), REVOKED]]);
    expect(await answer(better, { ledger: rowOf(worse), refusals })).toMatchObject({
      type: 'warehouse.superseded',
      data: { by: { collection_id: worse.facts.revision.collectionId } },
    });
    expect(await answer(better, { refusals })).toMatchObject({ type: 'warehouse.failed', data: { reason: 'revoked' } });
  });
});
