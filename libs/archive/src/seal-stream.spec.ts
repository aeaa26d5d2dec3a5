import { gunzipSync } from 'node:zlib';
import { madeTrades } from '../../../test/support/made-trades.js';
import { ArchiveCorruptError } from './archive-errors.js';
import type { CsvStream } from './check-window-stream.js';
import { checkWindowStream } from './check-window-stream.js';
import { gzipFromDeflate } from './gzip-member.js';
import { openArchive } from './open-archive.js';
import { checkArchived, openStreamed, verifyArchive } from './open-streamed.js';
import { sealStream } from './seal-stream.js';
import type { SealedArchive } from './seal-archive.js';

const made = madeTrades({ window: 'trades/BTC-USD/2023-12-01T13', count: 5_000, missing: [{ first: 7, last: 9 }] });

const inPieces = (csv: Buffer, size: number): CsvStream => ({
  bytes: csv.length,
  async *chunks() {
    for (let at = 0; at < csv.length; at += size) yield csv.subarray(at, at + size);
  },
});

async function sealed(csv: Buffer, size: number, facts = made.facts): Promise<SealedArchive> {
  const outcome = await sealStream(facts, inPieces(csv, size));
  if (outcome.kind !== 'ok') throw outcome.cause;
  return outcome.value;
}

it('is an archive like any other, and the same bytes however they come', async () => {
  const whole = await sealed(made.csv, made.csv.length);
  for (const size of [100, 65_536, 70_001]) expect((await sealed(made.csv, size)).zip.equals(whole.zip)).toBe(true);
  const opened = openArchive(whole.zip);
  expect(opened.csv.equals(made.csv)).toBe(true);
  expect(opened.manifest).toMatchObject({ window: made.facts.window, coverage: made.facts.coverage, rowCount: 5_000 });
  expect(opened.csvEntry).toEqual(whole.csvEntry);
});

it('is read back without holding the CSV', async () => {
  const { zip, csvEntry } = await sealed(made.csv, 9_999);
  const streamed = openStreamed(zip);
  expect(await checkArchived(streamed)).toEqual({ kind: 'ok', value: { rows: 5_000 } });
  const chunks: Uint8Array[] = [];
  for await (const chunk of streamed.csv.chunks()) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(made.csv)).toBe(true);
  const verified = await verifyArchive(zip);
  expect(gunzipSync(gzipFromDeflate(verified.deflated, csvEntry)).equals(made.csv)).toBe(true);
});

it('seals an hour without a trade', async () => {
  const empty = madeTrades({ window: 'trades/BTC-USD/2023-12-01T14', count: 0 });
  const { zip } = await sealed(empty.csv, 10, empty.facts);
  expect(await checkArchived(openStreamed(zip))).toEqual({ kind: 'ok', value: { rows: 0 } });
});

it('a wrong CSV is an outcome', async () => {
  const outcome = async (csv: Buffer, change = {}) => {
    const facts = { ...made.facts, ...change };
    const [of, checked] = [await sealStream(facts, inPieces(csv, 4_096)), await checkWindowStream(inPieces(csv, 4_096), facts)];
    expect(of).toEqual(checked);
    return of.kind === 'ok' ? 'ok' : of.reason;
  };
  expect(await outcome(made.csv.subarray(0, -10))).toBe('wrong-hash');
  expect(await outcome(made.csv, { rowCount: 4_999 })).toBe('wrong-rows');
  const doubled = madeTrades({ window: 'trades/BTC-USD/2023-12-01T13', alter: (csv) => csv + csv.split('\n').at(-2)! + '\n' });
  expect(await outcome(doubled.csv, { ...doubled.facts, rowCount: 4 })).toBe('wrong-rows');
});

it('an archive that was cut or altered is refused', async () => {
  const { zip, csvEntry } = await sealed(made.csv, 65_536);
  expect(() => openStreamed(zip.subarray(0, -1))).toThrow(ArchiveCorruptError);
  for (const at of [csvEntry.offset + 5, csvEntry.offset + csvEntry.deflateBytes - 3]) {
    const altered = Buffer.from(zip);
    altered[at]! ^= 0x10;
    await expect(verifyArchive(altered)).rejects.toThrow(ArchiveCorruptError);
  }
});
