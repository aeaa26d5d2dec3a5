import { WINDOW_HEADER } from '@elias/contracts';
import type { ConsumedRecord } from '@elias/kafka';
import { madeTelling } from '../../../test/support/made-telling.js';
import { takeWindowRecord } from './take-window-record.js';

const { facts, csv, record: encoded } = madeTelling({ telling: 'a' });
const sound = {
  topic: encoded.topic.name,
  partition: 3,
  offset: '41',
  key: encoded.key,
  value: csv,
  headers: encoded.headers,
  timestampMs: 0,
} satisfies ConsumedRecord;
const withHeader = (change: object): Record<string, string> => ({
  ...sound.headers,
  [WINDOW_HEADER]: JSON.stringify({ ...(JSON.parse(sound.headers[WINDOW_HEADER]!) as object), ...change }),
});

const { schemaVersion: _, ...loadable } = facts;

it('offers a sound window with its bytes and its place', () => {
  expect(takeWindowRecord(sound)).toEqual({
    record: sound,
    kind: 'offered',
    window: { facts: loadable, csv, file: 'elias.windows.candles.v1[3]@41' },
  });
});

it.each([
  {
    name: 'a header that is not JSON',
    record: { ...sound, headers: { ...sound.headers, [WINDOW_HEADER]: '{' } },
    reason: 'not-json',
    requestId: null,
  },
  { name: 'no header', record: { ...sound, headers: {} }, reason: 'not-json', requestId: null },
  {
    name: 'a header of another shape',
    record: { ...sound, headers: withHeader({ row_count: 'three' }) },
    reason: 'wrong-shape',
    requestId: facts.requestId,
  },
  {
    name: 'a key of another window',
    record: { ...sound, key: 'candles/60/ETH-USD/2023-12-01' },
    reason: 'wrong-shape',
    requestId: facts.requestId,
  },
])('refuses $name, and tells what can be told', ({ record, reason, requestId }) => {
  const told = { windowId: record.key, requestId, runId: requestId === null ? null : facts.runId, revision: null };
  expect(takeWindowRecord(record)).toMatchObject({ kind: 'refused', reason, told });
});

const told = { windowId: sound.key, requestId: facts.requestId, runId: facts.runId, revision: facts.revision };

it('refuses a schema version that it does not know', () => {
  expect(takeWindowRecord({ ...sound, headers: withHeader({ schema_version: 2 }) })).toMatchObject({
    kind: 'refused',
    reason: 'wrong-shape',
    told,
  });
});

it('refuses other bytes than the header tells of', () => {
  const altered = Buffer.from(csv.toString().replace(/\.5,/, '.6,'));
  expect(takeWindowRecord({ ...sound, value: altered })).toMatchObject({ kind: 'refused', reason: 'wrong-hash', told });
});

it('refuses a key that stands twice though the hash is right', () => {
  const lines = csv.toString().split('\n');
  const { record, csv: doubled } = madeTelling({ telling: 'b', alter: () => [...lines.slice(0, 3), ...lines.slice(2)].join('\n') });
  const refused = takeWindowRecord({ ...sound, headers: record.headers, value: doubled });
  expect(refused).toMatchObject({ kind: 'refused', reason: 'wrong-rows', told: { windowId: sound.key } });
});
