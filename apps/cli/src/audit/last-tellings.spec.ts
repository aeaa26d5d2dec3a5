import { createHash } from 'node:crypto';
import { encodeWindowPart } from '@elias/contracts';
import type { EncodedRecord } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { tradeCoverage, tradeWindowAt } from '@elias/market-data';
import { madeId, madeTelling } from '../../../../test/support/made-telling.js';
import { LastTellings } from './last-tellings.js';

let offset = 0;
const consumed = ({ topic, key, value, headers }: EncodedRecord): ConsumedRecord => {
  offset += 1;
  return { topic: topic.name, partition: 3, offset: String(offset), key, value: Buffer.from(value), headers, timestampMs: 0 };
};
const id = 'candles/60/BTC-USD/2023-12-01';
const lastOf = (...records: ConsumedRecord[]): LastTellings => {
  const last = new LastTellings(new Set([id, 'trades/BTC-USD/2023-12-01T00']));
  for (const record of records) last.read(record);
  return last;
};

it('keeps the last of each window, by its own bytes', () => {
  const [first, second] = [madeTelling({ telling: 'first' }), madeTelling({ telling: 'second' })];
  const other = madeTelling({ telling: 'other', productId: 'ETH-USD' });
  const records = [first, second, other].map(({ record }) => consumed(record));
  const last = lastOf(...records);
  expect(last.of(id)).toMatchObject({
    kind: 'told',
    facts: { csvSha256: second.facts.csvSha256 },
    sha256: second.facts.csvSha256,
    partition: 3,
  });
  expect(last.of('candles/60/ETH-USD/2023-12-01')).toBeNull();
});

it('sees bytes that are not what the header tells, a record that says nothing is left, and one that cannot be read', () => {
  const { record, facts } = madeTelling({ telling: 'first' });
  expect(lastOf({ ...consumed(record), value: Buffer.from('x') }).of(id)).not.toMatchObject({ sha256: facts.csvSha256 });
  expect(lastOf(consumed(record), { ...consumed(record), value: null }).of(id)).toEqual({ kind: 'emptied' });
  expect(lastOf({ ...consumed(record), headers: {} }).of(id)).toMatchObject({ kind: 'incomplete' });
});

const window = tradeWindowAt('BTC-USD', 3_600, Date.UTC(2023, 11, 1));
const whole = 'first part, second part, third part';
const parts = ['first part, ', 'second part, ', 'third part'];
function tradeParts(collection: string): ConsumedRecord[] {
  const csvSha256 = createHash('sha256').update(whole).digest('hex');
  const revision = { unknown: 0, open: 0, collectedAtMs: 0, collectionId: madeId(collection) };
  const asked = { requestId: madeId('r'), runId: madeId('run'), origin: 'scheduled' as const };
  const facts = { window, revision, rowCount: 2, coverage: tradeCoverage(2, []), csvSha256, ...asked };
  return parts.map((part, at) => consumed(encodeWindowPart(facts, { part: at, parts: 3 }, Buffer.from(part), 'test')));
}

it('brings parts together, also when some come twice and two collections are mixed', () => {
  const [a, b] = [tradeParts('a'), tradeParts('b')];
  const last = lastOf(a[0]!, b[0]!, a[1]!, a[0]!, a[1]!, b[1]!, a[2]!);
  expect(last.of('trades/BTC-USD/2023-12-01T00')).toMatchObject({
    kind: 'told',
    facts: { revision: { collectionId: madeId('a') } },
    sha256: createHash('sha256').update(whole).digest('hex'),
    offsets: [a[0]!, a[1]!, a[2]!].map(({ offset: at }) => at),
  });
});

it('says how many parts are missing', () => {
  const [first, second] = tradeParts('a');
  expect(lastOf(first!, second!).of('trades/BTC-USD/2023-12-01T00')).toEqual({
    kind: 'incomplete',
    detail: '1 of its 3 parts are not in the topic',
  });
});
