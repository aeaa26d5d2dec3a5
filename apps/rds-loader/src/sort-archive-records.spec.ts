import { encodeEvent, revisionToWire, windowToWire } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { madeTelling } from '../../../test/support/made-telling.js';
import { sortArchiveRecords } from './sort-archive-records.js';

const { facts } = madeTelling({ telling: 'a' });
const told = { window: windowToWire(facts.window), revision: revisionToWire(facts.revision) };

function consumed({ key, value, headers }: EncodedRecord, offset: string): ConsumedRecord {
  return { topic: 't', partition: 0, offset, key, value: Buffer.from(value), headers, timestampMs: 0 };
}

const revoked = encodeEvent('archive.revoked', { ...told, reason: 'wrong\0 data', revoked_at: '2023-12-03T00:00:00Z' }, 'test');
const failed = encodeEvent(
  'archive.failed',
  {
    request_id: null,
    run_id: null,
    window_id: told.window.id,
    revision: null,
    reason: 'wrong-hash',
    detail: '',
    source: { topic: 't', partition: 0, offset: '1' },
  },
  'test',
);

it('takes withdrawals, leaves failures, and refuses what is no event', () => {
  const records = [
    consumed(revoked, '0'),
    consumed(failed, '1'),
    { ...consumed(revoked, '2'), value: Buffer.from('{"half') },
    { ...consumed(revoked, '3'), value: Buffer.from('{}') },
    { ...consumed(revoked, '4'), headers: {} },
    { ...consumed(revoked, '5'), value: null },
  ];
  const { sealed, revocations, refused } = sortArchiveRecords(records);
  expect(sealed).toEqual([]);
  expect(revocations).toEqual([
    { window: facts.window, revision: facts.revision, reason: 'wrong data', revokedAtMs: Date.UTC(2023, 11, 3) },
  ]);
  expect(refused.map(({ record, ...rest }) => [record.offset, rest])).toMatchObject([
    ['2', { reason: 'not-json', told: { windowId: told.window.id } }],
    ['3', { reason: 'wrong-shape' }],
    ['4', { reason: 'unknown-type' }],
    ['5', { reason: 'not-json' }],
  ]);
});
